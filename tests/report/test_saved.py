"""`results.json` as an interface: complete, ordered, strict JSON, readable again."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
from report_factory import SPAN, estimate, fit, request, results, study

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Estimate, IndexWeights
from gipspec.report import build_table, load_results_json, results_json

NAMED_BY_DESIGN = {
    *("name", "model", "outcome", "treatment", "term", "coef", "se", "t", "p", "ci", "level", "n", "units"),
    *("clusters", "learner", "folds", "reps", "fe", "fe_method", "sample", "nuisances", "line"),
}


def strict(text: str) -> dict[str, object]:
    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)  # type: ignore[no-any-return]


def test_every_field_is_there() -> None:
    (entry,) = strict(results_json(results([estimate("base")])))["estimates"]  # type: ignore[misc]
    fields = {f.name for f in dataclasses.fields(Estimate)} - {"influence"}
    assert fields | NAMED_BY_DESIGN <= set(entry)
    assert entry["nuisances"]["treatment"] == {"r2": 0.2649, "rmse": 0.5}


def test_the_order_of_lines_does_not_matter() -> None:
    found = [estimate(name) for name in ("m10", "m2", "base", "algos.rf", "algos.lasso")]
    text = results_json(results(found))
    assert text == results_json(results(reversed(found)))
    names = [e["name"] for e in strict(text)["estimates"]]  # type: ignore[attr-defined, index]
    assert names == ["algos.lasso", "algos.rf", "base", "m2", "m10"]


def test_floats_read_back_as_they_were() -> None:
    value = 0.1 + 0.2
    (entry,) = strict(results_json(results([estimate("base", value, 1e-17)])))["estimates"]  # type: ignore[misc]
    assert (entry["coef"], entry["se"]) == (value, 1e-17)


def test_what_is_not_a_number_is_null() -> None:
    bad = estimate(
        "base", p=math.nan, t=math.inf, ci=(-math.inf, math.inf), nuisances=(fit("outcome", "y", math.nan),)
    )
    (entry,) = strict(results_json(results([bad])))["estimates"]  # type: ignore[misc]
    assert (entry["p"], entry["t"], entry["ci"]) == (None, None, [None, None])
    assert entry["nuisances"]["outcome"]["r2"] is None


def test_joint_treatments_keep_both_nuisances() -> None:
    both = (fit("outcome", "y", 0.4), fit("treatment", "d", 0.2), fit("treatment", "w", 0.3))
    (entry,) = strict(results_json(results([estimate("base", nuisances=both)])))["estimates"]  # type: ignore[misc]
    assert list(entry["nuisances"]) == ["outcome", "treatment:d", "treatment:w"]


def test_reading_gives_the_same_again() -> None:
    index = IndexWeights(name="resilience", method="entropy", rows=(("resist", "Resistance", "+", 1 / 3),))
    failed = problem("G407", name="city").about("algos.nnet")
    made = results(
        [estimate("base"), estimate("算法.lasso", -0.1)], indices=(index,), problems=(failed,), draft=True
    )
    text = results_json(made)
    back = load_results_json(text)
    assert results_json(back) == text
    assert back["base"] == made["base"]
    assert back.problems == made.problems


def test_tables_can_be_built_from_what_was_read() -> None:
    made = results([estimate("base")])
    back = load_results_json(results_json(made))
    assert build_table(request("base"), back, study()) == build_table(request("base"), made, study())


def test_problems_are_kept_without_their_places_so_that_moved_lines_change_nothing() -> None:
    found = problem("G402", SPAN, name="resilience", where="", remedy="")
    (entry,) = strict(results_json(results([], problems=(found,))))["problems"]  # type: ignore[misc]
    assert entry == {
        "code": "G402",
        "severity": "error",
        "message": found.message,
        "help": found.help,
        "subject": "",
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1}', "null"])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(GipError, match="G507"):
        load_results_json(text)


def test_a_name_of_several_estimates_and_a_misspelt_one_are_told_what_there_is() -> None:
    found = results([estimate("base"), estimate("algos.lasso"), estimate("algos.rf")])
    with pytest.raises(KeyError, match=r"algos stands for 2 estimates: algos\.lasso, algos\.rf"):
        found["algos"]
    with pytest.raises(KeyError, match="there is no estimate bsae; did you mean base"):
        found["bsae"]

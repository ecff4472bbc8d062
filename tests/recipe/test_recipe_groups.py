"""Groups of a moderator, each estimated anew: the model on its rows, differences from scores, what fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from het_samples import CROSS, PANEL, cross_section, loaded, panel, run

from gipspec.estimate import adjust_p, difference, equality
from gipspec.report import load_results_json, results_json


def test_a_group_is_the_model_on_its_rows(tmp_path: Path) -> None:
    frame = panel()
    cut = float(np.median(frame.w))
    results = run(
        tmp_path,
        frame,
        f"hetero <- base; het=w\nlow <- base; sample=w <= {cut!r}\nhigh <- base; sample=w > {cut!r}\n"
        "gap <- high - low\n",
    )
    for key in ("low", "high"):
        group, plain = results[f"hetero.{key}"], results[key]
        assert (group.coef, group.se, group.n, group.units, group.clusters) == pytest.approx(
            (plain.coef, plain.se, plain.n, plain.units, plain.clusters), abs=1e-12
        )
        assert group.nuisances == plain.nuisances
        assert (group.kind, group.moderator, group.term, group.group) == ("group", "w", "d", key.capitalize())
    found, gap = results["hetero.difference"], results["gap"]
    assert (found.coef, found.se, found.p) == pytest.approx((gap.coef, gap.se, gap.p), abs=1e-12)
    assert (found.n, found.units, found.clusters) == (len(frame), 120, 120)
    assert found.group == "High − Low"
    largest = frame.w[frame.w <= cut].max()
    assert dict(results["hetero.low"].measures)["moderator.up_to"] == largest
    assert dict(results["hetero.high"].measures)["moderator.above"] == largest


def test_differences_and_equality_come_from_the_scores_of_all_groups(tmp_path: Path) -> None:
    results = run(tmp_path, panel(), "hetero <- base; het=region\n")
    groups = [results[f"hetero.{key}"] for key in ("central", "east_coast", "west")]
    assert [g.group for g in groups] == ["Central", "East Coast", "West"]
    test = equality([g.influence for g in groups])
    for key, group in zip(("east_coast", "west"), groups[1:], strict=True):
        found = results[f"hetero.difference.{key}"]
        expected, influence = difference(group.influence, groups[0].influence, 0.95)
        assert (found.coef, found.se, found.ci) == (expected.coef, expected.se, expected.ci)
        assert np.array_equal(found.influence.values[0], influence.values[0])
        measures = dict(found.measures)
        assert measures["equality.p"] == test.p and measures["equality.df"] == 2


def test_the_truth_is_found_and_the_difference_of_the_east_seen(tmp_path: Path) -> None:
    frame = panel(units=300)
    results = run(tmp_path, frame, "hetero <- base; het=[region, terciles(w)]\n")
    for e in results:
        if e.kind != "group":
            continue
        here = frame.region == e.group
        if e.moderator == "w":
            here = np.digitize(frame.w, np.quantile(frame.w, [1 / 3, 2 / 3]), right=True) == int(e.key[1]) - 1
        assert abs(e.coef - frame.effect[here].mean()) < 4 * e.se
    assert abs(results["hetero.terciles_w.difference.q3"].t) > 5


@pytest.mark.parametrize("het", ["quantiles(w, 4)", "quantiles(groups=4, x=w)"])
def test_quantile_groups(tmp_path: Path, het: str) -> None:
    results = run(tmp_path, panel(), f"hetero <- base; het={het}\n")
    assert [e.key for e in results if e.kind == "group"] == ["q1", "q2", "q3", "q4"]
    assert dict(results["hetero.q2"].measures).keys() >= {"moderator.above", "moderator.up_to"}


def test_p_values_are_adjusted_over_all_differences_of_a_line(tmp_path: Path) -> None:
    results = run(tmp_path, panel(), "hetero <- base; het=[w, region]\nlone <- base; het=w\n")
    found = [e for e in results if e.family == "hetero" and e.kind == "difference"]
    assert len(found) == 3
    adjusted = adjust_p([e.influence for e in found], seed=7)  # another seed: equal up to its error
    for e, rw, holm in zip(found, adjusted.romano_wolf, adjusted.holm, strict=True):
        assert dict(e.measures)["p_rw"] == pytest.approx(rw, abs=0.005)
        assert dict(e.measures)["p_holm"] == pytest.approx(holm, abs=1e-12)
        assert e.p <= dict(e.measures)["p_rw"] <= dict(e.measures)["p_holm"] + 1e-12
    assert "p_rw" not in dict(results["lone.difference"].measures)


def test_rows_without_a_moderator_are_lost_and_counted(tmp_path: Path) -> None:
    frame = panel()
    results = run(tmp_path, frame, "hetero <- base; het=size; sample=year >= 2002\n")
    used = frame[(frame.year >= 2002) & frame["size"].notna()]
    high = results["hetero.high"]
    assert high.n + results["hetero.low"].n == len(used)
    assert dict(high.rows_lost) == {"size": int(frame[frame.year >= 2002]["size"].isna().sum())}
    assert high.excluded == int((frame.year < 2002).sum())
    assert high.units == used[used["size"] > used["size"].median()].city.nunique()
    assert results["hetero.difference"].units == used.city.nunique()


def test_a_group_without_treatment_is_reported_and_the_others_stay(tmp_path: Path) -> None:
    results = loaded(tmp_path, panel(), "hetero <- base; treatment=barred; het=region\n").run()
    (found,) = (p for p in results.problems if p.severity == "error")
    assert found.code == "G441" and found.subject == "hetero"
    assert "the group `west` of `region` has no estimate: the treatment `barred` does not" in found.message
    assert [e.key for e in results.of_model("hetero")] == ["central", "east_coast", "difference.east_coast"]
    assert dict(results["hetero.difference.east_coast"].measures)["equality.df"] == 1


def test_a_group_that_cannot_be_learned_spares_the_others(tmp_path: Path) -> None:
    """The treated of the group `b` are all in one fold, so that its training sets lack them."""
    frame = cross_section()
    frame.loc[(frame.kind == "b") & (frame.fold != 1), "b"] = 0.0
    lines = "hetero <- yb ~ b | x1; learner_d=logit; het=kind\nplain <- yb ~ b | x1; learner_d=logit\n"
    results = loaded(tmp_path, frame, lines, CROSS).run()
    assert [p.code for p in results.problems if p.severity == "error"] == ["G441"]
    assert {e.name for e in results} == {"hetero.a", "plain", "base"}


def test_too_few_units_for_the_folds(tmp_path: Path) -> None:
    frame = panel()
    frame["rare"] = np.where(frame.city < 2, "few", "many")
    results = loaded(tmp_path, frame, "hetero <- base; het=rare\n").run()
    (found,) = (p for p in results.problems if p.severity == "error")
    assert "the group `few` of `rare` has no estimate: 2 units cannot fill 3 folds" in found.message
    assert {e.name for e in results} == {"base", "hetero.many"}


def test_equality_of_more_groups_than_clusters_is_not_claimed(tmp_path: Path) -> None:
    frame = panel()
    frame["half"] = frame.year % 2
    results = run(tmp_path, frame, "hetero <- base; het=region; cluster=half\n")
    assert [p.code for p in results.problems if p.code == "G603"] == ["G603"]
    assert "equality.p" not in dict(results["hetero.difference.west"].measures)


@pytest.mark.parametrize(
    "lines",
    [
        "hetero <- yb ~ b | x1; model=irm; het=kind",
        "hetero <- yb ~ b | x1; model=irm; target=att; het=w",
        "hetero <- y ~ d | x1; iv=b; het=kind",
    ],
)
def test_any_model_has_groups(tmp_path: Path, lines: str) -> None:
    frame = cross_section()
    frame["d"] += frame.b
    option = "kind" if "kind" in lines else "w"
    groups = {"kind": {"a": 'kind == "a"', "b": 'kind == "b"'}}.get(
        option, {"low": "w <= ave(w, one)", "high": "w > ave(w, one)"}
    )
    if option == "w":
        frame["one"] = 1
        frame["w"] -= frame.w.median()
        groups = {"low": "w <= 0", "high": "w > 0"}
    plain = lines.partition("; het")[0].removeprefix("hetero <- ")
    extra = "".join(f"of_{key} <- {plain}; sample={condition}\n" for key, condition in groups.items())
    results = run(tmp_path, frame, lines + "\n" + extra, CROSS)
    for key in groups:
        assert results[f"hetero.{key}"].coef == pytest.approx(results[f"of_{key}"].coef, abs=1e-12)
        assert results[f"hetero.{key}"].se == pytest.approx(results[f"of_{key}"].se, abs=1e-12)
        for name, value in results[f"of_{key}"].measures:
            assert dict(results[f"hetero.{key}"].measures)[name] == pytest.approx(value, abs=1e-12)


def test_results_are_the_same_for_any_number_of_workers_and_come_back_from_their_file(tmp_path: Path) -> None:
    lines = "hetero <- base; het=[w, region]\npooled <- hetero; het_by=pooled\n"
    one, two = (run(tmp_path, panel(), lines, PANEL, jobs) for jobs in (1, 2))
    assert results_json(one) == results_json(two)
    again = load_results_json(results_json(one))
    for model in {e.model_name for e in one}:  # those of a model keep their order
        told = [(e.name, e.moderator, e.group) for e in again.of_model(model)]
        assert told == [(e.name, e.moderator, e.group) for e in one.of_model(model)]


def test_what_defaults_ask_for_applies_where_it_suits(tmp_path: Path) -> None:
    head = CROSS.replace("reps=1;", "reps=1; het_by=pooled;")
    frame = cross_section()
    frame["d"] += frame.b
    lines = "weak <- base; iv=b; het=kind\npool <- base; het=kind\n"
    results = run(tmp_path, frame, lines, head)
    asked = {e.model_name: dict(e.settings)["het_by"] for e in results if e.moderator}
    assert asked == {"weak": "split", "pool": "pooled"}


def test_too_many_categories_are_refused(tmp_path: Path) -> None:
    frame = panel().assign(name=lambda f: "city " + f.city.astype(str))
    results = loaded(tmp_path, frame, "hetero <- base; het=name\n").run()
    (found,) = (p for p in results.problems if p.severity == "error")
    assert found.code == "G007" and "120 groups by `name`" in found.message

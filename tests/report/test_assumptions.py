"""What tables say of interactive and instrumental models: nothing that was not done."""

from __future__ import annotations

import dataclasses
import math

import pytest
from report_factory import contrast, difference, estimate, fit, request, results, study

from gipspec.report.assumptions import robust_set
from gipspec.report.build import build_table
from gipspec.report.escape import escape
from gipspec.report.macros import values_of
from gipspec.report.printed import plain_cell
from gipspec.report.saved import named_fits

INF, NAN = math.inf, math.nan
OVERLAP = (("propensity.low", 0.0214), ("propensity.high", 0.9876), ("trimmed", 0.0123))
BASE = estimate("base")
INTER = estimate(
    "inter",
    model="irm",
    fe_method="means",
    measures=OVERLAP,
    settings=(("target", "att"), ("trim", "2%")),
    nuisances=(fit("outcome, untreated", "resilience", 0.31), fit("treatment", "gip", 0.22)),
)
ENDOG = estimate(
    "endog",
    model="pliv",
    measures=(("first_stage_f", 24.06), ("ar.low", -0.5), ("ar.high", 0.25), ("ar.pieces", 1.0)),
    nuisances=(*BASE.nuisances, fit("instrument", "lowcarbon", 0.1), fit("instrument", "smartcity", 0.2)),
)


EVENT = estimate(
    "event",
    model="did",
    key="overall",
    measures=(("pretrend.chi2", 1.5), ("pretrend.df", 2.0), ("pretrend.p", 0.472)),
    settings=(("control", "never"), ("anticipation", "0")),
)


def table(*estimates, contrasts=()):
    asked = request(*(e.name for e in estimates))
    return build_table(asked, results(estimates), study(asked, contrasts=contrasts))


def footer(made):
    return {plain_cell(row.stub): [plain_cell(c) for c in row.cells] for row in made.lines()}


def notes(made):
    return " ".join(plain_cell(note) for note in made.notes)


def test_effects_among_the_features_are_not_claimed_to_be_removed():
    made = table(BASE, INTER)
    assert footer(made)["City effects"] == ["Yes", "features"]
    text = notes(made)
    assert "City and Year effects are removed by demeaning outcome and treatment" in text
    assert "are not removed, since the model needs outcome and treatment as they are" in text


def test_the_overlap_is_told():
    text = notes(table(BASE, INTER))
    assert "The effect is the mean over the treated (ATT) in column (2)." in text
    assert "lie between 0.021 and 0.988, with 1.23% of the observations set to the bounds of 2%" in text
    free = estimate("free", measures=(*OVERLAP[:2], ("trimmed", 0.0)), settings=INTER.settings)
    assert "Propensities lie between 0.021 and 0.988." in notes(table(free))


def test_each_nuisance_has_a_row():
    rows = footer(table(BASE, INTER, ENDOG))
    assert rows["R², outcome"] == ["0.418", "--", "0.418"]
    assert rows["R², outcome, untreated"] == ["--", "0.310", "--"]
    assert rows["R², treatment"] == ["0.265", "0.220", "0.265"]
    assert rows["R², Low-carbon city"] == ["--", "--", "0.100"]
    assert rows["R², Smart city"] == ["--", "--", "0.200"]


def test_the_first_stage_and_the_set_are_told():
    made = table(BASE, ENDOG)
    assert footer(made)["First-stage F"] == ["--", "24.1"]
    text = notes(made)
    assert "Instruments: Low-carbon city and Smart city in column (2)." in text
    assert "effective F (Montiel Olea and Pflueger 2013)" in text
    assert (
        "95% Anderson-Rubin confidence sets, which hold with weak instruments too: [−0.500, 0.250]." in text
    )


def test_tables_of_other_models_are_silent():
    made = table(BASE)
    assert "First-stage F" not in footer(made)
    assert not any(word in notes(made) for word in ("ropensit", "nstrument", "Anderson", "the mean"))


def test_a_difference_has_no_first_stage():
    gap = difference("gap", ENDOG, BASE)
    made = table(ENDOG, BASE, gap, contrasts=(contrast("gap", "endog", "base"),))
    assert footer(made)["First-stage F"] == ["24.1", "--", "--"]


@pytest.mark.parametrize(
    ("low", "high", "pieces", "text"),
    [
        (-0.5, 0.25, 1, "[−0.500, 0.250]"),
        (2.0, -1.0, 2, "(−∞, −1.000] ∪ [2.000, ∞)"),
        (-INF, INF, 1, "(−∞, ∞)"),
        (-INF, 1.0, 1, "(−∞, 1.000]"),
        (NAN, NAN, 0, "empty"),
    ],
)
def test_sets_of_any_shape_are_written(low, high, pieces, text):
    measures = (("ar.low", low), ("ar.high", high), ("ar.pieces", float(pieces)))
    e = estimate("m", measures=measures)
    assert robust_set(e) == text
    assert dict(values_of(e))["ar"] == escape(text)
    assert "∪" not in escape(text)


def test_measures_are_macros():
    values = dict(values_of(INTER))
    assert (values["propensity.low"], values["propensity.low.raw"]) == ("0.021", "0.0214")
    assert values["r2.outcome.untreated"] == "0.310"
    assert "ar" not in values


def test_roles_are_keys_without_commas():
    assert [key for key, _ in named_fits(INTER.nuisances)] == ["outcome.untreated", "treatment"]


@pytest.mark.parametrize(
    ("ahead", "since", "tested"),
    [
        (
            "0",
            "the period before adoption, and before adoption from one period to the next",
            "before adoption",
        ),
        (
            "2",
            "3 periods before adoption, and before adoption over 3 periods",
            "up to -3 (before any anticipation)",
        ),
    ],
)
def test_an_event_study_says_what_it_measures_from_and_what_it_tests(
    ahead: str, since: str, tested: str
) -> None:
    event = dataclasses.replace(EVENT, settings=(("control", "never"), ("anticipation", ahead)))
    notes = " ".join(map(plain_cell, table(event).notes))
    assert f"on the change of the outcome since {since}." in notes
    assert f"Joint test of the event times {tested}: χ²(2) = 1.500, p = 0.472." in notes

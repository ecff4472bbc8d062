"""A13: one coefficient for an adoption in several periods."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import gipspec

HEAD = 'data "study.csv"\npanel unit year\ndefaults learner=ols; reps=2; folds=3\n'


def panel(cohorts: tuple[int, ...], last: int = 2009) -> pd.DataFrame:
    """Units that adopt in these years, 0 for never; the treatment ends after `last`."""
    rng = np.random.default_rng(1)
    g, years = np.repeat(cohorts, 8), np.arange(2001, 2009)
    d = (g[:, None] > 0) & (years >= g[:, None]) & (years <= last)
    unit, year = np.repeat(np.arange(len(g)), 8), np.tile(years, len(g))
    y, x = rng.normal(size=(2, len(unit)))
    return pd.DataFrame({"unit": unit, "year": year, "y": y, "d": d.ravel() * 1, "e": 1 - d.ravel(), "x": x})


def findings(folder, frame: pd.DataFrame, lines: str, head: str = HEAD):
    frame.to_csv(folder / "study.csv", index=False)
    return [p for p in gipspec.loads(head + lines, folder=folder).run().problems if p.code == "A13"]


@pytest.mark.parametrize(
    ("cohorts", "last", "expected"),
    [
        ((2003, 2005, 0), 2009, 1),
        ((2003, 2005, 2006), 2009, 1),
        ((2001, 2005, 0), 2009, 1),  # those that always are treated serve as controls, too
        ((2004, 0, 0), 2009, 0),
        ((2003, 2005, 0), 2007, 0),  # it ends again
    ],
)
def test_adoption_in_several_periods(cohorts, last, expected, tmp_path):
    assert len(findings(tmp_path, panel(cohorts, last), "base <- y ~ d | x")) == expected


def test_the_remedy_is_a_line_that_ends_it(tmp_path):
    frame = panel((2003, 2005, 0))
    (found,) = findings(tmp_path, frame, "base <- y ~ d | x")
    assert "2 different periods" in found.message
    line = found.help.split("`")[1]
    assert line == "event <- base; event=-5..5"
    assert findings(tmp_path, frame, f"base <- y ~ d | x\n{line}") == []
    (other,) = findings(tmp_path, frame, "event <- y ~ d | x")
    assert other.help.split("`")[1] == "dynamics <- event; event=-5..5"


def test_an_event_study_is_clustered_by_default_where_a_line_is(tmp_path):
    frame = panel((2003, 2005, 0))
    lines = "base <- y ~ d | x; cluster=none\nother <- base; cluster=year\ntwo <- base; cluster=unit"
    found = findings(tmp_path, frame, lines)
    assert found[0].help.split("`")[1] == "event <- two; event=-5..5"
    found = findings(tmp_path, frame, "base <- y ~ d | x; cluster=none\ntwo <- base; cluster=unit + year")
    assert found[0].help.split("`")[1] == "event <- two; event=-5..5"


def test_an_event_study_of_another_treatment_does_not_count(tmp_path):
    frame = panel((2003, 2005, 0))
    lines = "base <- y ~ d | x\nother <- y ~ f | x; event=-2..2"
    assert len(findings(tmp_path, frame.assign(f=frame["d"]), lines)) == 1


def test_it_is_about_what_is_0_and_1_in_a_panel(tmp_path):
    frame = panel((2003, 2005, 0))
    assert findings(tmp_path, frame, "base <- y ~ e | x") == []
    assert findings(tmp_path, frame.assign(d=2 * frame["d"]), "base <- y ~ d | x") == []
    assert findings(tmp_path, frame, "base <- y ~ d | x", HEAD.replace("panel unit year\n", "")) == []


@pytest.mark.parametrize(
    "line",
    [
        "base <- y ~ d | x; via=x2",
        "base <- y ~ d | x; het=g; het_by=pooled",
        "base <- y ~ d | x; het=g",
        "base <- y ~ d | x; het=policytree(g)",
        "base <- y ~ d | x; placebo=99; placebo_by=design",
        "base <- y ~ d | x; model=irm; learner_d=logit",
        "base <- y ~ d | x; model=irm; learner_d=logit; het=g; het_by=pooled",
        "base <- y ~ d | x; model=irm; learner_d=logit; via=x2",
        "base <- y ~ d | x; model=qte; quantiles=[0.5]; learner=logit",
        "base <- y ~ d | x; model=apo; learner_d=logit",
        "base <- y ~ d | x; iv=z",
        "base <- y ~ d | x; iv=b; model=iivm; learner_d=logit; learner_z=logit",
    ],
)
def test_every_model_that_pools_cohorts_tells(line, tmp_path):
    rng = np.random.default_rng(4)
    frame = panel((2003, 2005, 0) * 12)
    frame["g"] = frame["unit"] // 3 % 2
    frame["x2"], frame["z"] = rng.normal(size=(2, len(frame)))
    frame["z"] += 2 * frame["d"]
    frame["b"] = (rng.random(len(frame)) < 0.2 + 0.6 * frame["d"]) * 1
    (found,) = findings(tmp_path, frame, line)
    assert "`d` is adopted in 2 different periods" in found.message
    remedy = found.help.split("`")[1]
    assert findings(tmp_path, frame, f"{line}\n{remedy}") == []


def test_an_instrument_is_not_what_an_effect_is_asked_of(tmp_path):
    frame = panel((2003, 2005, 0) * 12)
    frame["dose"] = frame["d"] + 0.5 * frame["x"] + np.random.default_rng(5).normal(size=len(frame))
    assert findings(tmp_path, frame, "base <- y ~ dose | x; iv=d") == []


def test_a_mediator_is_not_what_is_adopted(tmp_path):
    frame = panel((2003, 2005, 0) * 12)
    frame["m"] = frame["d"]
    frame["dose"] = np.random.default_rng(5).normal(size=len(frame))
    assert findings(tmp_path, frame, "base <- y ~ dose | x; via=m") == []


def test_one_of_several_treatments_has_no_line_of_its_own(tmp_path):
    frame = panel((2003, 2005, 0) * 4)
    frame["dose"] = np.random.default_rng(5).normal(size=len(frame))
    (found,) = findings(tmp_path, frame, "base <- y ~ d + dose | x")
    assert found.help == "add an event study: `event=-5..5`"

"""Differences of single estimates of models that have several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from placebo_samples import HEAD, loaded, run, staggered

import gipspec
from gipspec.estimate import difference

PANEL = staggered()


def test_a_side_may_be_one_of_several_estimates(tmp_path: Path) -> None:
    lines = "joint <- y ~ d + dose | x1\none <- y ~ d | x1\n"
    lines += "within <- joint.d - joint.dose\nacross <- joint.d - one"
    found = run(tmp_path, PANEL, lines)
    for name, left, right in (("within", "joint.d", "joint.dose"), ("across", "joint.d", "one")):
        expected, _ = difference(found[left].influence, found[right].influence, 0.95)
        assert (found[name].coef, found[name].se) == (expected.coef, expected.se)
        assert found[name].term == f"{left} - {right}"
    assert found["within"].coef == pytest.approx(found["joint.d"].coef - found["joint.dose"].coef, abs=0.02)


def test_interactions_are_named_in_backticks(tmp_path: Path) -> None:
    lines = "both <- y ~ d * x2 | x1\ngap <- both.d - `both.d:x2`"
    found = run(tmp_path, PANEL, lines)
    assert found["gap"].term == "both.d - both.d:x2"


def test_direct_and_indirect_effects_can_be_compared(tmp_path: Path) -> None:
    lines = (
        "mech <- y ~ d | x1; via=dose\ngap <- mech.direct - mech.indirect\nsum <- mech.total - mech.direct"
    )
    found = run(tmp_path, PANEL, lines)
    np.testing.assert_allclose(found["sum"].coef, found["mech.indirect"].coef, rtol=1e-9)
    assert found["gap"].outcome == "y"


def test_a_selected_difference_brings_the_models_of_its_estimates(tmp_path: Path) -> None:
    study = loaded(
        tmp_path, PANEL, "joint <- y ~ d + dose | x1\nother <- y ~ d | x2\ngap <- joint.d - joint.dose"
    )
    assert {e.name for e in study.run(select=["gap"])} == {"joint.d", "joint.dose", "gap"}


def test_a_failed_model_is_reported_once(tmp_path: Path) -> None:
    frame = PANEL.assign(one=1.0)
    lines = "joint <- y ~ one + dose | x1\ngap <- joint.one - joint.dose\nfine <- y ~ d | x1"
    frame.to_csv(tmp_path / "panel.csv", index=False)
    results = gipspec.loads(HEAD + lines, folder=tmp_path).run()
    assert {p.code for p in results.problems if p.severity == "error"} == {"G401"}
    assert {e.name for e in results} == {"fine"}

"""A17 asks what a table prints: its own stars, digits and terms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec
from gipspec.audit import findings
from gipspec.engine import Results


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An effect of 0.0002, which three decimals print as 0.000 (0.000), and one of 2 beside it."""
    made = tmp_path_factory.mktemp("stars")
    x, d, other, noise = np.random.default_rng(0).normal(size=(4, 300))
    frame = pd.DataFrame({"y": 0.0002 * d + 2 * other + 0.001 * noise, "d": d, "other": other, "x": x})
    frame.to_csv(made / "study.csv", index=False)
    return made


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return study(folder, "").run()


def study(folder: Path, options: str) -> gipspec.Loaded:
    spec = f'data "study.csv"\nbase <- y ~ d + other | x; learner=ols; reps=1\ntable main: base{options}\n'
    loaded = gipspec.loads(spec, folder=folder)
    assert loaded.ok, loaded.problems
    return loaded


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", True),
        ("; stars=5%", True),
        ("; keep=d", True),
        ("; style=aer; stars=yes", True),
        ("; stars=no", False),
        ("; significant=3", False),
        ("; style=aer", False),  # has no stars
        ("; drop=d", False),
        ("; keep=other", False),
        ("; below=t", False),
        ("; below=se + ci", False),
        ("; digits=6", False),
        ("; scale=1000", False),
    ],
)
def test_stars_that_are_printed(folder: Path, results: Results, options: str, found: bool) -> None:
    codes = {f.code for f in findings(study(folder, options).require(), results)}
    assert ("A17" in codes) is found


@pytest.mark.parametrize(("options", "found"), [("", False), ('; keep="*"', True), ('; keep="t*"', False)])
def test_a_row_that_is_hidden_prints_no_stars(tmp_path: Path, options: str, found: bool) -> None:
    x, d, noise, error = np.random.default_rng(1).normal(size=(4, 300))
    m = 1e5 * (0.5 * d + x + noise)  # so that the slope of the outcome in it is small
    pd.DataFrame({"y": d + m / 1e5 + error, "d": d, "m": m, "x": x}).to_csv(
        tmp_path / "study.csv", index=False
    )
    line = "mech <- y ~ d | x; via=m; learner=ols; reps=1"
    run = gipspec.loads(f'data "study.csv"\n{line}\ntable main: mech{options}\n', folder=tmp_path).run()
    assert [e.term for e in run if abs(e.coef) < 1e-4] == ["slope"]
    assert ["mech.slope" in f.message for f in run.findings if f.code == "A17"] == [True] * found


@pytest.mark.parametrize(("style", "found"), [("frontiers", True), ("qje", True), ("aer", False)])
def test_stars_of_a_style(folder: Path, results: Results, style: str, found: bool) -> None:
    made = study(folder, f"; style={style}").audit(results)
    assert ("A17" in {f.code for f in made}) is found


@pytest.mark.parametrize(("levels", "found"), [("[0.05]", True), ("[]", False), ('"no levels"', False)])
def test_stars_of_a_style_of_the_user(folder: Path, tmp_path: Path, levels: str, found: bool) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "aer.toml").write_text(f"[notes]\nstars = {levels}\n", encoding="utf-8")
    run = study(folder, "; style=aer").run(templates=tmp_path)
    assert ("A17" in {f.code for f in run.findings}) is found

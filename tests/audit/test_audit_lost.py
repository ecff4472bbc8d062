"""G606: models that lose more than a third of their rows to missing values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec
from gipspec.diagnostics import Problem

UNITS, YEARS = 30, 4
SPEC = 'data "panel.csv"\npanel unit year\ndefaults learner=ols; reps=1; folds=3\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`half` and `quarter` are missing in so many rows, `other` in another quarter; all at the same units."""
    made = tmp_path_factory.mktemp("lost")
    rng = np.random.default_rng(2)
    n = UNITS * YEARS
    unit, year = np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(2001, 2001 + YEARS), UNITS)
    x, y, d, half, quarter, other = rng.normal(size=(6, n))
    place = np.arange(n) % 20
    half[place < 10], quarter[place < 5], other[place >= 15] = np.nan, np.nan, np.nan
    adopted = ((unit < 15) & (year > 2002)).astype(float)
    columns = {"x": x, "y": y, "d": d, "half": half, "quarter": quarter, "other": other, "adopted": adopted}
    pd.DataFrame({"unit": unit, "year": year, **columns}).to_csv(made / "panel.csv", index=False)
    return made


def lost(lines: str, folder: Path) -> list[Problem]:
    problems = gipspec.loads(f"{SPEC}{lines}\n", folder=folder).run().problems
    assert not [p for p in problems if p.severity == "error"], problems
    return [p for p in problems if p.code == "G606"]


@pytest.mark.parametrize(
    "lines",
    [
        "base <- y ~ d | x",
        "base <- y ~ d | quarter",
        "base <- y ~ d | lag(x) + lead(x)",  # half of the rows, at the ends of four years
        "let far = lag(x, 2)\nbase <- y ~ d | far",
        "let before = diff(lag(x))\nbase <- y ~ d | before + quarter",
        "base <- y ~ d | quarter; fe_method=fd",  # which leaves out a year besides
        "base <- y ~ d | half; sample=year > 2001 and not is_missing(half)",
        "base <- y ~ adopted | x; event=-1..1",
    ],
)
def test_few_rows_are_lost(lines: str, folder: Path) -> None:
    assert lost(lines, folder) == []


@pytest.mark.parametrize(
    ("lines", "count", "name", "missing"),
    [
        ("base <- y ~ d | half", 60, "half", 60),
        ("base <- y ~ d | quarter + half", 60, "half", 60),
        ("base <- y ~ d | quarter + other", 60, "other", 30),  # each has a value where the other has none
        ("base <- half ~ d | x", 60, "half", 60),
        ("base <- y ~ d | x; via=half", 60, "half", 60),
        ("base <- y ~ d | lag(half)", 78, "lag(half)", 78),
        ("base <- y ~ d | half; fe_method=fd", 60, "half", 60),
        ("base <- y ~ d | half + other; het=x; het_by=pooled", 90, "half", 60),
        ("base <- y ~ d | quarter + other; het=x; fe=year", 60, "other", 30),
        ("base <- y ~ d | half; het=other", 90, "half", 60),
        ("base <- y ~ d | half; het=policytree(ave(x, unit))", 60, "half", 60),
        ("base <- y ~ d | half + other; fe_method=fd", 90, "half", 60),
        ("base <- y ~ d | log(exp(half)) + other; het=x; het_by=pooled", 90, "log(exp(half))", 60),
    ],
)
def test_many_rows_are_lost(lines: str, count: int, name: str, missing: int, folder: Path) -> None:
    [one] = lost(lines, folder)
    expected = (
        f"{count} of the 120 rows of the sample are left out for missing values; `{name}` is missing in"
    )
    assert one.message == f"{expected} {missing}"
    assert one.span is not None and one.span.line == 4
    assert ("drop=" in str(one.help)) == ("|" in lines and name in lines.split("|")[1].split(";")[0])


def test_lines_that_lose_the_same_rows_share_a_warning(folder: Path) -> None:
    found = lost("base <- y ~ d | half\nmore <- base; add=x\nless <- base; drop=half", folder)
    assert [p.subject for p in found] == ["base, more"]
    found = lost("base <- y ~ d | half + other\nby <- base; het=x\nless <- base; drop=half + other", folder)
    assert [p.subject for p in found] == ["base, by"]

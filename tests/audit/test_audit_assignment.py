"""A03: treatments that are assigned to groups of units, and clusters that do not hold whole groups."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec

HEAD = 'data "study.csv"\npanel unit year\ndefaults learner=ols\n'
UNITS, YEARS = 60, 6


def panel() -> pd.DataFrame:
    """60 units in 12 provinces and 4 regions; provinces adopt in two years, or never."""
    rng = np.random.default_rng(2)
    unit, year = np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(YEARS), UNITS)
    province = unit // 5
    start = np.array([2, 99, 99, 4, 2, 99, 99, 99, 4, 99, 99, 2])[province]
    alone = np.where(rng.random(UNITS) < 0.5, 3, 99)[unit]
    y, x = rng.normal(size=(2, len(unit)))
    columns = {
        "unit": [f"u{u:02}" for u in unit],
        "year": year,
        "province": [f"p{p}" for p in province],
        "region": province // 3,
        "cohort": start,
        "ever": (start < 99) * 1,
        "pair": unit // 2,
        "y": y,
        "x": x,
        "d": (year >= start) * 1,
        "own": (year >= alone) * 1,
        "boom": (year >= 3) * 1,
        "dose": (year >= start) * (1 + province % 2),
    }
    return pd.DataFrame(columns)


def findings(folder: Path, frame: pd.DataFrame, lines: str) -> list[tuple[str, str]]:
    frame.to_csv(folder / "study.csv", index=False)
    loaded = gipspec.loads(HEAD + lines, folder=folder)
    return [(f.about, f.remedy.lines if f.remedy else "") for f in loaded.audit() if f.code == "A03"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("base <- y ~ d | x", "base <- y ~ d | x; cluster=province"),
        ("base <- y ~ dose | x", "base <- y ~ dose | x; cluster=province"),
        ("base <- y ~ d | x; cluster=unit + year", "base <- y ~ d | x; cluster=province + year"),
        ("base <- y ~ d | x; cluster=region", ""),
        ("base <- y ~ d | x; cluster=province + year", ""),
        ("base <- y ~ own | x", ""),
        ("base <- y ~ boom | x", ""),
        ("base <- y ~ x", ""),
    ],
)
def test_groups_of_units(line: str, found: str, tmp_path: Path) -> None:
    assert findings(tmp_path, panel(), line) == ([("province", found)] if found else [])


def test_the_message_names_the_groups_and_the_clusters(tmp_path: Path) -> None:
    panel().to_csv(tmp_path / "study.csv", index=False)
    (found,) = gipspec.loads(f"{HEAD}base <- y ~ d | x", folder=tmp_path).audit()
    assert found.message == (
        "the treatment `d` is assigned by `province`, and standard errors of `base` are clustered by `unit`"
    )
    assert found.measures == (("groups", 12.0),)


def test_columns_that_are_made_of_adoption(tmp_path: Path) -> None:
    frame = panel().drop(columns=["province", "pair"])
    lines = "let timing = round(100 * ave(d, unit) + region)\nbase <- y ~ d | x + timing"
    assert findings(tmp_path, frame, lines) == []


def test_gaps_of_units_and_of_the_treatment(tmp_path: Path) -> None:
    frame = panel().astype({"d": float})
    rng = np.random.default_rng(1)
    frame.loc[rng.random(len(frame)) < 0.1, "d"] = np.nan
    frame = frame[rng.random(len(frame)) < 0.9]
    assert [name for name, _ in findings(tmp_path, frame, "base <- y ~ d | x")] == ["province"]


def test_groups_that_agree_by_chance(tmp_path: Path) -> None:
    frame = panel().drop(columns=["province", "pair"])
    unit = np.repeat(np.arange(UNITS), YEARS)
    few = frame.assign(size=np.where(unit < 3, 0, unit), d=((unit == 9) & (frame["year"] > 2)) * 1)
    assert findings(tmp_path, few, "base <- y ~ d | x") == []


def test_the_rows_of_a_sample(tmp_path: Path) -> None:
    frame = panel()
    moved = frame["unit"].eq("u07") & frame["year"].eq(5)
    frame.loc[moved, "d"] = 1
    assert findings(tmp_path, frame, "base <- y ~ d | x") == []
    assert len(findings(tmp_path, frame, "base <- y ~ d | x; sample=year < 5")) == 1

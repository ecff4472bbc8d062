"""Remedies that name a line or an option of spec work when they are pasted."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec

HEAD = 'data "d.csv"\npanel 城市 年份\ndefaults learner=ols; folds=2; reps=1\n'
UNITS, PERIODS = 24, 6


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    city, year = (a.ravel() for a in np.indices((UNITS, PERIODS)))
    d = ((city % 3 > 0) & (year >= 2 + city % 3)).astype(float)
    x = rng.normal(size=len(city))
    y = d + x + rng.normal(size=len(city))
    found = {"城市": city, "年份": 2000 + year, "韧性": y, "园区": d, "控制": x, "计": d + 1}
    return pd.DataFrame(
        found
        | {"政策": np.where(d > 0, "是", "否"), "law": np.where(d > 0, "yes", "no"), "强度": d + x}
        | {"GDP per capita": x - x.min()}
    )


def first_problem(frame: pd.DataFrame, text: str, folder: Path) -> gipspec.Problem | None:
    frame.to_csv(folder / "d.csv", index=False)
    found = gipspec.loads(HEAD + text, folder=folder).run()
    return next((p for p in found.problems if p.code.startswith("G")), None)


@pytest.mark.parametrize(
    ("line", "culprit", "code", "expected"),
    [
        ("韧性 ~ 政策 | 控制", "政策", "G307", 'let on = 政策 == "是"'),
        ("韧性 ~ law | 控制; event=-1..1", "law", "G307", 'let on = law == "yes"'),
        ("韧性 ~ 计 | 控制; model=irm", "计", "G415", "let on = 计 == 2"),
        ("韧性 ~ 强度 | 控制; model=irm", "强度", "G415", None),
        ("韧性 ~ 园区 | log(`GDP per capita`)", "log(`GDP per capita`)", "G308", None),
        ("韧性 ~ 园区 | 控制; event=-9..1", "event=-9..1", "G621", "event=-3..1"),
        ("韧性 ~ 园区 | 控制; event=8..9", "event=8..9", "G462", "event=-3..2"),
    ],
)
def test_what_is_pasted_runs(
    frame: pd.DataFrame, line: str, culprit: str, code: str, expected: str | None, tmp_path: Path
) -> None:
    found = first_problem(frame, f"a <- {line}", tmp_path)
    assert found is not None
    assert found.code == code
    (pasted, *_) = re.findall(r"`((?:let|event|log1p)\b.*?)`(?=$|[ ,])", found.help or "")
    assert expected is None or pasted == expected
    if pasted.startswith("let"):
        name = pasted.split()[1]
        text = f"{pasted}\na <- {line.replace(culprit, name)}"
    else:
        text = f"a <- {line.replace(culprit, pasted)}"
    again = first_problem(frame, text, tmp_path)
    assert again is None or again.code == "G620"

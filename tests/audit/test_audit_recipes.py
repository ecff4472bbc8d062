"""A08: what a tree learner sees already, written as a power, or by way of a derived column."""

from __future__ import annotations

from pathlib import Path

import pytest

import gipspec
from gipspec import audit

HEAD = """
data "panel.csv"
panel city year
defaults learner=rf(trees=5)
let made = {}
base <- y ~ d | x + w
"""


def found(value: str, line: str, folder: Path) -> list[str]:
    (folder / "panel.csv").write_text("city,year,y,d,x,w,v\n1,2001,0,1,2,3,4\n", encoding="utf-8")
    study = gipspec.loads(f"{HEAD.format(value)}{line}\n", folder=folder).require()
    return [f.message.split("`")[1] for f in audit.findings(study) if f.code == "A08"]


@pytest.mark.parametrize(
    "value",
    [
        "x^2",
        "x^3",
        "x * x",
        "x^0.5",
        "log(x)",
        "log1p(x)",
        "sqrt(x)",
        "exp(x)",
        "standardize(x)",
        "rank(x)",
        "2 * x",
        "x / 100",
        "x + 1",
        "1 - x",
        "-x",
        "log(1 + x / 1000)",
        "sqrt(x)^2",
        "standardize(x^2)",
    ],
)
def test_columns_in_the_order_of_a_control(value: str, tmp_path: Path) -> None:
    assert found(value, "more <- base; add=made", tmp_path) == ["made"]


@pytest.mark.parametrize(
    "value",
    [
        "x",  # a copy of a control is one, too
        "v^2",
        "x * w",
        "x / w",
        "abs(x)",
        "lag(x)",
        "(x - 5)^2",
        "standardize(x)^2",
        "x^0",
        "0 * x",
        "winsor(x, 1%)",
        "ave(x, city)",
    ],
)
def test_columns_with_an_order_of_their_own(value: str, tmp_path: Path) -> None:
    expected = ["made"] if value == "x" else []
    assert found(value, "more <- base; add=made", tmp_path) == expected


def test_by_way_of_several_columns_and_in_a_formula(tmp_path: Path) -> None:
    assert found("log(v)", "let twice = made^2\nmore <- base; add=twice + v", tmp_path) == []
    assert found("v / 2", "let twice = made^2\nmore <- base; add=twice + v", tmp_path) == ["twice"]
    assert found("v / 2", "let twice = made^2\nmore <- base; add=twice + made", tmp_path) == ["twice"]
    assert found("v^2", "more <- base; add=log(x)", tmp_path) == ["log(x)"]
    assert found("x^2", "more <- base; add=made; learner=lasso", tmp_path) == []
    assert found("x^2", "more <- base; add=made; drop=x", tmp_path) == []
    assert found("x^2", "more <- base; add=made:w", tmp_path) == []

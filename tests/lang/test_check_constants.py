"""What a call has written out is checked before the data are read, in the words of the data room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lang_cases import HEAD, check, codes

from gipspec.api import load
from gipspec.data import Table, build_dataset
from gipspec.data.expressions import evaluate
from gipspec.data.features import leaves_of
from gipspec.diagnostics import GipError, Problem
from gipspec.lang.check.constants import CONSTANTS, SCALED
from gipspec.lang.parser import parse
from gipspec.lang.study import Panel, Term
from gipspec.lang.syntax import Expr, LetStatement
from gipspec.lang.vocabulary import FUNCTIONS
from gipspec.lang.vocabulary.kinds import Whole
from gipspec.source import Source

SPECS = Path(__file__).parents[2] / "specs"
ROWS = 40
FRAME = pd.DataFrame(
    {
        "city": np.repeat(np.arange(8.0), 5),
        "year": np.tile(np.arange(5.0), 8),
        **{name: np.random.default_rng(at).normal(size=ROWS) for at, name in enumerate("abc")},
    }
)
TABLE = Table(name="panel.csv", frame=FRAME, labels={}, value_labels={})
DATASET = build_dataset(TABLE, Panel(unit="city", time="year"), (), ())


def expression(text: str) -> Expr:
    statement = parse(Source.of("study.gip", f"let v = {text}\n"))[0].statements[0]
    assert isinstance(statement, LetStatement)
    return statement.value


def when_run(text: str) -> list[Problem]:
    expr = expression(text)
    try:
        if text.startswith(("bs", "poly")):
            leaves_of((Term(factors=(expr,)),), DATASET)
        else:
            evaluate(expr, DATASET)
    except GipError as error:
        return list(error.problems)
    return []


def when_checked(text: str) -> list[Problem]:
    term = text.startswith(("bs", "poly"))
    spec = f"m <- y ~ d | {text}\n" if term else f"let v = {text}\nm <- y ~ d | v\n"
    return list(check(spec)[1])


WRONG = [
    ("entropy(a, b)", "G214"),
    ("topsis(+a, b)", "G214"),
    ("pca(a + b, -c)", "G214"),
    ("entropy(+a, -b, scale=month)", "G204"),
    ("pca(+a, -b, scale=1)", "G204"),
    ("lag(a, 0)", "G207"),
    ("lag(a, -1)", "G207"),
    ("lag(a, 1.5)", "G207"),
    ("lag(a, k=b)", "G207"),
    ("lead(a, 1001)", "G207"),
    ("diff(a, 0)", "G207"),
    ("round(a, 16)", "G207"),
    ("round(a, digits=b)", "G207"),
    ("winsor(a, 70%)", "G207"),
    ("winsor(a, 0)", "G207"),
    ("winsor(a, b)", "G207"),
    ("cut(a, 1)", "G207"),
    ("cut(a, 1001)", "G207"),
    ("cut(a, b)", "G207"),
    ("cut(a, [3, 2, 1])", "G207"),
    ("cut(a, [1, 1])", "G207"),
    ("cut(a, [1, b])", "G207"),
    ("poly(a, 21)", "G207"),
    ("poly(a, 1.5)", "G207"),
    ("bs(a, df=1)", "G207"),
    ("bs(a, 2)", "G207"),
    ("bs(a, degree=11)", "G207"),
    ("bs(a, df=4, degree=5)", "G207"),
]
RIGHT = [
    "entropy(+a, -b)",
    "topsis(+a, -(b + c), scale=year)",
    "pca(+a, -b, scale=all)",
    "lag(a)",
    "lag(a, 4 / 2)",
    "lead(x=a, k=1)",
    "round(a, -2)",
    "winsor(a, 1 / 3)",
    "winsor(a, share=5%)",
    "cut(a, 4)",
    "cut(a, [-1, 0, 1/2])",
    "poly(a, 3)",
    "bs(a)",
    "bs(a, 5)",
    "bs(a, 2, degree=2)",
    "bs(a, df=4, degree=3)",
]


@pytest.mark.parametrize(("text", "code"), WRONG)
def test_the_check_says_what_the_run_would_say(text: str, code: str) -> None:
    found, wanted = when_checked(text), when_run(text)
    assert [p.code for p in wanted] == [code]
    first = found[0]
    assert (first.code, first.message, first.help) == (code, wanted[0].message, wanted[0].help)
    assert first.span is not None and wanted[0].span is not None
    assert first.span.text == wanted[0].span.text


@pytest.mark.parametrize("text", RIGHT)
def test_what_runs_is_sound(text: str) -> None:
    assert when_checked(text) == when_run(text) == []


@pytest.mark.parametrize(
    ("function", "name", "kind"),
    [(f, n, kind) for f, kinds in CONSTANTS.items() for n, kind in kinds.items() if isinstance(kind, Whole)],
)
def test_bounds_are_those_of_the_data_room(function: str, name: str, kind: Whole) -> None:
    beside = "df=10, " if (function, name) == ("bs", "degree") else ""
    for value in (kind.low - 1, kind.high + 1):
        text = f"{function}(a, {beside}{name}={value})"
        assert [p.code for p in when_checked(text)] == [p.code for p in when_run(text)] == ["G207"], text
    lowest = 3 if (function, name) == ("bs", "df") else kind.low
    for value in (lowest, kind.high):
        text = f"{function}(a, {beside}{name}={value})"
        assert when_checked(text) == when_run(text) == [], text


def test_every_constant_is_an_argument() -> None:
    for function, kinds in CONSTANTS.items():
        entry = FUNCTIONS[function]
        assert set(kinds) <= {*entry.positional, *entry.named}
    assert {"entropy", "pca", "topsis"} == SCALED


def test_a_scale_by_periods_needs_a_panel() -> None:
    spec = "let v = pca(+a, -b, scale=year)\nm <- y ~ d | v; cluster=none\n"
    assert codes(spec, head='data "panel.csv"\n') == ["G110"]
    assert codes(spec) == []


def test_every_indicator_without_a_sign_is_told() -> None:
    assert codes("let v = pca(a, b)\nm <- y ~ d | v\n", HEAD) == ["G214", "G214"]


@pytest.mark.parametrize("function", ["min", "max"])
def test_the_smallest_of_one_column_is_no_column(function: str) -> None:
    (found,) = when_checked(f"{function}(a)")
    assert (found.code, found.message) == ("G207", f"`{function}`: takes 2 or more arguments, not 1")
    assert when_checked(f"{function}(a, 0)") == []


@pytest.mark.parametrize("name", ["gip.gip", "castle.gip", "pension.gip"])
def test_the_specs_of_the_project_are_sound(name: str) -> None:
    assert [p for p in load(SPECS / name).problems if p.severity == "error"] == []

"""Numbers, texts and conditions, as far as the header of the data tells which is which."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lang_cases import check

from gipspec.data import Table, build_dataset
from gipspec.data.expressions import evaluate
from gipspec.diagnostics import GipError, Problem
from gipspec.lang.parser import parse
from gipspec.lang.study import Column, Panel, Schema
from gipspec.lang.syntax import LetStatement
from gipspec.source import Source

ROWS = 40
NUMBERS = ("city", "year", "y", "d", "a", "b")
COLUMNS = (
    *(Column(name=name, kind="number") for name in NUMBERS),
    Column(name="region", kind="number"),
    Column(name="name", kind="text"),
    Column(name="day", kind="date"),
    Column(name="unknown"),
)
SCHEMA = Schema(name="panel.dta", columns=COLUMNS)
FRAME = pd.DataFrame(
    {
        "city": np.repeat(np.arange(8.0), 5),
        "year": np.tile(np.arange(5.0), 8),
        **{name: np.random.default_rng(at).normal(size=ROWS) for at, name in enumerate("yab")},
        "d": np.repeat([0.0, 1.0], ROWS // 2),
        "region": np.tile([1.0, 2.0], ROWS // 2),
        "name": ["East", "West"] * (ROWS // 2),
        "day": ["2010-01-31", "2010-02-28"] * (ROWS // 2),
        "unknown": ["1", "x"] * (ROWS // 2),
    }
).astype({"name": object, "day": object, "unknown": object})
TABLE = Table(name="panel.dta", frame=FRAME, labels={}, value_labels={"region": {1.0: "East", 2.0: "West"}})
DATASET = build_dataset(TABLE, Panel(unit="city", time="year"), (), ())


def errors(spec: str, schema: Schema | None = SCHEMA) -> list[Problem]:
    return [p for p in check(spec, schema=schema)[1] if p.severity == "error"]


def when_run(text: str) -> list[str]:
    statement = parse(Source.of("study.gip", f"let v = {text}\n"))[0].statements[0]
    assert isinstance(statement, LetStatement)
    try:
        evaluate(statement.value, DATASET)
    except GipError as error:
        return [f"{p.code}: {p.message}" for p in error.problems]
    return []


WRONG = [
    "a * name",
    'a + "b"',
    "name - 1",
    "name ^ 2",
    "a / day",
    "-name",
    "log(name)",
    "abs(day)",
    "min(a, name)",
    "round(name, 2)",
    "diff(name)",
    "ave(name, year)",
    "winsor(name, 1%)",
    "standardize(name)",
    "rank(name)",
    "cut(name, 4)",
    "log(lag(name))",
    "entropy(+a, -name)",
    'ifelse(year > 3, "a", 1)',
    "ifelse(year > 3, a, name)",
    "ifelse(name, 1, 2)",
    "not name",
    'a > 1 and "b"',
    "name or a > 1",
    "not log(a + 9)",
    'year > "a"',
    'year <= "2010"',
    "name > 3",
    "name == 3",
    "3 != name",
    "name == a * 2",
    'a * 2 == "x"',
    'region < "East"',
    "name in [1, 2]",
    'a + 1 in ["x"]',
    'log(a + 9) not in ["x"]',
]
RIGHT = [
    'name == "East"',
    'name < "West"',
    'name in ["East", "West"]',
    'region == "East"',
    'region in ["East"]',
    'lag(region) == "West"',
    'day >= "2010-02-01"',
    "is_missing(name)",
    'is_missing(lag(name)) or name == "East"',
    "ave(a, name)",
    "ave(a, name:year)",
    'ifelse(d, "a", "b") == "a"',
    "ifelse(d, name, lag(name))",
    "ifelse(1 - d, 1, 2)",
    "d and a > 1",
    "not d",
    'unknown == "x"',
]


@pytest.mark.parametrize("text", WRONG)
def test_the_check_says_what_the_run_would_say(text: str) -> None:
    found = errors(f"let v = {text}\nm <- y ~ d | v\n")
    assert [f"{p.code}: {p.message}" for p in found][:1] == when_run(text) != []


@pytest.mark.parametrize("text", RIGHT)
def test_what_runs_is_sound(text: str) -> None:
    assert errors(f"let v = {text}\nm <- y ~ d | v\n") == []
    assert when_run(text) == []


@pytest.mark.parametrize("text", WRONG)
def test_columns_of_an_unknown_kind_are_taken_on_trust(text: str) -> None:
    plain = Schema(name="panel.csv", columns=tuple(Column(name=c.name) for c in COLUMNS))
    alone = ('"b"', '"a", 1', '"x"', "log(a", "a * 2")  # wrong in any data
    if not any(part in text for part in alone):
        assert errors(f"let v = {text}\nm <- y ~ d | v\n", schema=plain) == []
        assert errors(f"let v = {text}\nm <- y ~ d | v\n", schema=None) == []


@pytest.mark.parametrize(
    "controls",
    ["name^2", "(name)^2", "square(name)", "square(a + name)", "poly(name, 2)", "bs(name)", "I(a + name)"],
)
def test_powers_and_polynomials_of_text_are_refused(controls: str) -> None:
    assert [p.code for p in errors(f"m <- y ~ d | {controls}\n")] == ["G307"]


@pytest.mark.parametrize("controls", ["name", "factor(name)", "a:name", "a * name", "I(name)", "lag(name)"])
def test_text_among_the_controls_is_categories(controls: str) -> None:
    assert errors(f"m <- y ~ d | {controls}\n") == []


def test_quantiles_need_numbers_and_a_policy_does_not() -> None:
    assert [p.code for p in errors("m <- y ~ d | a; het=terciles(name)\n")] == ["G307"]
    assert errors("m <- y ~ d | a; het=name\nn <- m; het=policytree(a, name)\n") == []


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("name * 2", 'for example `let on = name == "yes"`'),
        ("day + 1", 'as in `day >= "2010-01-01"`'),
        ('a + "3"', "take its quotes away"),
        ('a + "b"', "write a number"),
        ('ifelse(d, "a", 1)', "`ifelse` gives one of two numbers, or one of two texts"),
        ('year > "2010"', 'leave the quotes of "2010" away'),
        ('year > "a"', "`year` holds numbers: compare it with one"),
        ("not name", 'such as `name == "yes"`'),
    ],
)
def test_remedies(text: str, remedy: str) -> None:
    (found,) = errors(f"let v = {text}\nm <- y ~ d | v\n")
    assert found.help is not None and remedy in found.help

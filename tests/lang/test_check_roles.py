"""Outcomes, treatments, instruments and mediators are columns of numbers; samples are conditions."""

from __future__ import annotations

from pathlib import Path

import pytest
from lang_cases import check

from gipspec.diagnostics import Problem
from gipspec.lang.check import Declarations, declare, resolve
from gipspec.lang.load import load_source
from gipspec.lang.study import Column, Schema
from gipspec.source import Source

NUMBERS = ("city", "year", "y", "y2", "d", "w", "a", "b", "region")
COLUMNS = (*(Column(name=name, kind="number") for name in NUMBERS), Column(name="name", kind="text"))
SCHEMA = Schema(name="panel.dta", columns=COLUMNS)


def errors(spec: str, schema: Schema | None = SCHEMA) -> list[Problem]:
    return [p for p in check(f"{spec}\n", schema=schema)[1] if p.severity == "error"]


@pytest.mark.parametrize(
    ("spec", "code", "place", "remedy"),
    [
        ("m <- name ~ d | a", "G307", "name", 'let on = name == "yes"'),
        ("m <- y ~ name | a", "G307", "name", 'let on = name == "yes"'),
        ('m <- "y" ~ d | a', "G307", '"y"', "a column stands without quotes"),
        ("m <- y ~ d * name | a", "G307", "name", "`het=name`"),
        ("m <- y ~ d:name | a", "G307", "name", "`het=name`"),
        ("m <- y ~ factor(region) | a", "G206", "factor", "`model=apo`"),
        ("m <- y ~ d * factor(region) | a", "G206", "factor", "are an option: `het=region`"),
        ("m <- y ~ poly(d, 2) | a", "G206", "poly", "`model=apo`"),
        ("m <- y ~ d | a; iv=name", "G307", "name", 'let on = name == "yes"'),
        ("m <- y ~ d | a; iv=factor(region)", "G206", "factor", "name a column"),
        ("m <- y ~ d | a; via=name", "G307", "name", 'let on = name == "yes"'),
        ("m <- y ~ d | a\nn <- m; outcome=name", "G307", "name", 'let on = name == "yes"'),
        ("m <- y ~ d | a\nn <- m; treatment=name", "G307", "name", 'let on = name == "yes"'),
        ("let n = name\nm <- n ~ d | a", "G307", "n", 'let on = n == "yes"'),
        ("let n = lag(name)\nlet k = n * 2\nm <- y ~ d | k", "G307", "n", 'let on = n == "yes"'),
        ('let n = ifelse(d, "a", "b")\nm <- y ~ n | a', "G307", "n", 'let on = n == "yes"'),
        ("m <- y ~ 1 | a", "G217", "1", "a treatment is a column"),
        ("m <- y ~ d + 1 | a", "G217", "1", "a treatment is a column"),
        ("m <- y ~ d * 2 | a", "G217", "d * 2", "write `I(d * 2)`"),
        ("m <- y ~ d | a; sample=name", "G314", "name", 'such as `name == "yes"`'),
        ("m <- y ~ d | a; sample=log(a)", "G314", "log(a)", "such as `log(a) >= 1`"),
        ("m <- y ~ d | a; sample=2", "G314", "2", "write a comparison"),
        ("sample s = name\nm <- y ~ d | a; sample=s", "G314", "name", 'such as `name == "yes"`'),
        ("sample s = not name\nm <- y ~ d | a", "G314", "name", 'such as `name == "yes"`'),
    ],
)
def test_a_variable_in_a_role_that_it_cannot_have(spec: str, code: str, place: str, remedy: str) -> None:
    (found,) = errors(spec)
    assert found.code == code
    assert found.span is not None and found.span.text == place
    assert found.help is not None and remedy in found.help


@pytest.mark.parametrize(
    "spec",
    [
        "m <- y ~ d | name; het=name; cluster=name",
        'let on = name == "East"\nm <- on ~ d | a; sample=on',
        "m <- y ~ d * a | b",
        "m <- log(a) ~ d^2 + I(d * a) | b",
        "m <- y ~ d | a; sample=d",
        "m <- y ~ d | a; sample=1 - d",
        "m <- y ~ d | a; iv=w:a",
        "m <- y ~ d | a; placebo=99; placebo_strata=name",
        'let n = lag(region)\nm <- y ~ d | a; sample=n == "East"',
    ],
)
def test_what_runs_is_sound(spec: str) -> None:
    assert errors(spec) == []


def test_columns_of_an_unknown_kind_are_taken_on_trust() -> None:
    plain = Schema(name="panel.csv", columns=tuple(Column(name=c.name) for c in COLUMNS))
    assert errors("m <- name ~ d | a; sample=name", plain) == []
    for schema in (plain, None):
        assert errors("let n = name\nm <- n ~ d * name | a", schema) == []


def test_a_let_that_becomes_text_is_seen_by_the_lines_that_use_it() -> None:
    def declared(value: str) -> Declarations:
        text = f'data "panel.dta"\npanel city year\nlet n = {value}\nm <- n ~ d | a\n'
        spec = load_source(Source.of("study.gip", text), Path())
        return declare(spec.source, spec.statements, spec.folder, spec.problems)

    sound = resolve(declared("a + 1"), SCHEMA)
    assert sound.ok
    assert [p.code for p in resolve(declared("name"), SCHEMA, sound.known).problems] == ["G307"]

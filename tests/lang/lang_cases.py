"""Small helpers for tests of the checker."""

from __future__ import annotations

from pathlib import Path

from gipspec.diagnostics import Problem, sort_problems
from gipspec.lang.check import declare, resolve
from gipspec.lang.load import load_source
from gipspec.lang.study import Column, Model, Schema, Study
from gipspec.source import Source

COLUMNS = ["city", "year", "y", "y2", "d", "d2", "w", "a", "b", "c", "城市化", "region"]
SCHEMA = Schema(name="panel.csv", columns=tuple(Column(name=n, label=n.upper()) for n in COLUMNS))
HEAD = 'data "panel.csv"\npanel city year\n'


def check(
    text: str, head: str = HEAD, schema: Schema | None = SCHEMA
) -> tuple[Study | None, tuple[Problem, ...]]:
    spec = load_source(Source.of("study.gip", head + text), Path())
    checked = resolve(declare(spec.source, spec.statements, spec.folder, spec.problems), schema)
    return checked.study, sort_problems((*spec.problems, *checked.problems))


def study_of(text: str, head: str = HEAD) -> Study:
    study, problems = check(text, head)
    errors = [p for p in problems if p.severity == "error"]
    assert not errors, errors
    assert study is not None
    return study


def model_of(text: str, name: str = "base", head: str = HEAD) -> Model:
    return study_of(text, head).model(name)


def codes(text: str, head: str = HEAD) -> list[str]:
    return [p.code for p in check(text, head)[1]]

"""Damaged specs never give a traceback: whatever the text, the checker answers with problems."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gipspec.diagnostics import render, sort_problems
from gipspec.lang.check import declare, resolve
from gipspec.lang.load import load_source
from gipspec.lang.study import Column, Schema
from gipspec.source import Source

SPEC = (Path(__file__).parents[2] / "specs" / "castle.gip").read_text(encoding="utf-8")
WORDS = [
    *SPEC.split(),
    "；",
    "`a b`",
    '"',
    "(",
    ")",
    "[",
    "]",
    "~",
    "|",
    "<-",
    ";",
    "-5..5",
    "1%",
    "\n",
    "\n    ",
    "het=x",
]
SCHEMA = Schema(
    name="castle", columns=tuple(Column(name=n) for n in ("sid", "year", "post", "l_homicide", "poverty"))
)


def answer(text: str) -> str:
    spec = load_source(Source.of("fuzz.gip", text), Path())
    checked = resolve(declare(spec.source, spec.statements, spec.folder, spec.problems), SCHEMA)
    problems = sort_problems((*spec.problems, *checked.problems))
    for problem in problems:
        assert problem.message
        if problem.span is not None:
            assert 0 <= problem.span.start <= problem.span.end <= len(spec.source.text)
    return render(problems)


@given(st.lists(st.sampled_from(WORDS), max_size=60))
@settings(max_examples=300, deadline=None)
def test_shuffled_words(words: list[str]) -> None:
    assert "Traceback" not in answer(" ".join(words))


@given(st.integers(0, 2**32), st.integers(1, 25))
@settings(max_examples=200, deadline=None)
def test_a_real_spec_with_random_damage(seed: int, hits: int) -> None:
    rng = random.Random(seed)
    text = list(SPEC)
    for _ in range(hits):
        at = rng.randrange(len(text))
        match rng.randrange(3):
            case 0:
                del text[at : at + rng.randrange(1, 8)]
            case 1:
                text.insert(at, rng.choice(WORDS))
            case _:
                text[at] = rng.choice(SPEC)
    assert "Traceback" not in answer("".join(text))


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text(text: str) -> None:
    assert "Traceback" not in answer(text)

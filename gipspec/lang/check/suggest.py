"""What to write in the place of a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from gipspec.diagnostics import Problem, nearest, problem
from gipspec.lang.vocabulary.aliases import advice, alias
from gipspec.source import Span

MOST_LISTED = 14


def unknown(code: str, span: Span, wanted: str, known: Iterable[str], /, **fields: object) -> Problem:
    """Build a problem about a name, `wanted`, that is not among `known`, with what was meant as its remedy.

    That is the word which another package calls so, or the nearest one; otherwise a list.
    """
    choices = sorted(set(known))
    advised = advice(wanted, choices)
    guess = None if advised else alias(wanted, choices) or nearest(wanted, choices)
    if advised:
        remedy = advised
    elif guess:
        remedy = f"did you mean `{guess}`?"
    elif choices:
        remedy = f"use one of {listed(wanted, choices)}"
    else:
        remedy = "none is defined in this spec"
    return problem(code, span, notes=(), help=None, instead=guess, remedy=remedy, **fields)


def listed(wanted: str, choices: Iterable[str], most: int = MOST_LISTED) -> str:
    """Print choices in order; of too many, those that `wanted` is most alike."""
    names = sorted(choices)
    if len(names) <= most:
        return ", ".join(f"`{name}`" for name in names)
    likeness = SequenceMatcher(b=wanted.casefold(), autojunk=False)

    def unlike(name: str) -> float:
        likeness.set_seq1(name.casefold())
        return -likeness.ratio()

    kept = sorted(sorted(names, key=unlike)[:most])
    return ", ".join(f"`{name}`" for name in kept) + ", ..."

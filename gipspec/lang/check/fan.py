"""Fan-outs: `[a, b]` means one of each, two lists in a line cross, and each member has a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product

from gipspec.diagnostics import GipError, Note, problem
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Binary, Each, Expr, Name, Option
from gipspec.source import Span

MOST_PER_LINE = 500
MOST_PER_STUDY = 5000
SIGNS = {
    "==": "is",
    "!=": "not",
    "<": "below",
    "<=": "up_to",
    ">": "above",
    ">=": "from",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "over",
    "^": "to_the",
    ":": "by",
}
_BOUND = re.compile("!=|<=?|>=?")
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One choice from every list of a line; `variant` names it, empty where the line has no list.

    `picked` are the values that set it apart, those from lists.
    """

    variant: str
    values: tuple[Expr, ...]
    picked: tuple[Expr, ...]


def _names(choices: tuple[Expr, ...]) -> tuple[str, ...]:
    """Return the names of members: `lasso`, `3`, `lowcarbon_smartcity`, `year_below_2005`.

    Bounds are always spoken, so that the name of a sample is not that of its complement; other signs where
    members differ in nothing else.
    """
    texts = [c.text if isinstance(c, Name) else print_expr(c) for c in choices]
    names = tuple(_slug(_spoken(text, _BOUND)) for text in texts)
    if len(set(names)) == len(names):
        return names
    return tuple(_slug(_spoken(text, _SIGN)) for text in texts)


def _spoken(text: str, signs: re.Pattern[str]) -> str:
    return signs.sub(lambda sign: f" {SIGNS[sign.group()]} ", text)


def _slug(text: str) -> str:
    return re.sub(r"[^\w]+", "_", text).strip("_") or "_"


def spread(
    parts: tuple[Expr, ...],
    where: Span,
    *,
    sums: frozenset[int] = frozenset(),
    whole: frozenset[int] = frozenset(),
) -> tuple[Member, ...]:
    """Cross the lists among `parts`.

    Those at the positions `sums` also fan out over `a + b`; those at `whole` are one value, lists or not.
    Raises GipError: G103 where two members would have one name, G210 beyond the bound.
    """
    choices = [(part,) if i in whole else _choices(part, i in sums) for i, part in enumerate(parts)]
    if all(len(c) == 1 for c in choices):
        return (Member(variant="", values=tuple(c[0] for c in choices), picked=()),)
    count = reduce(lambda total, c: total * len(c), choices, 1)
    if count > MOST_PER_LINE:
        raise GipError(problem("G210", where, what="this line", count=count, bound=MOST_PER_LINE))
    named = [tuple(zip(c, _names(c), strict=True)) if len(c) > 1 else ((c[0], ""),) for c in choices]
    members = []
    for picks in product(*named):
        apart = [(value, name) for value, name in picks if name]
        members.append(
            Member(
                variant=".".join(name for _, name in apart),
                values=tuple(value for value, _ in picks),
                picked=tuple(value for value, _ in apart),
            )
        )
    _refuse_twins(members, where)
    return tuple(members)


def _choices(part: Expr, sums: bool) -> tuple[Expr, ...]:
    if isinstance(part, Each):
        return part.items
    if sums and isinstance(part, Binary) and part.op == "+":
        return (*_choices(part.left, True), *_choices(part.right, True))
    return (part,)


def _refuse_twins(members: list[Member], where: Span) -> None:
    seen: set[str] = set()
    for member in members:
        if member.variant in seen:
            last = member.picked[-1]
            note = Note(text="in the list of this line", span=where)
            raise GipError(problem("G103", last.span, notes=[note], kind="the member", name=member.variant))
        seen.add(member.variant)


def listed(options: Mapping[str, Option]) -> tuple[str, ...]:
    """Return the names of the options that hold a list."""
    return tuple(name for name, option in options.items() if isinstance(option.value, Each))

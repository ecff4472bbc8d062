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


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One choice from every list of a line; `variant` names it, empty where the line has no list."""

    variant: str
    values: tuple[Expr, ...]


def slug(expr: Expr) -> str:
    """Return the name of a member: `lasso`, `3`, `0_5`, `lowcarbon_smartcity`."""
    text = expr.text if isinstance(expr, Name) else print_expr(expr)
    return re.sub(r"[^\w]+", "_", text).strip("_") or "_"


def spread(parts: tuple[Expr, ...], sums: frozenset[int], where: Span) -> tuple[Member, ...]:
    """Cross the lists among `parts`; those at the positions `sums` also fan out over `a + b`.

    Raises GipError: G103 where two members would have one name, G210 beyond the bound.
    """
    choices = [_choices(part, i in sums) for i, part in enumerate(parts)]
    count = reduce(lambda total, c: total * len(c), choices, 1)
    if count > MOST_PER_LINE:
        raise GipError(problem("G210", where, what="this line", count=count, bound=MOST_PER_LINE))
    members = []
    for values in product(*choices):
        named = [slug(v) for v, c in zip(values, choices, strict=True) if len(c) > 1]
        members.append(Member(variant=".".join(named), values=values))
    _refuse_twins(members, choices, where)
    return tuple(members)


def _choices(part: Expr, sums: bool) -> tuple[Expr, ...]:
    if isinstance(part, Each):
        return part.items
    if sums and isinstance(part, Binary) and part.op == "+":
        return (*_choices(part.left, True), *_choices(part.right, True))
    return (part,)


def _refuse_twins(members: list[Member], choices: list[tuple[Expr, ...]], where: Span) -> None:
    seen: set[str] = set()
    for member in members:
        if member.variant in seen:
            last = [v for v, c in zip(member.values, choices, strict=True) if len(c) > 1][-1]
            note = Note(text="in the list of this line", span=where)
            raise GipError(problem("G103", last.span, notes=[note], kind="the member", name=member.variant))
        seen.add(member.variant)


def listed(options: Mapping[str, Option]) -> tuple[str, ...]:
    """Return the names of the options that hold a list."""
    return tuple(name for name, option in options.items() if isinstance(option.value, Each))

"""The groups of a moderator side by side: their differences, the test that all are equal, what failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.estimate import Influence, difference, equality
from gipspec.estimate.named import union
from gipspec.recipe.found import Found
from gipspec.recipe.moderator import Moderator
from gipspec.recipe.work import Codes

DIFFERENCE = "difference"
JOIN = "join groups, or choose another moderator"
OF_THE_GROUP = ("G401", "G402", "G407", "G408")  # whose remedies are those of a whole model


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """A group's estimate, and the units (n,) of its rows."""

    found: Found
    unit: Codes


def compared(
    groups: Sequence[Group], moderator: Moderator, level: float
) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """Return the effect of each group less that of the first, which have a key of their own if there are two.

    Each carries the test that all groups have the same effect. Where that cannot be made a warning (G603)
    says so.
    """
    if len(groups) < 2:
        return (), ()
    measures, problems = _equality(groups, moderator)
    several = len(moderator.grouping.keys) > 2
    first, *others = groups
    return tuple(_less(g, first, level, measures, several=several) for g in others), problems


def _equality(
    groups: Sequence[Group], moderator: Moderator
) -> tuple[tuple[tuple[str, float], ...], tuple[Problem, ...]]:
    effects = [g.found.influence for g in groups]
    refused = (), (problem("G603", count=len(groups), name=moderator.name),)
    if _free(effects) < len(groups) - 1:
        return refused
    try:
        test = equality(effects)
    except GipError:
        return refused
    return (
        ("equality.p", test.p),
        ("equality.chi2", test.statistic),
        ("equality.df", float(test.df)),
    ), ()


def _free(effects: Sequence[Influence]) -> int:
    """Return the number of clusters that are free to vary: scores of an estimate sum to nought over them."""
    dimensions = zip(*(e.clusters for e in effects), strict=True)
    return sum(len(union(names)) - 1 for names in dimensions)


def _less(
    group: Group, first: Group, level: float, measures: tuple[tuple[str, float], ...], *, several: bool
) -> Found:
    a, b = group.found, first.found
    aggregate, influence = difference(a.influence, b.influence, level)
    return replace(
        a,
        key=f"{DIFFERENCE}.{a.key}" if several else DIFFERENCE,
        kind=DIFFERENCE,
        group=f"{a.group} − {b.group}",
        aggregate=aggregate,
        influence=influence,
        n=a.n + b.n,
        units=int(np.union1d(group.unit, first.unit).size),
        clusters=min((len(names) for names in influence.clusters), default=0) if a.cluster else a.n + b.n,
        nuisances=(),
        residual_share=float("nan"),
        measures=measures,
    )


def without_estimate(problems: Sequence[Problem], moderator: Moderator, at: int) -> tuple[Problem, ...]:
    """Say of which group problems are, and what they are, so that it can be left out."""
    group = f"`{moderator.grouping.keys[at]}`"
    if moderator.titles[at].lower() != moderator.grouping.keys[at]:
        group += f" ({moderator.titles[at]})"
    return tuple(
        problem(
            "G441",
            group=group,
            name=moderator.name,
            reason=p.message,
            remedy=JOIN if p.code in OF_THE_GROUP else p.help or JOIN,
        )
        for p in problems
    )

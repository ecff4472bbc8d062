"""Which columns look like a treatment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gipspec.propose.panel import Pair
from gipspec.propose.profile import Profile, Sight
from gipspec.propose.words import (
    ATTRIBUTE,
    OUTCOME,
    TREATMENT,
    lagged,
    names_a_period,
    score,
    shifted,
    stem,
)

FAMILY = 5  # so many columns of 0 and 1 with one stem are the dummies of a category
MOST = 200  # columns to look into
MOST_FACTORS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """How a column of 0 and 1 moves within units: `begins` and `ends` count switches.

    `cohorts` is the number of periods in which units begin, `never` the units that stay at 0.
    """

    units: int
    begins: int
    ends: int
    cohorts: int
    never: int
    always: int

    @property
    def adopted(self) -> bool:
        """Tell whether units begin, and none ends, and not all of them begin at one time."""
        return self.begins > 0 and self.ends == 0 and (self.never > 0 or self.cohorts > 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """A candidate: `worth` orders them; `paths` are those of a column of 0 and 1 in a panel; `product` names
    two columns of 0 and 1 that are both 1 exactly where it is, as in a difference-in-differences.
    """

    name: str
    worth: float
    called: float
    share: float  # of the rows that are treated, of a column of 0 and 1; otherwise NaN
    paths: Paths | None = None
    product: tuple[str, str] | None = None


def treatments(sight: Sight, pair: Pair | None, given: str = "") -> tuple[Treatment, ...]:
    """Return the columns that look like a treatment, the likeliest first."""
    names = [given] if given else _likely(sight, pair)
    order = _order(sight, pair) if pair else None
    found = [_judge(sight, sight.profiles[name], order) for name in names]
    kept = [t for t in found if t and (given or t.worth > 0)]
    return tuple(sorted(kept, key=lambda t: (-t.worth, sight.profiles[t.name].position)))


def _likely(sight: Sight, pair: Pair | None) -> list[str]:
    taken = {pair.unit, pair.time} if pair else set()
    families = dummies(sight)
    scored = []
    for p in sight.profiles.values():
        called = score(TREATMENT, p.name, p.label)
        if p.is_text or p.constant or p.name in taken or p.present < p.rows / 2:
            continue
        if p.name in families or names_a_period(p.name) or not (p.binary or called >= 3) or p.yearly:
            continue
        scored.append((called + 2 * p.binary, p))
    return [p.name for _, p in sorted(scored, key=lambda x: (-x[0], x[1].position))[:MOST]]


def dummies(sight: Sight) -> frozenset[str]:
    """Return the columns that are one of many with the same stem: dummies of years or regions, trends."""
    numbered = (
        name
        for alike in sight.alike.values()
        if len(alike) >= FAMILY
        for name in alike
        if stem(name) != name.lower()
    )
    return frozenset(n for n in numbered if sight.profiles[n].numeric and sight.profiles[n].whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """Rows by unit and time: `at` sorts them, `of` and `when` are their units and periods, sorted."""

    at: np.ndarray
    of: np.ndarray
    when: np.ndarray


def _order(sight: Sight, pair: Pair) -> _Order:
    of, when = sight.codes(pair.unit), sight.codes(pair.time)
    at = np.lexsort((when, of))
    return _Order(at=at, of=of[at], when=when[at])


def _judge(sight: Sight, p: Profile, order: _Order | None) -> Treatment | None:
    """Return a candidate, or None where a column cannot have an effect that the effects of a panel leave."""
    values = sight.values(p.name)
    called = score(TREATMENT, p.name, p.label)
    late = shifted(p.name) or bool(lagged(p.name, sight.profiles))
    worth = called - score(ATTRIBUTE, p.name, p.label) - 6 * late - score(OUTCOME, p.name)
    worth -= 3.0 if p.name.startswith("c") and p.name[1:] in sight.profiles else 0.0  # a change
    if not p.binary:
        worth -= 1
        if order is not None and not _varies_both_ways(values[order.at], order):
            return None
        return Treatment(name=p.name, worth=worth, called=called, share=float("nan"))
    share = float(np.nanmean(values))
    worth += 1.5 if 0.02 <= share <= 0.98 else 0.0
    if order is None:
        product = _product(sight, p)
        worth += 4.0 if product else 0.0
        return Treatment(name=p.name, worth=worth, called=called, share=share, product=product)
    if not _varies_both_ways(values[order.at], order):
        return None
    paths = _paths(values[order.at], order)
    worth += 5.0 if paths.adopted else 0.0
    return Treatment(name=p.name, worth=worth, called=called, share=share, paths=paths)


def _product(sight: Sight, p: Profile) -> tuple[str, str] | None:
    """Return two columns of 0 and 1 that are both 1 exactly where this one is, if there are any."""
    ones = sight.values(p.name) == 1
    others = [q.name for q in sight.profiles.values() if q.binary and q.name != p.name][:MOST_FACTORS]
    wider = [
        n for n in others if (sight.values(n)[ones] == 1).all() and (sight.values(n) == 1).sum() > ones.sum()
    ]
    for one, other in combinations(wider, 2):
        if ((sight.values(one) == 1) & (sight.values(other) == 1)).sum() == ones.sum():
            return one, other
    return None


def _varies_both_ways(values: np.ndarray, order: _Order) -> bool:
    """Tell whether values (n,) differ within units and, in some period, between units."""
    return _varies_within(values, order.of) and _varies_within(values, order.when)


def _varies_within(values: np.ndarray, groups: np.ndarray) -> bool:
    known = np.isfinite(values) & (groups >= 0)
    values, groups = values[known], groups[known]
    if not len(values):
        return False
    low = np.full(groups.max() + 1, np.inf)
    high = np.full(groups.max() + 1, -np.inf)
    np.minimum.at(low, groups, values)
    np.maximum.at(high, groups, values)
    return bool((high > low).any())


def _paths(values: np.ndarray, order: _Order) -> Paths:
    known = np.isfinite(values) & (order.of >= 0)
    values, of, when = values[known], order.of[known], order.when[known]
    steps = np.diff(values)
    inside = np.diff(of) == 0
    begins = np.flatnonzero(inside & (steps > 0)) + 1
    units = np.unique(of)
    treated = np.zeros(of.max() + 1 if len(of) else 1)
    rows = np.zeros_like(treated)
    np.add.at(treated, of, values)
    np.add.at(rows, of, 1.0)
    return Paths(
        units=len(units),
        begins=len(begins),
        ends=int((inside & (steps < 0)).sum()),
        cohorts=len(np.unique(when[begins])),
        never=int((treated[units] == 0).sum()),
        always=int((treated[units] == rows[units]).sum()),
    )


def varies_within_units(sight: Sight, pair: Pair, name: str) -> bool:
    """Tell whether a column of numbers changes within a unit, and within a period."""
    order = _order(sight, pair)
    return _varies_both_ways(sight.values(name)[order.at], order)

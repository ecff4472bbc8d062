"""Estimates as they are remembered, and what moved between two runs, and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gipspec.plan import setting_changes, version_changes

if TYPE_CHECKING:
    from gipspec.engine.results import Estimate, Results

Versions = tuple[tuple[str, str], ...]
SAME = 1e-9  # relative: numbers that are nearer are the same, up to rounding on another machine
MOVED = " moved"
UNKNOWN = "for no reason that was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An estimate of a run, with what it was made of; `term` tells what a difference is between."""

    name: str
    model_name: str
    model: str
    term: str
    coef: float
    se: float
    p: float
    n: int
    line: str
    settings: Mapping[str, str]
    data_hash: str
    versions: Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An estimate that is not what it was, and the causes: settings, the data, versions, the line."""

    before: Entry
    now: Entry
    causes: tuple[str, ...]

    @property
    def change(self) -> float:
        """The change of the coefficient in standard errors of before; NaN where there was none."""
        return (self.now.coef - self.before.coef) / self.before.se if self.before.se > 0 else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between the estimates of two runs; `same` counts those that do not."""

    moved: tuple[Move, ...]
    added: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    same: int

    def __bool__(self) -> bool:
        return bool(self.moved or self.added or self.gone)


def entries_of(results: Results) -> tuple[Entry, ...]:
    """Return the estimates of a run as they are remembered."""
    return tuple(_entry(e, results) for e in results)


def _entry(e: Estimate, results: Results) -> Entry:
    return Entry(
        name=e.name,
        model_name=e.model_name,
        model=e.model,
        term=e.term,
        coef=e.coef,
        se=e.se,
        p=e.p,
        n=e.n,
        line=e.line,
        settings=dict(e.settings),
        data_hash=results.data_hash,
        versions=results.versions,
    )


def compare_entries(before: Iterable[Entry], now: Iterable[Entry]) -> Comparison:
    """Compare estimates by name; those of `now` keep their order."""
    old, new = {e.name: e for e in before}, {e.name: e for e in now}
    differ = {name for name, e in new.items() if name in old and _differ(old[name], e)}
    moved = (
        Move(before=old[n], now=new[n], causes=_causes(old[n], new[n], differ)) for n in new if n in differ
    )
    return Comparison(
        moved=tuple(moved),
        added=tuple(e for name, e in new.items() if name not in old),
        gone=tuple(e for name, e in old.items() if name not in new),
        same=len(new.keys() & old.keys()) - len(differ),
    )


def _differ(before: Entry, now: Entry) -> bool:
    numbers = ((before.coef, now.coef), (before.se, now.se))
    return before.n != now.n or not all(
        math.isclose(a, b, rel_tol=SAME, abs_tol=1e-15) or (math.isnan(a) and math.isnan(b))
        for a, b in numbers
    )


def _causes(before: Entry, now: Entry, differ: set[str]) -> tuple[str, ...]:
    causes = setting_changes(before.settings, now.settings)
    if before.data_hash != now.data_hash:
        causes.append("the data changed")
    if packages := version_changes(before.versions, now.versions):
        causes.append("other versions of " + ", ".join(packages))
    if now.model == "difference":
        sides = [side for side in now.term.split(" - ") if side in differ]
        causes += [side + MOVED for side in sides]
    if not causes and before.line != now.line:
        causes.append(f"the line was: {before.line}")
    return tuple(causes) or (UNKNOWN,)

"""The cells of a staggered design: which cohort is compared with whom, in which period, from which base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.did.adoption import NEVER
from gipspec.estimate.influence import Array, Codes

Flags = NDArray[np.bool_]
Control = Literal["never", "notyet"]
Base = Literal["varying", "universal"]
Reason = Literal["base", "treated", "controls", "folds"]

FEWEST_TAUGHT = 2  # treated units, and controls, that a training set must hold: inner folds need one each


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cohort in a period: the effect ATT(g, t) is that on the outcome's change from `base` to `period`.

    `units` (n,) are the increasing positions of the units that are compared, all with a row in both periods;
    `treated` (n,) flags those of the cohort among them, the others are controls.
    """

    cohort: int
    period: int
    base: int
    units: Codes
    treated: Flags

    @property
    def event(self) -> int:
        """Periods since adoption, negative before it."""
        return self.period - self.cohort

    @property
    def first(self) -> int:
        """The earlier of both periods, from which the nuisances take their features, as DoubleML does."""
        return min(self.period, self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A cell, or a whole cohort where `period` is None, that cannot be estimated, with the reason.

    "base": no period before the cohort's adoption and anticipation; "treated", "controls": fewer than
    `fewest`, namely `count`; "folds": some training set would hold too few of either, or there are too few
    units to fill the folds, namely `count`.
    """

    cohort: int
    period: int | None
    reason: Reason
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells that can be estimated, by cohort and period, and those left out.

    `cohort` (U,) is that of every unit, `NEVER` for units without a row.
    """

    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]
    cohort: Codes


def find_cells(
    cohort: Codes,
    periods: Codes,
    observed: Flags,
    *,
    control: Control = "never",
    base: Base = "varying",
    anticipation: int = 0,
    window: tuple[int, int] | None = None,
    fewest: int = 2,
    folds: Sequence[Codes] = (),
) -> Cells:
    """List the cells of a panel, (g, t) in the notation of Callaway and Sant'Anna (2021), section 2.

    `cohort` (U,) is the first treated period of each unit, or `NEVER`. `periods` (T,) are increasing numbers,
    whose differences count as event time and anticipation; a cohort need not be among them. `observed` (U, T)
    flags the periods in which a unit has a row: a unit that lacks one of a cell's two is not in the cell.

    `control`: units that are never treated, or those not treated yet. The latter adopt later than
    max(t, base) + anticipation, so that they are untreated in both periods, also where the base follows t.
    `base`: "universal" is the last period before g - anticipation; "varying" (DoubleML's "standard") is the
    last one before min(t, g) - anticipation, hence the same for t >= g, and for earlier t a short difference.
    `window` bounds the event time t - g. A cell needs `fewest` treated units and `fewest` controls, and each
    training set of the `folds`, maps (U,) from unit to fold, two of either; every fold needs a unit.
    """
    cohort = np.where(observed.any(axis=1), cohort, NEVER)
    cells: list[Cell] = []
    left_out: list[LeftOut] = []
    for g in np.unique(cohort[cohort != NEVER]).tolist():
        size = int(np.count_nonzero(cohort == g))
        if _last_before(periods, g - anticipation) is None:
            left_out.append(LeftOut(cohort=g, period=None, reason="base", count=size))
            continue
        if size < fewest:
            left_out.append(LeftOut(cohort=g, period=None, reason="treated", count=size))
            continue
        for t, before in _comparisons(g, periods, base, anticipation, window):
            cell = _compare(g, t, before, cohort, periods, observed, control, anticipation)
            short = _shortage(cell, fewest, folds)
            if short is None:
                cells.append(cell)
            else:
                left_out.append(LeftOut(cohort=g, period=t, reason=short[0], count=short[1]))
    return Cells(cells=tuple(cells), left_out=tuple(left_out), cohort=cohort)


def outcome_change(cell: Cell, y: Array, periods: Codes) -> Array:
    """Return Y_t - Y_base (n,) of the units of a cell; `y` is (U, T)."""
    at = {int(period): column for column, period in enumerate(periods)}
    return np.asarray(y[cell.units, at[cell.period]] - y[cell.units, at[cell.base]], dtype=np.float64)


def _last_before(periods: Codes, bound: int) -> int | None:
    at = int(np.searchsorted(periods, bound))
    return int(periods[at - 1]) if at else None


def _comparisons(
    g: int, periods: Codes, base: Base, anticipation: int, window: tuple[int, int] | None
) -> Iterator[tuple[int, int]]:
    """Yield each period of a cohort that has a base, with it."""
    for t in periods.tolist():
        if window is not None and not window[0] <= t - g <= window[1]:
            continue
        until = g if base == "universal" else min(t, g)
        before = _last_before(periods, until - anticipation)
        if before is not None and before != t:
            yield t, before


def _compare(
    g: int,
    t: int,
    base: int,
    cohort: Codes,
    periods: Codes,
    observed: Flags,
    control: Control,
    anticipation: int,
) -> Cell:
    untreated_until = NEVER - 1 if control == "never" else max(t, base) + anticipation
    compared = (cohort == g) | (cohort > untreated_until)
    both = observed[:, np.searchsorted(periods, [t, base])].all(axis=1)
    units = np.flatnonzero(compared & both)
    return Cell(cohort=g, period=t, base=base, units=units, treated=cohort[units] == g)


def _shortage(cell: Cell, fewest: int, folds: Sequence[Codes]) -> tuple[Reason, int] | None:
    treated = int(np.count_nonzero(cell.treated))
    controls = len(cell.units) - treated
    if treated < fewest:
        return "treated", treated
    if controls < fewest:
        return "controls", controls
    for fold in folds:
        within = fold[cell.units]
        if len(within) <= within.max():
            return "folds", len(within)
        for held_out in np.unique(within):
            taught = cell.treated[within != held_out]
            ones = int(np.count_nonzero(taught))
            if min(ones, len(taught) - ones) < FEWEST_TAUGHT:
                return "folds", min(ones, len(taught) - ones)
    return None

"""Who adopted when: cohorts from the path of a binary treatment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.influence import Array, Codes

NEVER = int(np.iinfo(np.int64).max)  # the cohort of units that are never treated: later than any period


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The first treated period of each unit, and the units whose paths are not those of an adoption.

    `cohort` (U,) is `NEVER` for units that are not treated in any row they have. `reverting` are positions of
    units whose treatment ends again; `uncertain` those that have no row in the period before their first
    treated one, so that they may have adopted earlier.
    """

    cohort: Codes
    reverting: Codes
    uncertain: Codes


def to_wide(
    values: Array, unit: NDArray[np.integer], time: NDArray[np.integer], shape: tuple[int, int]
) -> Array:
    """Spread `values` (n,) by codes of unit and time over a table (U, T), nan where a unit has no row."""
    table = np.full(shape, np.nan)
    table[unit, time] = values
    return table


def adoption(treatment: Array, periods: Codes) -> Adoption:
    """Read the cohorts off a treatment of 0 and 1.

    `treatment` (U, T) is nan where a unit has no row; `periods` (T,) are the increasing numbers of its
    columns.
    """
    treated, seen = treatment == 1, ~np.isnan(treatment)
    ever, first = treated.any(axis=1), treated.argmax(axis=1)
    after = np.arange(len(periods)) > first[:, None]
    unseen_before = (first > 0) & ~seen[np.arange(len(first)), first - 1]
    return Adoption(
        cohort=np.where(ever, periods[first], NEVER),
        reverting=np.flatnonzero(ever & (after & seen & ~treated).any(axis=1)),
        uncertain=np.flatnonzero(unseen_before),
    )

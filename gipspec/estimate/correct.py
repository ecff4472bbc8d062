"""The correction that correlated random effects make to the treatment's nuisance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.influence import Array


def correct_by_unit(m_hat: Array, d: Array, unit: NDArray[np.integer]) -> Array:
    """Return m* = m̂ + D̄_i - mean_i(m̂), so that D - m* has mean zero in every unit.

    `m_hat` and `d` are (n,) or (n, k), `unit` (n,) codes from 0. This is the general correlated random
    effects approach of Clarke and Polselli (2025) and DoubleMLPLPR's `cre_general`.
    """
    gap = d - m_hat
    counts = np.maximum(np.bincount(unit), 1)
    if gap.ndim == 1:
        return np.asarray(m_hat + (np.bincount(unit, weights=gap) / counts)[unit], dtype=np.float64)
    means = np.column_stack([np.bincount(unit, weights=column) / counts for column in gap.T])
    return np.asarray(m_hat + means[unit], dtype=np.float64)

"""How predictions are spread, counted compactly, and whether propensities are right on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gipspec.estimate.influence import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Groups (G,) of rows with similar propensities: their mean propensity, share treated, and rows."""

    predicted: Array
    observed: Array
    rows: Array


def counts(values: Array, edges: Array) -> Array:
    """Count values (R, n) of R repetitions between `edges` (B + 1,), the mean over the repetitions.

    A bin holds its lower edge, the last both; what lies beyond the edges is counted in the outer bins.
    """
    inside = np.clip(values, edges[0], edges[-1])
    return np.histogram(inside, bins=edges)[0] / len(values)


def calibration(d: Array, m_hat: Array, groups: int = 10) -> Calibration:
    """Compare propensities (R, n) with the treatment `d` (n,) in groups of equal size by propensity.

    Rows of all repetitions are grouped together, and count 1/R each. Equal propensities are in one group,
    so that there may be fewer.
    """
    flat, treated = m_hat.ravel(), np.tile(d, len(m_hat))
    cuts = np.unique(np.quantile(flat, np.linspace(0, 1, groups + 1)[1:-1]))
    at = np.searchsorted(cuts, flat, side="left")
    rows = np.bincount(at)
    kept = rows > 0
    sums = [np.bincount(at, weights=values)[kept] for values in (flat, treated)]
    return Calibration(
        predicted=sums[0] / rows[kept], observed=sums[1] / rows[kept], rows=rows[kept] / len(m_hat)
    )

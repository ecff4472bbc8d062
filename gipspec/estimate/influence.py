"""Clustered scores of estimates: what any two estimates are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """Clustered scores of an estimate, by repetition: what any two estimates are compared with.

    For each dimension of clustering, `clusters[j]` holds the sorted names (C_j,) and `values[j]` the influence
    (R, C_j) of each cluster on the estimate in each repetition r, so that se_r² = Σ_j Σ_c values[j][r, c]².
    `theta` (R,) are the estimates by repetition.
    """

    theta: Array
    dimensions: tuple[str, ...]
    clusters: tuple[tuple[str, ...], ...]
    values: tuple[Array, ...]

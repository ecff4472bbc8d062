"""Samples that the tests of this room share."""

from __future__ import annotations

import numpy as np

from gipspec.estimate import Clusters


def make(k: int = 1, units: int = 23, periods: int = 5, seed: int = 1):
    """Unequal clusters, predictions that are neither perfect nor useless."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(1, 2 * periods, units))
    n = len(unit)
    m_hat = rng.normal(size=(n, k))
    d = m_hat + rng.normal(size=(n, k)) + rng.normal(size=(units, k))[unit]
    l_hat = rng.normal(size=n)
    y = l_hat + (d - m_hat) @ np.linspace(0.5, 1.5, k) + rng.normal(size=n) + rng.normal(size=units)[unit]
    return y, d, l_hat, m_hat, unit


def by_unit(unit) -> Clusters:
    names = tuple(f"u{i:03d}" for i in range(unit.max() + 1))
    return Clusters(dimensions=("unit",), names=(names,), codes=(unit,))

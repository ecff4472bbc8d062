"""Samples with mediators that the tests of mediation share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.mediation import MediationNuisances

Array = NDArray[np.float64]


def expit(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def predictions(n: int = 90, seed: int = 3):
    """Arbitrary predictions, a treatment and an outcome that have nothing to do with them."""
    rng = np.random.default_rng(seed)
    y, d = rng.normal(size=n), (rng.uniform(size=n) < 0.4).astype(float)
    means = dict(zip(("mu1", "mu0", "omega10", "omega01", "m1", "m0"), rng.normal(size=(6, n)), strict=True))
    p_hat, q_hat = rng.uniform(0.15, 0.85, size=(2, n))
    unit = np.sort(rng.integers(0, 17, n))
    return y, d, MediationNuisances(p_hat=p_hat, q_hat=q_hat, **means), unit


@dataclass(frozen=True)
class Design:
    """A panel of units with binary D and the true effects: θ(1), θ(0), δ(1), δ(0).

    With x1, x2 ~ N(0,1) and units' shocks in M and Y:
    M = effect·D + g(X) + u,   Y = 0.5 D + M + interaction·D·M + h(X) + e.
    """

    x: Array
    d: Array
    m: Array
    y: Array
    unit: NDArray[np.int64]
    direct: tuple[float, float]
    indirect: tuple[float, float]

    @property
    def total(self) -> float:
        return self.direct[0] + self.indirect[1]


def design(
    seed: int,
    *,
    units: int = 120,
    periods: int = 4,
    effect: float = 0.6,
    interaction: float = 0.0,
    linear: bool = True,
) -> Design:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    x = rng.normal(size=(unit.size, 2))
    d = (rng.uniform(size=unit.size) < expit(0.5 * x[:, 0] - 0.3)).astype(float)
    g = 0.7 * x[:, 0] - 0.4 * x[:, 1] if linear else x[:, 0] ** 2 - x[:, 1]
    h = 0.5 * x[:, 0] + x[:, 1] if linear else x[:, 0] * x[:, 1] + 0.5 * x[:, 0]
    m = effect * d + g + rng.normal(size=unit.size) + 0.5 * rng.normal(size=units)[unit]
    y = (
        0.5 * d
        + m
        + interaction * d * m
        + h
        + rng.normal(size=unit.size)
        + 0.5 * rng.normal(size=units)[unit]
    )
    mean_m = 0.0 if linear else 1.0  # E g(X) = E x1² in the second design
    return Design(
        x=x,
        d=d,
        m=m,
        y=y,
        unit=unit,
        direct=(0.5 + interaction * (mean_m + effect), 0.5 + interaction * mean_m),
        indirect=(effect * (1 + interaction), effect),
    )

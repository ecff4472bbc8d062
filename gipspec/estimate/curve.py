"""The effect along a moderator: points, pointwise intervals and a joint band, as data for a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.estimate.aggregate import median_rule
from gipspec.estimate.influence import Array, Influence
from gipspec.estimate.joint import median_covariance, side_by_side
from gipspec.estimate.multiple import DRAWS, sup_t


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """An effect at the points `at` (m,), with its standard error, intervals and joint band, all (m,).

    Each interval covers the effect at its point with probability `level`, the band the effect at all points;
    the band is `critical` standard errors wide on either side.
    """

    at: Array
    effect: Array
    se: Array
    low: Array
    high: Array
    joint_low: Array
    joint_high: Array
    level: float
    critical: float


def linear_basis(at: Array) -> Array:
    """Return the basis (m, 2) of an effect θ_d + θ_dw·w at the points (m,)."""
    return np.column_stack([np.ones(len(at)), at])


def effect_curve(
    effects: Sequence[Influence], basis: Array, at: Array, *, level: float, critical: float
) -> Curve:
    """Evaluate Σ_k basis[i, k]·θ_k at each point i.

    `effects` (k,) are joint estimates, such as those of d and d·w, or of a best linear predictor; `basis`
    (m, k) holds its functions at the points `at` (m,), for d and d·w `linear_basis`. Each point is aggregated
    over repetitions by `median_rule`, like any estimate, with the covariance of the coefficients included.
    `critical` is the width of the joint band in standard errors, such as that of `critical_value`.
    """
    points = side_by_side(effects).combine(basis)
    found = [
        median_rule(theta, se, level)
        for theta, se in zip(points.theta.T, points.standard_errors().T, strict=True)
    ]
    effect, se = np.array([f.coef for f in found]), np.array([f.se for f in found])
    return Curve(
        at=np.asarray(at, dtype=np.float64),
        effect=effect,
        se=se,
        low=np.array([f.ci[0] for f in found]),
        high=np.array([f.ci[1] for f in found]),
        joint_low=effect - critical * se,
        joint_high=effect + critical * se,
        level=level,
        critical=critical,
    )


def critical_value(
    effects: Sequence[Influence], basis: Array, *, level: float, seed: int, draws: int = DRAWS
) -> float:
    """Return the `level` quantile of max_i |t_i|, the largest t over all points of a curve (`sup_t`).

    `effects` and `basis` are those of `effect_curve`. The correlation of the points follows from the
    covariance of the coefficients' medians over repetitions.
    """
    v = basis @ median_covariance(side_by_side(effects)) @ basis.T
    scale = np.sqrt(np.maximum(np.diag(v), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    return sup_t(v / np.outer(scale, scale), level, seed=seed, draws=draws)

"""Quantiles of potential outcomes and quantile treatment effects, from cross-fitted predictions.

DoubleMLPQ's score and density, and its normalised weights. Its root is sought here by sorting: the score is a
step function of θ, whose root is an outcome of the arm. DoubleML's search ends within its tolerance on either
side of that outcome, and so counts the rows that have it or does not, and its kernel density takes n² memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.checks import check_clusters, check_finite
from gipspec.estimate.combine import combination
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Split, split_of
from gipspec.estimate.propensity import bounded, check_propensity

ROUNDING = 1e-12  # of a mean score, beside which it is nought
NORMAL_RANGE = 1.349  # interquartile range of the standard normal, as in Silverman's rule
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileEffect:
    """The quantile of both potential outcomes and `effect`, the first less the second."""

    treated: Split
    untreated: Split
    effect: Split


def quantile_effect(
    y: Array,
    d: Array,
    g1_hat: Array,
    g0_hat: Array,
    m_hat: Array,
    quantile: float,
    clusters: Clusters = NO_CLUSTERS,
    *,
    trim: float = 0.01,
    outcome: str = "y",
    treatment: str = "d",
) -> QuantileEffect:
    """Estimate the effect of a treatment `d` (n,) of 0 and 1 on a quantile of the outcome `y` (n,).

    `g1_hat`, `g0_hat` (n,) are predictions of P(Y ≤ θ_d | D=d, X), `m_hat` (n,) of P(D=1 | X); see
    `potential_quantile`, whose errors these are. The effect is the difference of the quantiles of Y(1) and
    Y(0), as in DoubleMLQTE: that of the distribution, and not the quantile of effects.
    """
    arms = ((d == 1, g1_hat, m_hat, "1"), (d == 0, g0_hat, 1 - m_hat, "0"))
    treated, untreated = (
        potential_quantile(
            y,
            arm,
            g_hat,
            p_hat,
            quantile,
            clusters,
            trim=trim,
            outcome=outcome,
            treatment=treatment,
            level=level,
        )
        for arm, g_hat, p_hat, level in arms
    )
    effect = combination((treated, untreated), (1.0, -1.0))
    return QuantileEffect(treated=treated, untreated=untreated, effect=effect)


def potential_quantile(
    y: Array,
    arm: Flags,
    g_hat: Array,
    p_hat: Array,
    quantile: float,
    clusters: Clusters = NO_CLUSTERS,
    *,
    trim: float = 0.01,
    outcome: str = "y",
    treatment: str = "d",
    level: str = "1",
) -> Split:
    """Estimate a quantile of the potential outcome of one arm, whose rows `arm` (n,) flags.

    `g_hat` (n,) are predictions of P(Y ≤ θ̃ | arm, X) at a preliminary θ̃, `p_hat` (n,) of P(arm | X), which is
    kept within `trim` and 1 - `trim`. θ solves the mean of

        ψ = w (1{Y ≤ θ} - ĝ) + ĝ - quantile,   w = 1{arm}/p̂ over its mean

    (Kallus, Mao and Uehara 2024; DoubleMLPQ): the smallest outcome of the arm where it is not
    negative. Its derivative is the density of the potential outcome at θ: see `density`. `outcome`,
    `treatment` and its `level` are named in messages. Raises GipError: G406 a prediction is not finite, or
    all are 0 or 1; G407 fewer than two clusters; G420 the score has no root within the arm's outcomes.
    """
    check_finite(g_hat, "learner_y", outcome)
    check_propensity(arm.astype(np.float64), p_hat, trim=trim, learner="learner_d", name=treatment)
    check_clusters(clusters)
    weights = arm_weights(arm, p_hat, trim)
    theta = _root(y, weights, g_hat, quantile)
    if theta is None:
        raise GipError(
            problem(
                "G420", quantile=f"{100 * quantile:.6g}%", outcome=outcome, treatment=treatment, level=level
            )
        )
    psi = quantile_score(y, weights, g_hat, quantile, theta)
    return split_of(theta, psi, np.full(len(y), density(y, weights, theta)), clusters)


def arm_weights(arm: Flags, p_hat: Array, trim: float) -> Array:
    """Return 1{arm}/p̂ (n,) over its mean, p̂ within `trim` and 1 - `trim`."""
    weights = arm / bounded(p_hat, trim)
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def quantile_score(y: Array, weights: Array, g_hat: Array, quantile: float, theta: float) -> Array:
    """Return ψ (n,) of `potential_quantile` at θ; `weights` (n,) are those of `arm_weights`."""
    return np.asarray(weights * ((y <= theta) - g_hat) + g_hat - quantile, dtype=np.float64)


def density(y: Array, weights: Array, theta: float) -> float:
    """Estimate the density of the potential outcome at θ: Σ w_i K((Y_i - θ)/h) / (h Σ w_i), K Gaussian.

    The bandwidth is Silverman's rule over all rows, h = 0.9 min(s, IQR/1.349) n^(-1/5) with s and IQR those
    of `y` (n,) without weights, as in DoubleMLPQ (statsmodels' `KDEUnivariate`).
    """
    upper, lower = np.percentile(y, [75, 25])
    deviation, spread = float(np.std(y, ddof=1)), float(upper - lower) / NORMAL_RANGE
    h = 0.9 * (min(deviation, spread) if spread > 0 else deviation) * len(y) ** -0.2
    kernel = np.exp(-0.5 * ((y - theta) / h) ** 2) / np.sqrt(2 * np.pi)
    return float(weights @ kernel / (h * weights.sum()))


def _root(y: Array, weights: Array, g_hat: Array, quantile: float) -> float | None:
    """Return the smallest outcome of the arm where the mean score is not negative; None outside of it."""
    n = len(y)
    order = np.argsort(y, kind="stable")
    order = order[weights[order] > 0]
    mass = np.cumsum(weights[order]) / n
    needed = quantile - float(np.mean(g_hat - weights * g_hat))
    at = int(np.searchsorted(mass, needed - ROUNDING))
    return float(y[order[at]]) if needed > 0 and at < len(order) else None

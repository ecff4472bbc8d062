"""The balance of controls between two arms, as they are and as an estimate weighs their rows."""

from __future__ import annotations

import numpy as np

from gipspec.estimate.influence import Array
from gipspec.estimate.propensity import bounded

ROUNDING = 1e-10  # of the largest value: what varies by less is a constant that was computed


def pooled_deviation(x: Array, d: Array) -> Array:
    """Return √((s₁² + s₀²)/2) of each column of `x` (n, p), from its variances in the arms of `d` (n,).

    They are those of the rows unweighted, so that weights move the difference and not its unit (Austin 2011).
    nan where an arm has fewer than two rows, or a column does not vary in either.
    """
    arms = [x[d == level] for level in (0, 1)]
    if min(len(arm) for arm in arms) < 2:
        return np.full(x.shape[1], np.nan)
    squares = [squares_within(arm) / (len(arm) - 1) for arm in arms]
    deviation = np.sqrt(np.mean(squares, axis=0))
    return np.where(deviation > 0, deviation, np.nan)


def squares_within(x: Array) -> Array:
    """Return the sum of squares (p,) of each column of `x` (n, p) about its mean, 0 for a constant."""
    return np.where(_varies(x), len(x) * x.var(axis=0), 0.0)


def _varies(x: Array) -> Array:
    """Tell of each column of `x` (n, p) whether it varies by more than the rounding of its values."""
    low, high = x.min(axis=0), x.max(axis=0)  # `x` is not copied
    return np.asarray(high - low > ROUNDING * np.maximum(np.abs(low), np.abs(high)))


def mean_difference(x: Array, d: Array, weight: Array | None = None) -> Array:
    """Return the weighted means (p,) of `x` (n, p) where `d` (n,) is 1, less those where it is 0."""
    w = np.ones(len(d)) if weight is None else weight
    treated, untreated = (np.average(x[d == level], axis=0, weights=w[d == level]) for level in (1, 0))
    return np.asarray(treated - untreated, dtype=np.float64)


def score_weights(d: Array, m_hat: Array, *, trim: float, target: str = "ate") -> Array:
    """Return the weights (n,) that the score of an interactive model gives to rows, up to a factor by arm.

    For "ate" 1/m̂ with treatment and 1/(1 - m̂) without; for "att" 1 and m̂/(1 - m̂), with m̂ held within the
    bounds (`bounded`).
    """
    m, treated, weight = bounded(m_hat, trim), d == 1, np.ones(len(d))
    if target == "att":
        weight[~treated] = m[~treated] / (1 - m[~treated])
        return weight
    weight[treated], weight[~treated] = 1 / m[treated], 1 / (1 - m[~treated])
    return weight


def slopes(x: Array, d: Array) -> Array:
    """Return the slope (p,) of each column of `x` (n, p) in `d` (n,): for a `d` of 0 and 1 `mean_difference`.

    With what is left of a treatment once it is predicted these are the differences that remain under the
    weights that a partially linear model gives to rows (Chattopadhyay and Zubizarreta 2023).
    """
    centred = d - d.mean()
    return np.asarray(centred @ x / (centred @ centred), dtype=np.float64)


def correlations(x: Array, d: Array) -> Array:
    """Return the correlation (p,) of each column of `x` (n, p) with `d` (n,); nan where one is constant."""
    deviation = np.where(_varies(x), [column.std() for column in x.T], 0.0)  # `x` is not copied
    return np.asarray(slopes(x, d) * d.std() / np.where(deviation > 0, deviation, np.nan), dtype=np.float64)

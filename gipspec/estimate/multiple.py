"""Inference on several estimates at once: adjusted p-values and joint confidence bands.

The multiplier bootstrap of Chernozhukov, Chetverikov and Kato (2013) weighs the influence of each cluster
with a standard normal e_c. Given the data, the studentised Σ_c e_c S_c of k estimates are then normal with
mean nought, variance one and the correlation of their clustered influence, so that they are drawn as that.
Clusters are matched by name: overlapping samples, different outcomes and different models are all welcome.

Over repetitions, an estimate is first aggregated by the median and then tested, so that what is adjusted is
the t that is reported; the correlation is that of the medians, `median_covariance`. (DoubleML adjusts in each
repetition and takes the median of the p-values, which need not agree with the reported t.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.aggregate import Aggregate, median_rule
from gipspec.estimate.difference import standard_errors
from gipspec.estimate.influence import Array, Influence
from gipspec.estimate.joint import median_covariance, side_by_side

DRAWS = 100_000
BLOCK = 10_000  # draws held in memory at a time
ANY_LEVEL = 0.95  # coefficients, standard errors and t do not depend on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """p-values (k,) of the hypotheses θ_j = 0: each by itself, and adjusted for the number of them."""

    p: Array
    holm: Array
    romano_wolf: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A joint band: the intervals `low` to `high` (k,), `critical` standard errors wide on either side.

    They cover all k parameters at once with probability `level`.
    """

    low: Array
    high: Array
    critical: float
    level: float


def adjust_p(estimates: Sequence[Influence], *, seed: int, draws: int = DRAWS) -> Adjusted:
    """Adjust the p-values of k estimates for being k, by Holm (1979) and by Romano and Wolf (2005).

    An estimate without a t (a model compared with itself) keeps nan and does not count as a hypothesis.
    Raises GipError G413 unless all are clustered by the same dimensions.
    """
    t, p = _tests(estimates)
    tested = [j for j, value in enumerate(t) if not math.isnan(value)]
    adjusted = Adjusted(p=p, holm=np.full(len(t), np.nan), romano_wolf=np.full(len(t), np.nan))
    if tested:
        related = correlation([estimates[j] for j in tested])
        adjusted.holm[tested] = holm(p[tested])
        adjusted.romano_wolf[tested] = romano_wolf(t[tested], related, seed=seed, draws=draws)
    return adjusted


def joint_band(estimates: Sequence[Influence], level: float, *, seed: int, draws: int = DRAWS) -> Band:
    """Return simultaneous intervals θ_j ± c·se_j of k estimates, c the quantile `level` of max_j |t*_j|.

    The sup-t band of Belloni, Chernozhukov and Kato (2015) and Montiel Olea and Plagborg-Møller (2019).
    Raises GipError G413 as `adjust_p` does.
    """
    found = [_aggregate(e, level) for e in estimates]
    coef, se = np.array([f.coef for f in found]), np.array([f.se for f in found])
    order = _strongest_first(np.array([f.t for f in found]))
    critical = sup_t(correlation([estimates[j] for j in order.tolist()]), level, seed=seed, draws=draws)
    return Band(low=coef - critical * se, high=coef + critical * se, critical=critical, level=level)


def correlation(estimates: Sequence[Influence]) -> Array:
    """Return the correlation (k, k) of k estimates over their common clusters and common repetitions.

    An estimate without variance has a row and a column of noughts.
    """
    v = median_covariance(side_by_side(estimates))
    scale = np.sqrt(np.diag(v))
    outer = np.outer(scale, scale)
    return np.asarray(np.divide(v, outer, out=np.zeros_like(v), where=outer > 0), dtype=np.float64)


def holm(p: Array) -> Array:
    """Return Holm's (1979) step-down p-values: max over i' ≤ i of (k - i')·p_(i'), i from 0, at most one."""
    order = np.argsort(p, kind="stable")
    return _step_down(order, p[order] * np.arange(len(p), 0, -1))


def romano_wolf(t: Array, correlation: Array, *, seed: int, draws: int = DRAWS) -> Array:
    """Return Romano and Wolf's (2005, 2016) step-down p-values of statistics `t` (k,).

    With |t| sorted from the largest, p_i is the share of draws in which the largest of the statistics i, ...,
    k exceeds |t_i|, and no smaller than p_{i-1}. `correlation` (k, k) is that of the statistics under the
    hypotheses. What is known of such a share bounds it: it is no smaller than the plain p_i, and, by Šidák's
    inequality, no larger than 1 - (1 - p_i)^(k-i+1), which in turn is no larger than Holm's; so for k = 1 it
    is the plain p-value, and small ones do not stop at 1/draws. The order of the estimates does not matter.
    """
    p = np.array([math.erfc(abs(value) / math.sqrt(2)) for value in t])
    order = _strongest_first(t)
    exceeded = np.zeros(len(t))
    for largest in _suprema(correlation[np.ix_(order, order)], seed, draws):
        exceeded += np.sum(largest >= np.abs(t[order]), axis=0)
    share = _step_down(order, (1 + exceeded) / (1 + draws))
    with np.errstate(divide="ignore"):  # of p = 1, whose logarithm is -inf and whose bound is one
        independent = -np.expm1(np.arange(len(t), 0, -1) * np.log1p(-p[order]))
    return np.clip(share, p, _step_down(order, independent))


def sup_t(correlation: Array, level: float, *, seed: int, draws: int = DRAWS) -> float:
    """Return the quantile `level` of the largest |t*_j|, t* normal with this correlation (k, k).

    No smaller than the pointwise value, and no larger than that of independent t (Šidák's inequality).
    """
    largest = np.concatenate([block[:, 0] for block in _suprema(correlation, seed, draws)])
    normal = NormalDist()
    independent = normal.inv_cdf((1 + level ** (1 / len(correlation))) / 2)
    return min(max(float(np.quantile(largest, level)), normal.inv_cdf((1 + level) / 2)), independent)


def _aggregate(estimate: Influence, level: float) -> Aggregate:
    return median_rule(estimate.theta, standard_errors(estimate), level)


def _tests(estimates: Sequence[Influence]) -> tuple[Array, Array]:
    found = [_aggregate(e, ANY_LEVEL) for e in estimates]
    return np.array([f.t for f in found]), np.array([f.p for f in found])


def _strongest_first(t: Array) -> NDArray[np.intp]:
    return np.argsort(-np.abs(t), kind="stable")


def _step_down(order: NDArray[np.intp], p: Array) -> Array:
    """Put p-values (k,) of the steps where they belong, none smaller than that of the step before."""
    found = np.empty(len(p))
    found[order] = np.minimum(np.maximum.accumulate(p), 1.0)
    return found


def _suprema(correlation: Array, seed: int, draws: int) -> Iterator[Array]:
    """Draw the statistics in blocks (b, k) and give, in column i, the largest of |t*_i|, ..., |t*_k|."""
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T  # symmetric, hence unique
    generator = np.random.Generator(np.random.PCG64(seed))
    for start in range(0, draws, BLOCK):
        normal = generator.standard_normal((min(BLOCK, draws - start), len(root)))
        yield np.maximum.accumulate(np.abs(normal @ root)[:, ::-1], axis=1)[:, ::-1]

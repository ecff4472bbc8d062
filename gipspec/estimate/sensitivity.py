"""Sensitivity of an estimate to confounders that nobody measured.

Chernozhukov, Cinelli, Newey, Sharma and Syrgkanis (2022), "Long story short: omitted variable bias in causal
machine learning". With the variance of the regression error σ² = E[(Y - g(D, X))²] and the size of the Riesz
representer ν² = E[α²], confounders that explain the share `cf_y` of that error, and without which α would
have the share `cf_d` less of its variation, move the effect by at most

    |ρ| · √(cf_y · cf_d / (1 - cf_d)) · S,     S = √(σ²ν²)

where ρ is the correlation of the two; |ρ| = 1 is the worst case.

Over repetitions a bound follows the rule that the estimate itself follows, that of `median_rule`, so that
without confounding the bounds are the reported estimate. The authors' R package dml.sensemakr does the same;
the intervals of DoubleML 0.11 are medians of those of the repetitions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np

from gipspec.estimate.influence import Array, Clusters, Split, cluster_influence

NO_CLUSTERS = Clusters()
LARGEST_STRENGTH = 1e9  # to which cf_y = cf_d = 1 up to rounding corresponds


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityElements:
    """What the sensitivity of one split's estimate rests on.

    `variance` is that of θ̂, `bias_variance` that of Ŝ = √(σ²ν²), and `covariance` that of the two, all
    clustered. `plugin` tells that the debiased ν² was not positive and its plug-in E[α²] stands in.
    """

    theta: float
    sigma2: float
    nu2: float
    variance: float
    bias_variance: float
    covariance: float
    plugin: bool = False

    @property
    def largest_bias(self) -> float:
        """The bias S for each unit of confounding strength."""
        return math.sqrt(self.sigma2 * self.nu2)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityBounds:
    """Bounds of the effect under confounding, their standard errors, and the interval around both.

    Each end of `ci` is a one-sided bound of confidence `level`, as in the paper and in DoubleML: without
    confounding it is the two-sided interval of confidence 2·level - 1.
    """

    lower: float
    upper: float
    se_lower: float
    se_upper: float
    ci: tuple[float, float]
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """How strong confounding cf_y = cf_d must be to bring a bound (`rv`), or the end of its interval (`rva`),
    to a hypothetical effect; `rva` is nought where the interval holds that effect without any confounding."""

    rv: float
    rva: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """What leaving out observed controls does: the strength of confounders just as strong as they are.

    `delta_theta` is the short estimate less the long one, `rho` the correlation that this change implies.
    """

    cf_y: float
    cf_d: float
    rho: float
    delta_theta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contours:
    """The bound nearest to a hypothetical effect, and the end of its interval, over a grid, for a figure.

    Both are (len(cf_y), len(cf_d)); the end of the interval is one-sided, as in `SensitivityBounds`.
    """

    cf_y: Array
    cf_d: Array
    bound: Array
    ci: Array


def plr_elements(
    y: Array, d: Array, l_hat: Array, m_hat: Array, split: Split, clusters: Clusters = NO_CLUSTERS
) -> SensitivityElements:
    """Return the elements of a partially linear estimate from the predictions (n,) that it came from.

    σ² is the mean square of Y - l̂ - θ(D - m̂); α = (D - m̂)/E[(D - m̂)²], so that ν² = 1/E[(D - m̂)²], with
    influence ν² - (D - m̂)²ν⁴. `split` and `clusters` are those of the estimate. Of several treatments, pass
    the predictions of `single_treatment` for each. For a panel the variables are the transformed ones, and
    cf_y and cf_d shares of the variation that the effects leave.
    """
    residual = d - m_hat
    squares = (y - l_hat - split.theta * residual) ** 2
    sigma2, nu2 = float(np.mean(squares)), 1.0 / float(np.mean(residual**2))
    return _elements(split, clusters, sigma2, squares - sigma2, nu2, nu2 - residual**2 * nu2**2)


def irm_elements(
    y: Array,
    d: Array,
    g0_hat: Array,
    g1_hat: Array,
    m_hat: Array,
    split: Split,
    clusters: Clusters = NO_CLUSTERS,
    *,
    target: str = "ate",
) -> SensitivityElements:
    """Return the elements of an interactive estimate of `target` "ate" or "att" from its predictions (n,).

    `m_hat` is the propensity as it entered the estimate, trimmed and normalised. σ² is the mean square of
    Y - g_D(X). With α = D/m - (1 - D)/(1 - m) for the ate, and m/p times that with p = P(D = 1) for the att,
    ν² is the mean of 2·m(W, α) - α², whose error is of second order. DoubleML leaves the estimation of p out
    of the influence of ν² for the att. Where that ν² is not positive it is the mean of α² (`plugin`).
    """
    squares = (y - np.where(d == 1, g1_hat, g0_hat)) ** 2
    sigma2 = float(np.mean(squares))
    share = float(np.mean(d)) if target == "att" else 1.0
    weight, expected = (d / share, m_hat / share) if target == "att" else (np.ones_like(d), np.ones_like(d))
    alpha = expected * (d / m_hat - (1 - d) / (1 - m_hat))
    debiased = 2 * weight * expected * (1 / m_hat + 1 / (1 - m_hat)) - alpha**2
    plugin = float(np.mean(debiased)) <= 0
    element = alpha**2 if plugin else debiased
    nu2 = float(np.mean(element))
    psi_nu2 = element - nu2
    if target == "att":
        psi_nu2 = psi_nu2 - 2 * nu2 * (d - share) / share
    return _elements(split, clusters, sigma2, squares - sigma2, nu2, psi_nu2, plugin)


def strength(cf_y: float, cf_d: float, rho: float = 1.0) -> float:
    """Return the confounding strength |ρ|·√(cf_y·cf_d/(1 - cf_d)); cf_y in [0, 1], cf_d in [0, 1)."""
    return abs(rho) * math.sqrt(cf_y * cf_d / (1 - cf_d))


def sensitivity_bounds(
    elements: Sequence[SensitivityElements],
    cf_y: float,
    cf_d: float,
    rho: float = 1.0,
    *,
    level: float = 0.95,
) -> SensitivityBounds:
    """Return θ ∓ strength · S over the repetitions, with standard errors and interval.

    The standard error of a bound is that of the influence of θ̂ ∓ strength · Ŝ, as in dml.sensemakr. DoubleML
    0.11 takes the influence of θ̂ with the opposite sign, and so gives the standard error of the lower bound
    to the upper one and the other way round; they differ where the errors are skewed.
    """
    size = strength(cf_y, cf_d, rho)
    bound, se = _bound(elements, np.array([-size, size]))
    margin = NormalDist().inv_cdf(level) * se
    return SensitivityBounds(
        lower=float(bound[0]),
        upper=float(bound[1]),
        se_lower=float(se[0]),
        se_upper=float(se[1]),
        ci=(float(bound[0] - margin[0]), float(bound[1] + margin[1])),
        level=level,
    )


def robustness_value(
    elements: Sequence[SensitivityElements], null: float = 0.0, rho: float = 1.0, *, level: float = 0.95
) -> Robustness:
    """Return the robustness values against the hypothetical effect `null`.

    With one repetition RV = ½(√(f⁴ + 4f²) - f²), f = |θ - null|/(|ρ|S); with several it is where the
    aggregated bound meets `null`. Both values are 1 where ρ = 0, since no such confounding moves the effect.
    """
    side = _towards(elements, null)

    def gap(size: float, quantile: float) -> float:
        bound, se = _bound(elements, np.array(side * size))
        return float(side * (null - bound) - quantile * se)

    quantile = NormalDist().inv_cdf(level)
    rv, rva = (_root(partial(gap, quantile=q)) for q in (0.0, quantile))
    return Robustness(rv=_share(rv, rho), rva=_share(rva, rho))


def sensitivity_benchmark(
    long: Sequence[SensitivityElements], short: Sequence[SensitivityElements]
) -> Benchmark:
    """Compare an estimate with some controls (`long`) and without them (`short`), on the same rows, by split.

    In each repetition cf_y = σ²_short/σ²_long - 1, cf_d = ν²_long/ν²_short - 1, both within [0, 1], and
    ρ = Δθ/√((σ²_short - σ²_long)(ν²_long - ν²_short)), within [-1, 1] and ±1 where the root is nought; then
    the medians, as in DoubleML's `gain_statistics`.
    """
    pairs = list(zip(long, short, strict=True))
    return Benchmark(
        cf_y=_median(_within_one(b.sigma2 / a.sigma2 - 1) for a, b in pairs),
        cf_d=_median(_within_one(a.nu2 / b.nu2 - 1) for a, b in pairs),
        rho=_median(_implied_rho(a, b) for a, b in pairs),
        delta_theta=_median(b.theta - a.theta for a, b in pairs),
    )


def sensitivity_contours(
    elements: Sequence[SensitivityElements],
    cf_y: Array,
    cf_d: Array,
    null: float = 0.0,
    rho: float = 1.0,
    *,
    level: float = 0.95,
) -> Contours:
    """Evaluate the bound that is nearer to `null`, with its interval, over the grid `cf_y` times `cf_d`."""
    side = _towards(elements, null)
    size = np.array([[strength(float(a), float(b), rho) for b in cf_d] for a in cf_y])
    bound, se = _bound(elements, side * size)
    ci = bound + side * NormalDist().inv_cdf(level) * se
    return Contours(cf_y=cf_y, cf_d=cf_d, bound=bound, ci=ci)


def _elements(
    split: Split,
    clusters: Clusters,
    sigma2: float,
    psi_sigma2: Array,
    nu2: float,
    psi_nu2: Array,
    plugin: bool = False,
) -> SensitivityElements:
    largest = math.sqrt(sigma2 * nu2)
    psi_bias = np.zeros(len(psi_nu2))
    if largest > 0:
        psi_bias = (sigma2 * psi_nu2 + nu2 * psi_sigma2) / (2 * largest)
    of_bias = cluster_influence(psi_bias, np.full(len(psi_bias), -1.0), clusters)
    pairs = list(zip(split.influence, of_bias, strict=True))
    return SensitivityElements(
        theta=split.theta,
        sigma2=sigma2,
        nu2=nu2,
        variance=sum(float(np.sum(a**2)) for a, _ in pairs),
        bias_variance=sum(float(np.sum(b**2)) for _, b in pairs),
        covariance=sum(float(np.sum(a * b)) for a, b in pairs),
        plugin=plugin,
    )


def _bound(elements: Sequence[SensitivityElements], size: Array) -> tuple[Array, Array]:
    """Return θ + size · S and its standard error for each signed size, aggregated as by `median_rule`."""
    bound = np.array([e.theta + size * e.largest_bias for e in elements])
    variance = np.array([e.variance + 2 * size * e.covariance + size**2 * e.bias_variance for e in elements])
    coef = np.median(bound, axis=0)
    return coef, np.sqrt(np.median(np.maximum(variance, 0.0) + (bound - coef) ** 2, axis=0))


def _towards(elements: Sequence[SensitivityElements], null: float) -> int:
    """Say which bound confounding moves to `null`: the lower (-1) unless the estimate lies below it."""
    return 1 if float(np.median([e.theta for e in elements])) < null else -1


def _root(gap: Callable[[float], float]) -> float:
    """Return the smallest strength at which a gap that shrinks with it is closed, inf where none is."""
    if gap(0.0) <= 0:
        return 0.0
    from scipy.optimize import brentq

    high = 1.0
    while gap(high) > 0:
        high *= 2
        if high > LARGEST_STRENGTH:
            return math.inf
    return float(brentq(gap, 0.0, high, xtol=1e-14, rtol=1e-14))


def _share(size: float, rho: float) -> float:
    """Return the share cf_y = cf_d with this confounding strength: cf²/(1 - cf) = (size/ρ)²."""
    if size == 0:
        return 0.0
    return 2 / (1 + math.sqrt(1 + 4 * (rho / size) ** 2))


def _within_one(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _implied_rho(long: SensitivityElements, short: SensitivityElements) -> float:
    change = short.theta - long.theta
    gain_y, gain_d = short.sigma2 - long.sigma2, long.nu2 - short.nu2
    if gain_y <= 0 or gain_d <= 0:
        return float(np.sign(change))
    return math.copysign(min(abs(change) / math.sqrt(gain_y * gain_d), 1.0), change)


def _median(values: Iterable[float]) -> float:
    return float(np.median(list(values)))

"""Standard errors by cluster, the joint band over event times, and the test of the trends before adoption."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from gipspec.diagnostics import GipError
from gipspec.estimate.aggregate import median_rule
from gipspec.estimate.did.summary import Summary
from gipspec.estimate.difference import standard_errors
from gipspec.estimate.influence import Array, Clusters, Influence, Split
from gipspec.estimate.wald import Wald, covariance, wald

DRAWS = 100_000  # the critical value then moves by less than 0.01 from seed to seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Intervals, one for each effect, that hold all effects at once with the confidence asked for.

    `critical` is what the normal quantile of a single interval is replaced by.
    """

    critical: float
    intervals: tuple[tuple[float, float], ...]


def split_of(theta: float, influence: Array, clusters: Clusters) -> Split:
    """Sum the influence of units (U,) to clusters of units; se² = Σ_j Σ_c (Σ_{i∈c} influence_i)².

    `clusters` codes the units of the panel: themselves, or provinces that they lie in. Without clusters every
    unit is one.
    """
    parts: tuple[Array, ...] = tuple(
        np.asarray(np.bincount(codes, weights=influence, minlength=len(names)), dtype=np.float64)
        for codes, names in zip(clusters.codes, clusters.names, strict=True)
    )
    parts = parts or (influence,)
    se = math.sqrt(sum(float(np.sum(part**2)) for part in parts))
    return Split(theta=float(theta), se=se, influence=parts)


def joint_band(effects: Sequence[Influence], level: float, *, seed: int, draws: int = DRAWS) -> Band:
    """Make the sup-t band of several effects of one panel, by the multiplier bootstrap on clusters.

    `effects` (L,) have the same clusters and repetitions. The critical value is the `level` quantile of
    max_l |Σ_c V_c S_c(l)| / se(l), for each repetition, then the median; the band is θ ± critical · se with
    the median rule's θ and se. Multipliers V_c are standard normal (Chernozhukov, Chetverikov and Kato 2013;
    DoubleML's default): given the data the sums are then normal with the clustered covariance itself, so that
    L numbers are drawn instead of one a cluster, and a band cannot be narrower than single intervals, which
    Rademacher multipliers (Callaway and Sant'Anna 2021, algorithm 1) allow with few clusters. This is the
    plug-in sup-t band of Montiel Olea and Plagborg-Møller (2019). Draws come from raw output of PCG64, a
    stream that numpy promises never to change.
    """
    normal = _normal_draws(draws, len(effects), seed)
    largest = [_largest(normal, _correlation(effects, r)) for r in range(len(effects[0].theta))]
    single = NormalDist().inv_cdf((1 + level) / 2)
    critical = max(single, float(np.median([np.quantile(values, level) for values in largest])))
    estimates = [median_rule(e.theta, standard_errors(e), level) for e in effects]
    return Band(
        critical=critical,
        intervals=tuple((e.coef - critical * e.se, e.coef + critical * e.se) for e in estimates),
    )


def pre_trend(summaries: Sequence[Summary], clusters: Clusters, *, anticipation: int = 0) -> Wald | None:
    """Test that all effects at event times before -anticipation are nought.

    `summaries` are by event time, one for each repetition; the statistic is their median, and hence p the
    median of the p-values (Chernozhukov et al. 2018, section 3.4). None where no event time is that early or
    the covariance has no inverse, as with fewer clusters than event times.
    """
    early = [k for k, label in enumerate(summaries[0].labels) if label < -anticipation]
    if not early:
        return None
    try:
        tests = [_test(summary, early, clusters) for summary in summaries]
    except GipError:
        return None
    from scipy.stats import chi2

    statistic = float(np.median([test.statistic for test in tests]))
    return Wald(statistic=statistic, df=len(early), p=float(chi2.sf(statistic, len(early))))


def _test(summary: Summary, early: list[int], clusters: Clusters) -> Wald:
    splits = [split_of(summary.theta[k], summary.influence[:, k], clusters) for k in early]
    parts = [np.column_stack(values) for values in zip(*(s.influence for s in splits), strict=True)]
    return wald(summary.theta[early], parts)


def _normal_draws(draws: int, effects: int, seed: int) -> Array:
    from scipy.special import ndtri

    raw = np.random.PCG64(seed).random_raw(draws * effects)
    uniform = ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return np.asarray(ndtri(uniform), dtype=np.float64).reshape(draws, effects)


def _correlation(effects: Sequence[Influence], r: int) -> Array:
    """Correlate the effects of a repetition; one without variance has noughts and cannot be the largest."""
    parts = [
        np.column_stack(values)
        for values in zip(*([v[r] for v in effect.values] for effect in effects), strict=True)
    ]
    v = covariance(parts)
    scale = np.sqrt(np.diag(v))
    scale[scale == 0] = np.inf
    return np.asarray(v / np.outer(scale, scale), dtype=np.float64)


def _largest(normal: Array, correlation: Array) -> Array:
    """Return the largest absolute value of each draw; a symmetric root is unique, unlike eigenvectors."""
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return np.asarray(np.max(np.abs(normal @ root), axis=1), dtype=np.float64)

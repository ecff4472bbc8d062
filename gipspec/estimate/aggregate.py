"""One estimate from several splits of the sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from gipspec.estimate.influence import Array, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """An estimate with its inference; `spread` is the smallest and largest estimate over the splits.

    `t` and `p` are nan where estimate and standard error are both zero: a model compared with itself.
    """

    coef: float
    se: float
    t: float
    p: float
    ci: tuple[float, float]
    spread: tuple[float, float]


def infer(coef: float, se: float, level: float, spread: tuple[float, float] | None = None) -> Aggregate:
    """Return t, two-sided p and the interval of confidence `level` of a normal estimate."""
    t = coef / se if se > 0 else math.copysign(math.inf, coef) if coef else math.nan
    margin = NormalDist().inv_cdf((1 + level) / 2) * se
    return Aggregate(
        coef=coef,
        se=se,
        t=t,
        p=math.erfc(abs(t) / math.sqrt(2)),
        ci=(coef - margin, coef + margin),
        spread=spread or (coef, coef),
    )


def median_rule(theta: Array, se: Array, level: float) -> Aggregate:
    """Aggregate estimates (R,) and standard errors (R,) over splits by the median.

    θ = median(θ_r) and SE = sqrt(median(se_r² + (θ_r - θ)²)), so that the standard error carries the
    variation over splits: Chernozhukov et al. (2018), section 3.4, definition 3.3.
    DoubleML 0.11 has a rule of its own, the median of the upper bounds θ_r + 1.96 se_r less θ, over 1.96.
    """
    coef = float(np.median(theta))
    error = math.sqrt(float(np.median(se**2 + (theta - coef) ** 2)))
    return infer(coef, error, level, (float(np.min(theta)), float(np.max(theta))))


def aggregate(splits: Sequence[Split], level: float) -> Aggregate:
    """Aggregate the splits of one estimate by the median; see `median_rule`. `level` is a share, 0.95."""
    theta = np.array([split.theta for split in splits])
    se = np.array([split.se for split in splits])
    return median_rule(theta, se, level)

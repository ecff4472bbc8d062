"""Functions of estimates of one split of the sample, by the delta method on their clusters' influence."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gipspec.estimate.influence import Array, Clusters, Split, cluster_influence


def mean_of_scores(psi: Array, clusters: Clusters) -> Split:
    """Estimate θ = E[ψ] by the mean of scores (n,), with SE² = n⁻² Σ_c (Σ_{i∈c} (ψ_i - θ̂))²."""
    theta = float(np.mean(psi))
    return _split(theta, cluster_influence(psi - theta, np.full(len(psi), -1.0), clusters))


def combination(splits: Sequence[Split], weights: Sequence[float]) -> Split:
    """Return Σ_k w_k θ_k of estimates from the same rows and clusters."""
    theta = sum(w * split.theta for w, split in zip(weights, splits, strict=True))
    parts = zip(*(split.influence for split in splits), strict=True)
    return _split(
        theta,
        tuple(
            np.sum([w * values for w, values in zip(weights, part, strict=True)], axis=0) for part in parts
        ),
    )


def ratio(numerator: Split, denominator: Split) -> Split:
    """Return a / b of estimates from the same rows and clusters, with influence (φ_a - (a/b) φ_b) / b.

    The interval means little where b is near nought; where it is nought all is nan.
    """
    if denominator.theta == 0:
        nothing = tuple(np.full_like(values, math.nan) for values in denominator.influence)
        return Split(theta=math.nan, se=math.nan, influence=nothing)
    theta = numerator.theta / denominator.theta
    difference = combination((numerator, denominator), (1.0, -theta))
    return _split(theta, tuple(values / denominator.theta for values in difference.influence))


def _split(theta: float, influence: tuple[Array, ...]) -> Split:
    se = math.sqrt(sum(float(np.sum(values**2)) for values in influence))
    return Split(theta=theta, se=se, influence=influence)

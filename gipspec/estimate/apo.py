"""Average potential outcomes of a treatment with several levels, from cross-fitted predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.estimate.checks import check_clusters, check_finite
from gipspec.estimate.combine import combination
from gipspec.estimate.door import score_apo
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Codes, Split, split_of
from gipspec.estimate.propensity import bounded, check_propensity


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialMeans:
    """The mean potential outcome of each level, and `contrasts`, that of every other less the first."""

    levels: tuple[Split, ...]
    contrasts: tuple[Split, ...]


def potential_means(
    y: Array,
    level: Codes,
    g_hat: Array,
    m_hat: Array,
    clusters: Clusters = NO_CLUSTERS,
    *,
    trim: float = 0.01,
    outcome: str = "y",
    names: Sequence[str] | None = None,
) -> PotentialMeans:
    """Estimate E[Y(l)] for each level l of a treatment, and E[Y(l)] - E[Y(0)].

    `level` (n,) are positions from 0 to L - 1; `g_hat` (n, L) are predictions of E[Y | D=l, X] for all rows,
    `m_hat` (n, L) of P(D=l | X), which are kept within `trim` and 1 - `trim` and need not sum to one. Scores
    are those of DoubleMLAPO, contrasts those of DoubleMLAPOS.causal_contrast: their influence is the
    difference of influences. `outcome` and `names` (L,) are for messages. Raises GipError: G406 a prediction
    is not finite, or all are 0 or 1 where probabilities are due; G407 fewer than two clusters.
    """
    labels = tuple(names) if names is not None else tuple(f"d{j}" for j in range(g_hat.shape[1]))
    check_clusters(clusters)
    levels = []
    for j, name in enumerate(labels):
        arm = (level == j).astype(np.float64)
        check_finite(g_hat[:, j], "learner_y", outcome)
        check_propensity(arm, m_hat[:, j], trim=trim, learner="learner_d", name=name)
        scores = score_apo(y, arm, g_hat[:, j], bounded(m_hat[:, j], trim))
        levels.append(split_of(scores.theta, scores.psi, scores.psi_a, clusters))
    contrasts = tuple(combination((one, levels[0]), (1.0, -1.0)) for one in levels[1:])
    return PotentialMeans(levels=tuple(levels), contrasts=contrasts)

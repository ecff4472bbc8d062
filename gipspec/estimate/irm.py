"""The interactive model: effects of a treatment of 0 and 1 that may differ from row to row."""

from __future__ import annotations

import numpy as np

from gipspec.estimate.checks import check_clusters, check_finite
from gipspec.estimate.door import score_irm
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Split, split_of
from gipspec.estimate.propensity import bounded, check_propensity


def irm(
    y: Array,
    d: Array,
    g0_hat: Array,
    g1_hat: Array | None,
    m_hat: Array,
    clusters: Clusters = NO_CLUSTERS,
    *,
    target: str = "ate",
    trim: float = 0.01,
    outcome: str = "y",
    treatment: str = "d",
) -> Split:
    """Estimate the mean effect of a treatment `d` (n,) of 0 and 1 on `y` (n,) from cross-fitted predictions.

    Y = g(D, X) + U and D = m(X) + V: `g0_hat` and `g1_hat` (n,) predict E[Y|D=0,X] and E[Y|D=1,X] for all
    rows, `m_hat` (n,) P(D=1|X), which is held between `trim` and 1 - `trim`. `target` is "ate", the mean
    effect over all rows, or "att", over the treated, which needs no `g1_hat`. The scores are those of
    Chernozhukov et al. (2018), section 5.1; see `doubly_robust`, and for "att"

        ψ = D(Y - ĝ0)/E[D] - m̂(1-D)(Y - ĝ0)/((1-m̂)E[D]) - θ D/E[D].

    Standard errors are clustered as in `plr`. `outcome` and `treatment` are their names in messages. Raises
    GipError: G406 a prediction is not finite, or no propensity can be made of it; G407 too few clusters.
    """
    check_finite(g0_hat, "learner_y", outcome)
    if g1_hat is not None:
        check_finite(g1_hat, "learner_y", outcome)
    check_propensity(d, m_hat, trim=trim, learner="learner_d", name=treatment)
    check_clusters(clusters)
    g1 = np.zeros(len(y)) if g1_hat is None else g1_hat
    scores = score_irm(y, d, g0_hat, g1, bounded(m_hat, trim), target)
    return split_of(scores.theta, scores.psi, scores.psi_a, clusters)


def doubly_robust(
    y: Array, d: Array, g0_hat: Array, g1_hat: Array, m_hat: Array, *, trim: float = 0.01
) -> Array:
    """Return a signal (n,) of the effect of each row, whose mean given X is the mean effect given X.

    ψ_b = ĝ1 - ĝ0 + D(Y - ĝ1)/m̂ - (1-D)(Y - ĝ0)/(1-m̂) (Robins and Rotnitzky 1995; Chernozhukov et al. 2018,
    section 5.1), with arguments as for `irm`. Its mean is the average effect; group means, projections and
    policies are made of it.
    """
    m = bounded(m_hat, trim)
    return np.asarray(
        g1_hat - g0_hat + d * (y - g1_hat) / m - (1 - d) * (y - g0_hat) / (1 - m), dtype=np.float64
    )

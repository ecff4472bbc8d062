"""The partially linear model: from cross-fitted predictions to estimates."""

from __future__ import annotations

from collections.abc import Sequence

from gipspec.estimate.checks import check_clusters, check_finite, check_probabilities
from gipspec.estimate.door import score_plr
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Split, split_of
from gipspec.estimate.residuals import check_residuals, single_treatment


def plr(
    y: Array,
    d: Array,
    l_hat: Array,
    m_hat: Array,
    clusters: Clusters = NO_CLUSTERS,
    *,
    names: Sequence[str] | None = None,
    outcome: str = "y",
) -> tuple[Split, ...]:
    """Estimate Y = θ'D + g(X) + ε from cross-fitted predictions, one Split for each treatment.

    `y` (n,) and `d` (n, k) are the variables, `l_hat` (n,) and `m_hat` (n, k) predictions of them from X;
    `names` (k,) and `outcome` are for messages. θ solves the partialling-out score of Chernozhukov et al.
    (2018), equation (4.4); several treatments are estimated jointly, as the regression of Y - l̂ on all of
    D - m̂. Standard errors follow docs/statistics.md, V = J⁻² n⁻² Σ_c (Σ_{i∈c} ψ_i)², without small-sample
    corrections: robust to heteroskedasticity without clusters; with two dimensions the sums over both are
    added and the intersection is not subtracted, which is conservative and never negative (Chiang, Kato, Ma
    and Sasaki 2022).

    Raises GipError: G406 a prediction is not finite, or all are 0 or 1 where probabilities are due; G407
    fewer than two clusters; G408 nothing of a treatment is left; G411 collinear treatments.
    """
    labels = tuple(names) if names is not None else tuple(f"d{j + 1}" for j in range(d.shape[1]))
    check_finite(l_hat, "learner_y", outcome)
    for j, label in enumerate(labels):
        check_finite(m_hat[:, j], "learner_d", label)
        check_probabilities(d[:, j], m_hat[:, j], "learner_d", label)
    check_clusters(clusters)
    check_residuals(d, m_hat, labels)
    return tuple(
        _estimate(y, d[:, j], *single_treatment(y, d, l_hat, m_hat, j), clusters) for j in range(len(labels))
    )


def _estimate(y: Array, d: Array, l_star: Array, m_star: Array, clusters: Clusters) -> Split:
    scores = score_plr(y, d, l_star, m_star)
    return split_of(scores.theta, scores.psi, scores.psi_a, clusters)

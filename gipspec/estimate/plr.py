"""The partially linear model: from cross-fitted predictions to estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.door import can_cluster, score_plr
from gipspec.estimate.influence import Array, Clusters, Split, cluster_influence
from gipspec.estimate.residuals import check_residuals, single_treatment

NO_CLUSTERS = Clusters()


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
    D - m̂. Standard errors follow DESIGN 4.1, V = J⁻² n⁻² Σ_c (Σ_{i∈c} ψ_i)², without small-sample
    corrections: robust to heteroskedasticity without clusters; with two dimensions the sums over both are
    added and the intersection is not subtracted, which is conservative and never negative (Chiang, Kato, Ma
    and Sasaki 2022).

    Raises GipError: G406 a prediction is not finite, or all are 0 or 1 where probabilities are due; G407
    fewer than two clusters; G408 nothing of a treatment is left; G411 collinear treatments.
    """
    labels = tuple(names) if names is not None else tuple(f"d{j + 1}" for j in range(d.shape[1]))
    _check_predictions(y, l_hat, "learner_y", outcome)
    for j, label in enumerate(labels):
        _check_predictions(d[:, j], m_hat[:, j], "learner_d", label)
    _check_clusters(clusters)
    check_residuals(d, m_hat, labels)
    return tuple(
        _estimate(y, d[:, j], *single_treatment(y, d, l_hat, m_hat, j), clusters) for j in range(len(labels))
    )


def _estimate(y: Array, d: Array, l_star: Array, m_star: Array, clusters: Clusters) -> Split:
    # DoubleML's scores are the same either way; only its way of adding them up has bounds.
    affordable = can_cluster(clusters.codes)
    scores = score_plr(y, d, l_star, m_star, clusters.codes if affordable else ())
    influence = cluster_influence(scores.psi, scores.psi_a, clusters)
    se = scores.se if affordable else math.sqrt(sum(float(np.sum(values**2)) for values in influence))
    return Split(theta=scores.theta, se=se, influence=influence)


def _check_predictions(target: Array, prediction: Array, learner: str, name: str) -> None:
    lost = int(np.count_nonzero(~np.isfinite(prediction)))
    if lost:
        reason = f"{lost} of its predictions are not finite numbers"
        raise GipError(
            problem("G406", learner=learner, target=name, reason=reason, remedy="try another learner")
        )
    labels = _all_binary(target) and _all_binary(prediction) and bool(np.any(target != prediction))
    if learner == "learner_d" and labels:
        reason = "it predicts only 0 and 1, and probabilities are needed"
        remedy = "use a learner that smooths more: larger leaves, more trees or more neighbours"
        raise GipError(problem("G406", learner=learner, target=name, reason=reason, remedy=remedy))


def _all_binary(values: Array) -> bool:
    return bool(np.all((values == 0) | (values == 1)))


def _check_clusters(clusters: Clusters) -> None:
    for dimension, codes in zip(clusters.dimensions, clusters.codes, strict=True):
        if len(codes) == 0 or np.all(codes == codes[0]):
            raise GipError(problem("G407", name=dimension))

"""The partially linear model with instruments: from cross-fitted predictions to an estimate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.checks import check_clusters, check_finite, check_probabilities
from gipspec.estimate.door import score_pliv
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Split, split_of
from gipspec.estimate.residuals import COLLINEAR, check_residuals, explained, project, tied


def pliv(
    y: Array,
    d: Array,
    z: Array,
    l_hat: Array,
    r_hat: Array,
    m_hat: Array,
    clusters: Clusters = NO_CLUSTERS,
    *,
    outcome: str = "y",
    treatment: str = "d",
    instruments: Sequence[str] | None = None,
) -> Split:
    """Estimate Y = θD + g(X) + ε, E[ε | X, Z] = 0, from cross-fitted predictions of Y, D and Z from X.

    `y`, `d`, `l_hat`, `r_hat` are (n,), `z` and `m_hat` (n, q). With Ỹ = Y - l̂, D̃ = D - r̂ and Z̃ = Z - m̂, θ
    solves ψ = (Ỹ - θD̃)Z̃ (Chernozhukov et al. 2018, section 4.2); of several instruments the first stage, the
    regression of D̃ on Z̃, takes the place of Z̃: two-stage least squares. Standard errors are clustered as
    in `plr`; that the first stage is estimated adds nothing to them. Names are for messages.

    Raises GipError: G406 a prediction is not finite, or all are 0 or 1 where probabilities are due; G407 too
    few clusters; G408 nothing of the treatment is left; G416 nothing of an instrument is left; G417 an
    instrument is collinear with others or the treatment.
    """
    labels = tuple(instruments) if instruments is not None else tuple(f"z{j + 1}" for j in range(z.shape[1]))
    check_finite(l_hat, "learner_y", outcome)
    check_finite(r_hat, "learner_d", treatment)
    check_probabilities(d, r_hat, "learner_d", treatment)
    for j, label in enumerate(labels):
        check_finite(m_hat[:, j], "learner_z", label)
        check_probabilities(z[:, j], m_hat[:, j], "learner_z", label)
    check_clusters(clusters)
    check_residuals(d[:, None], r_hat[:, None], (treatment,))
    check_left(z, z - m_hat, labels)
    check_distinct(d - r_hat, z - m_hat, treatment, labels, " once the controls are removed")
    if z.shape[1] > 1:
        z, m_hat = orthonormal(z - m_hat), np.zeros_like(z)
    scores = score_pliv(y, d, z, l_hat, r_hat, m_hat)
    return split_of(scores.theta, scores.psi, scores.psi_a, clusters)


def orthonormal(z_residual: Array) -> Array:
    """Return instruments (n, q) of unit variance and without correlation that span the same as Z̃.

    The estimate is the same. In DoubleML's own first stage scikit-learn drops what is a millionth of the
    largest (its `tol`), and an instrument in large units would push the others out.
    """
    scaled = z_residual / np.linalg.norm(z_residual, axis=0)
    return np.asarray(np.linalg.qr(scaled)[0] * np.sqrt(len(scaled)), dtype=np.float64)


def check_left(z: Array, z_residual: Array, names: Sequence[str]) -> None:
    """Refuse instruments (n, q) of which nothing but rounding errors is left (G416)."""
    gone = [name for name, nothing in zip(names, explained(z, z_residual), strict=True) if nothing]
    if gone:
        where = " once the controls and effects are removed"
        remedy = "drop the controls or effects that determine it, or name another instrument"
        raise GipError(*(problem("G416", name=name, where=where, remedy=remedy) for name in gone))


def check_distinct(d: Array, z: Array, treatment: str, names: Sequence[str], where: str = "") -> None:
    """Refuse instruments (n, q) that repeat each other or determine the treatment (n,): G417.

    Variables are centred already, or residuals; `where` says so in the message.
    """
    repeated = [f"`{name}`" for name, same in zip(names, tied(z), strict=True) if same]
    if repeated:
        what = f"the instruments {' and '.join(repeated)} are collinear"
        raise GipError(problem("G417", what=what, where=where, remedy="drop one of them"))
    if np.sum((d - project(z, d)) ** 2) <= COLLINEAR * np.sum(d**2):
        listed = " and ".join(f"`{name}`" for name in names)
        several = f"the treatment `{treatment}` is a combination of the instruments {listed}"
        what = several if len(names) > 1 else f"the instrument {listed} is the treatment `{treatment}` itself"
        raise GipError(problem("G417", what=what, where=where, remedy="name another instrument"))


def first_stage(d_residual: Array, z_residual: Array, clusters: Clusters = NO_CLUSTERS) -> Split:
    """Estimate the first stage of one instrument: the regression of D̃ on Z̃, (n,) each, through the origin."""
    psi_a = -(z_residual**2)
    theta = -float(np.sum(d_residual * z_residual) / np.sum(psi_a))
    return split_of(theta, z_residual * d_residual + theta * psi_a, psi_a, clusters)

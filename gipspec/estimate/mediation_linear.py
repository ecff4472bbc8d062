"""The partially linear analogue of causal mediation, for variables whose effects have been removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.combine import combination, ratio
from gipspec.estimate.influence import Array, Clusters, Split
from gipspec.estimate.plr import plr

NO_CLUSTERS = Clusters()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearMediation:
    """The effect of a treatment, and what of it passes through the mediators.

    `total` = `direct` + `indirect`, and `indirect` = Σ_k `effects[k]`·`slopes[k]`. `effects[k]` is the effect
    of the treatment on mediator k, `slopes[k]` the change of the outcome with a unit of mediator k, the
    treatment and the other mediators held. `share` = `indirect` / `total`.
    """

    total: Split
    direct: Split
    indirect: Split
    share: Split
    effects: tuple[Split, ...]
    slopes: tuple[Split, ...]


def mediation_linear(
    y: Array,
    d: Array,
    mediators: Array,
    l_hat: Array,
    m_hat: Array,
    mediators_hat: Array,
    clusters: Clusters = NO_CLUSTERS,
    *,
    names: Sequence[str] | None = None,
    treatment: str = "d",
    outcome: str = "y",
) -> LinearMediation:
    """Split the effect of `d` (n,) on `y` (n,) into a direct one and that through `mediators` (n, q).

    `l_hat` (n,), `m_hat` (n,) and `mediators_hat` (n, q) are cross-fitted predictions of them from X; `names`
    (q,), `treatment` and `outcome` are for messages. With residuals Ỹ, D̃ and M̃, the total effect is that of
    the regression of Ỹ on D̃, the direct effect and the slopes are those of Ỹ on D̃ and M̃ jointly, and the
    effects on the mediators those of M̃_k on D̃; all solve the partialling-out score of Chernozhukov et al.
    (2018), equation (4.4), as in `plr`. The indirect effect is total less direct, and its influence the
    difference of theirs: SE² = Σ_c (S_c(total) - S_c(direct))². By the formula of omitted variables both
    equal those of the sum of products Σ_k effect_k·slope_k, so that the standard error is also the one that
    the delta method gives the products. Where effect and slope are both nought it is too large.

    This is causal if the mediators are as good as random given D, X and the removed effects, and D and M do
    not interact. Raises GipError as `plr` does; G406 names `learner_m` for predictions of a mediator.
    """
    labels = tuple(names) if names is not None else tuple(f"m{k + 1}" for k in range(mediators.shape[1]))
    for label, prediction in zip(labels, mediators_hat.T, strict=True):
        _check_finite(prediction, label)
    treated, treated_hat = d[:, None], m_hat[:, None]
    (total,) = plr(y, treated, l_hat, treated_hat, clusters, names=(treatment,), outcome=outcome)
    direct, *slopes = plr(
        y,
        np.column_stack([d, mediators]),
        l_hat,
        np.column_stack([m_hat, mediators_hat]),
        clusters,
        names=(treatment, *labels),
        outcome=outcome,
    )
    effects = [
        plr(m, treated, prediction, treated_hat, clusters, names=(treatment,), outcome=label)[0]
        for m, prediction, label in zip(mediators.T, mediators_hat.T, labels, strict=True)
    ]
    indirect = combination((total, direct), (1.0, -1.0))
    return LinearMediation(
        total=total,
        direct=direct,
        indirect=indirect,
        share=ratio(indirect, total),
        effects=tuple(effects),
        slopes=tuple(slopes),
    )


def _check_finite(prediction: Array, name: str) -> None:
    lost = int(np.count_nonzero(~np.isfinite(prediction)))
    if lost:
        reason = f"{lost} of its predictions are not finite numbers"
        raise GipError(
            problem(
                "G406", learner="learner_m", target=f"`{name}`", reason=reason, remedy="try another learner"
            )
        )

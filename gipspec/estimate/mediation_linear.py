"""The partially linear analogue of causal mediation, for variables whose effects have been removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.checks import check_finite, check_probabilities
from gipspec.estimate.combine import combination, ratio
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Split
from gipspec.estimate.plr import plr
from gipspec.estimate.residuals import explained, tied


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
    not interact. Raises GipError as `plr` does; G406 names `learner_m` for predictions of a mediator, and
    G418 stands for G408 and G411 where a mediator is at fault.
    """
    labels = tuple(names) if names is not None else tuple(f"m{k + 1}" for k in range(mediators.shape[1]))
    for label, mediator, prediction in zip(labels, mediators.T, mediators_hat.T, strict=True):
        check_finite(prediction, "learner_m", label)
        check_probabilities(mediator, prediction, "learner_m", label)
    treated, treated_hat = d[:, None], m_hat[:, None]
    (total,) = plr(y, treated, l_hat, treated_hat, clusters, names=(treatment,), outcome=outcome)
    _check_left(d - m_hat, mediators, mediators - mediators_hat, treatment, labels)
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


def _check_left(
    d_residual: Array, mediators: Array, residual: Array, treatment: str, names: Sequence[str]
) -> None:
    """Refuse mediators (n, q) of which nothing is left, or that move with the treatment or each other."""
    gone = [name for name, nothing in zip(names, explained(mediators, residual), strict=True) if nothing]
    if gone:
        reason = "is explained by the controls and effects"
        remedy = "drop the controls or effects that determine it, or name another mediator"
        raise GipError(*(problem("G418", name=name, reason=reason, remedy=remedy) for name in gone))
    same = tied(np.column_stack([d_residual, residual]))
    together = [name for name, one in zip((treatment, *names), same, strict=True) if one]
    if together:
        name = next(m for m in together if m != treatment)
        rest = " and ".join(f"`{other}`" for other in together if other != name)
        reason = f"cannot be told from {rest} once the controls are removed"
        raise GipError(problem("G418", name=name, reason=reason, remedy="name another mediator, or fewer"))

"""Effects by group and along a moderator, from the nuisances of the full sample (docs/statistics.md).

The partially linear model. With Ỹ = Y - l̂(X), D̃ = D - m̂(X), and a moderator W that is part of X, the model
Y = τ(W)D + g(X) + ε gives Ỹ = τ(W)D̃ + ε: W·D̃ is the residual of W·D, since E[W·D | X] = W·m(X). Hence no
fit beyond l̂ and m̂ is needed, and the score stays orthogonal (Semenova, Goldman, Chernozhukov and Taddy 2023).
W must be among the features: otherwise D̃ has a mean of its own in each group, and group effects are biased.

Effects removed before. Let ᵂ mark the transformation of `fe_method`. What the model implies is a regression
on (W·D)ᵂ less its prediction, and W·D̃ may take its place where W is constant within the unit:

- Effects of units alone: W·D̃ is that residual, since means by unit and differences commute with W.
- Effects of time too: (W·D)ᵂ - W·Dᵂ is a function of W and the period, or what is left of the treatment has
  a mean of its own by W and period. Only a learner that finds this interaction takes it up: where groups
  adopt at different times, linear learners miss it, and boosted trees a part of it.
- W changes within a unit: W·D̃ is something else than (W·D)ᵂ, which depends on the treatment of other periods.

In the last two cases neither groups nor slopes are consistent. The remedy is to transform W·D like D, to fit
a nuisance of its own for each W·D, and to hand the residuals over as `interactions`; so does
`y ~ d * w | x`. A moderator of the base period is best, for the treatment cannot have moved it.

The interactive model. The doubly robust signal ψ_b has the conditional effect as its mean given X, for any W
in X: its group means are GATEs, its projection the best linear predictor. ψ_b must be that of the average
effect, not of the effect on the treated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.combine import combination
from gipspec.estimate.influence import Array, Clusters, Codes, Split
from gipspec.estimate.projection import NO_CLUSTERS, best_linear_predictor
from gipspec.estimate.residuals import NO_VARIATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardized:
    """Moderators (n, m) less their mean (m,), over their standard deviation (m,) with n - 1."""

    values: Array
    mean: Array
    sd: Array


def standardize(moderators: Array) -> Standardized:
    """Standardise moderators (n, m) over the rows of the model; a constant one becomes nought.

    Mean and deviation are then taken as given: a slope is the change of the effect with one deviation of this
    sample.
    """
    mean = moderators.mean(axis=0)
    sd = np.where(np.ptp(moderators, axis=0) > 0, moderators.std(axis=0, ddof=1), 0.0)
    values = np.where(sd > 0, moderators - mean, 0.0) / np.where(sd > 0, sd, 1.0)
    return Standardized(values=values, mean=mean, sd=sd)


def group_effects(
    y_residual: Array,
    d_residual: Array,
    groups: Codes,
    clusters: Clusters = NO_CLUSTERS,
    *,
    keys: Sequence[str],
    treatment: str = "d",
    interactions: Array | None = None,
) -> tuple[Split, ...]:
    """Estimate the effect in each group of a partially linear model: Ỹ on (D̃·1[g = k])_k, jointly.

    `y_residual` and `d_residual` are (n,), `groups` (n,) positions in `keys` (k,). Since groups do not
    overlap, each effect is that of its rows; since all share their nuisances and clusters, their influence is
    that of one regression, from which differences and tests follow. See the module for what must hold, and
    for when `interactions` (n, k), residuals of D·1[g = k] from nuisances of their own, are to take the place
    of D̃·1[g = k].

    Raises GipError: G401 nothing of the treatment is left in a group; G407 a group lies in one cluster.
    """
    _check_clusters(groups, keys, clusters)
    indicators = _indicators(groups, len(keys))
    basis = d_residual[:, None] * indicators if interactions is None else interactions
    left = d_residual**2 @ indicators
    for key, gone in zip(keys, left <= NO_VARIATION * float(np.sum(d_residual**2)), strict=True):
        if gone:
            where, remedy = f" in the group `{key}`", "join groups, or choose another moderator"
            raise GipError(problem("G401", name=treatment, where=where, remedy=remedy))
    return best_linear_predictor(y_residual, basis, clusters, names=keys)


def gate(
    signal: Array, groups: Codes, clusters: Clusters = NO_CLUSTERS, *, keys: Sequence[str]
) -> tuple[Split, ...]:
    """Estimate group average treatment effects, the group means of the doubly robust signal ψ_b (n,).

    `groups` (n,) are positions in `keys` (k,). Semenova and Chernozhukov (2021); DoubleMLIRM.gate with
    clustered covariance. Raises GipError G407 where a group lies in one cluster or none.
    """
    _check_clusters(groups, keys, clusters)
    return best_linear_predictor(signal, _indicators(groups, len(keys)), clusters, names=keys)


def differences(effects: Sequence[Split], reference: int = 0) -> tuple[Split, ...]:
    """Return each group's effect less that of the reference, in the order of groups, without the latter.

    For groups in rising order the last of them is high less low.
    """
    return tuple(
        combination((effect, effects[reference]), (1.0, -1.0))
        for at, effect in enumerate(effects)
        if at != reference
    )


def linear_effects(
    y_residual: Array,
    d_residual: Array,
    moderators: Array,
    clusters: Clusters = NO_CLUSTERS,
    *,
    names: Sequence[str],
    interactions: Array | None = None,
) -> tuple[Split, ...]:
    """Estimate τ(W) = α + β'W in a partially linear model: Ỹ on D̃ and W·D̃; α first, then the slopes.

    `moderators` (n, m) are W, best standardised, so that α is the effect at their mean; `names` (1 + m,) are
    those of the treatment and its interactions. `interactions` (n, m) are residuals of W·D from nuisances of
    their own; they take the place of W·D̃ where that is not valid (see the module). With several moderators
    the slopes are partial ones. Where τ is not linear, α + β'W is its best linear predictor, each row
    weighted by Var(D | X).

    Raises GipError G411 where a moderator is constant, or follows from others.
    """
    products = d_residual[:, None] * moderators if interactions is None else interactions
    basis = np.column_stack([d_residual, products])
    return best_linear_predictor(y_residual, basis, clusters, names=names)


def _indicators(groups: Codes, count: int) -> Array:
    return np.asarray(groups[:, None] == np.arange(count), dtype=np.float64)


def _check_clusters(groups: Codes, keys: Sequence[str], clusters: Clusters) -> None:
    """Refuse a group inside one cluster: its scores sum to nought there, and so would its standard error."""
    for dimension, codes in zip(clusters.dimensions, clusters.codes, strict=True):
        for at, key in enumerate(keys):
            if len(np.unique(codes[groups == at])) < 2:
                name = f"{dimension}` of the group `{key}"
                raise GipError(problem("G407", name=name, help="join groups, or choose another moderator"))

"""Whom to treat: a shallow tree, the gain in each of its leaves, and what it is worth.

From the interactive model, a row's signal is ψ_b and its weight one: the mean of ψ_b·π(X) is the gain of the
policy π over treating nobody (Athey and Wager 2021). From the partially linear model, with effects removed or
not, it is ỸD̃ and the weight D̃² (`residual_signal`). Since E[ỸD̃ | X] = τ(X) E[D̃² | X], the sum of signals over
that of weights is the gain in a population in which each row counts by the variation that its treatment has
left; the coefficient of that model is about the same one. Ỹ/D̃ weighted by D̃² is the pseudo-outcome of the
R-learner (Nie and Wager 2021). Which features the effect may depend on is said in `heterogeneity`.

To charge a cost for each row treated, subtract cost times weight from the signal. With repeated splits hand
over the mean of the signals over repetitions, and evaluate its assignments on each with `policy_value`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.estimate.combine import combination
from gipspec.estimate.influence import Array, Clusters, Codes, Split, split_of
from gipspec.estimate.policy_search import Flags, Rule, best_rule, treated_by
from gipspec.estimate.projection import NO_CLUSTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNode:
    """A node of a policy tree, in plain values: `dataclasses.asdict` of it is JSON.

    Rows whose `feature` is at most `cut` go to the node numbered `left`, the others to `right`; of a leaf
    these are None, and `treat` says what is done there, None inside. `n` rows reach the node, a `share` of
    all weights; `gain` is the mean gain of treating them, with its clustered `se`, None within one cluster.
    """

    node: int
    depth: int
    feature: str | None
    cut: float | None
    left: int | None
    right: int | None
    treat: bool | None
    n: int
    share: float
    gain: float
    se: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyValue:
    """The worth of an assignment (n,), in mean gain a row.

    `value` is its gain over treating nobody, `over_all` that over treating everybody, whose own gain is
    `treat_all`. `share` is the share of all weights that it treats.
    """

    assignment: Flags
    value: Split
    over_all: Split
    treat_all: Split
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy tree: its `nodes`, the root first, and its value.

    `in_sample` is the value on the rows that the tree was chosen on, which flatters it, as do the gains in
    its leaves. `cross_fitted` assigns each fold by a tree chosen on the others: the honest value of choosing
    a policy in this way.
    """

    rule: Rule | bool
    nodes: tuple[PolicyNode, ...]
    in_sample: PolicyValue
    cross_fitted: PolicyValue


def residual_signal(y_residual: Array, d_residual: Array) -> tuple[Array, Array]:
    """Return signal and weight, (n,) each, of a partially linear model: ỸD̃ and D̃²."""
    return y_residual * d_residual, d_residual**2


def learn_policy(
    signal: Array,
    features: Array,
    *,
    names: Sequence[str],
    folds: Codes,
    leaf: int,
    depth: int = 2,
    weight: Array | None = None,
    clusters: Clusters = NO_CLUSTERS,
    bins: int | None = None,
) -> Policy:
    """Choose the policy tree that maximises the mean gain, and evaluate it in sample and cross-fitted.

    `signal` (n,) is the gain of treating a row, `weight` (n,) what it counts, one if not given; `features`
    (n, p) with their `names` are what the policy may depend on, numbers or dummies. `folds` (n,) keep units
    whole; with the folds of the nuisances, a row's cross-fitted assignment depends on its own outcome only
    through the nuisances of other folds. For `depth`, `leaf` and `bins` see `best_rule`. Standard errors are
    clustered and take the trees as given.

    Raises GipError G203 where `depth` is not 1, 2 or 3.
    """
    weight = np.ones(len(signal)) if weight is None else weight
    rule = best_rule(signal, features, depth=depth, leaf=leaf, bins=bins)
    honest = np.zeros(len(signal), dtype=bool)
    for fold in np.unique(folds):
        held = folds == fold
        other = best_rule(signal[~held], features[~held], depth=depth, leaf=leaf, bins=bins)
        honest[held] = treated_by(other, features[held])
    return Policy(
        rule=rule,
        nodes=tuple(_nodes(rule, signal, weight, features, names, clusters)),
        in_sample=policy_value(signal, weight, treated_by(rule, features), clusters),
        cross_fitted=policy_value(signal, weight, honest, clusters),
    )


def policy_value(
    signal: Array, weight: Array, assignment: Flags, clusters: Clusters = NO_CLUSTERS
) -> PolicyValue:
    """Evaluate a given assignment π (n,): Σ signal·π / Σ weight, with the score signal·π - value·weight."""
    treat_all = _mean_gain(signal, weight, clusters)
    value = _mean_gain(signal * assignment, weight, clusters)
    return PolicyValue(
        assignment=assignment,
        value=value,
        over_all=combination((value, treat_all), (1.0, -1.0)),
        treat_all=treat_all,
        share=float(np.sum(weight[assignment]) / np.sum(weight)),
    )


def _mean_gain(signal: Array, weight: Array, clusters: Clusters) -> Split:
    theta = float(np.sum(signal) / np.sum(weight))
    return split_of(theta, signal - theta * weight, -weight, clusters)


def _nodes(
    rule: Rule | bool,
    signal: Array,
    weight: Array,
    features: Array,
    names: Sequence[str],
    clusters: Clusters,
) -> list[PolicyNode]:
    """List the nodes by level, from left to right."""
    waiting: list[tuple[Rule | bool, Flags, int]] = [(rule, np.ones(len(signal), dtype=bool), 0)]
    nodes: list[PolicyNode] = []
    while len(nodes) < len(waiting):
        at, rows, depth = waiting[len(nodes)]
        here = _mean_gain(signal * rows, weight * rows, clusters)
        branch = at if isinstance(at, Rule) else None
        nodes.append(
            PolicyNode(
                node=len(nodes),
                depth=depth,
                feature=names[branch.feature] if branch else None,
                cut=branch.cut if branch else None,
                left=len(waiting) if branch else None,
                right=len(waiting) + 1 if branch else None,
                treat=None if isinstance(at, Rule) else at,
                n=int(np.count_nonzero(rows)),
                share=float(np.sum(weight[rows]) / np.sum(weight)),
                gain=here.theta,
                se=here.se if _several_clusters(rows, clusters) else None,
            )
        )
        if branch:
            below = features[:, branch.feature] <= branch.cut
            waiting += [(branch.left, rows & below, depth + 1), (branch.right, rows & ~below, depth + 1)]
    return nodes


def _several_clusters(rows: Flags, clusters: Clusters) -> bool:
    """Tell whether the scores of these rows, which sum to nought, leave a standard error."""
    return int(np.count_nonzero(rows)) > 1 and all(len(np.unique(c[rows])) > 1 for c in clusters.codes)

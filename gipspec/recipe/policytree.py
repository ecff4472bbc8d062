"""Who gains most: a shallow tree over a few features, and what treating by it is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gipspec.data import Dataset, evaluate, group_by_category
from gipspec.data.vector import Vector, groups
from gipspec.diagnostics import GipError, problem
from gipspec.estimate import (
    Policy,
    PolicyNode,
    PolicyValue,
    learn_policy,
    policy_value,
    residual_signal,
)
from gipspec.lang.check.moderators import policy_features
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Panel, Settings, Term
from gipspec.learn import CrossFit, fold_map
from gipspec.recipe.found import Found, Made, Series
from gipspec.recipe.irm import irm_nuisances
from gipspec.recipe.moderator import constant_within
from gipspec.recipe.piece import Piece, clusters_of, found
from gipspec.recipe.plr import plr_nuisances, treatment_predictions
from gipspec.recipe.views import doubly_robust_signal
from gipspec.recipe.whole import INTERACTIVE, About, about, whole_sample
from gipspec.recipe.work import Array, Codes, Fits, Flags, Work

LEAF = 0.05  # share of the rows that a leaf holds at least
MOST_FEATURES = 50
KIND = "policy"
Signal = tuple[Array, Array]  # of each row: the gain of treating it, and what it counts, (n,) both
LABELS = {
    "value": "Policy tree, against treating nobody",
    "gain": "Policy tree, against treating everybody",
    "all": "Treating everybody, against nobody",
}


def prepare_policy(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Choose the policy tree from the signals of the model, and evaluate it on rows that it has not seen.

    The features are controls too. Signals are those of the partially linear or the interactive model, their
    mean over the repetitions; values are evaluated on each. Raises GipError: G442 for features that removing
    effects mixes over periods, G007 over the bound of features, and with what is wrong with the data.
    """
    features, depth = policy_features(model.settings.het)
    piece = whole_sample(model, dataset, panel, [Term(factors=(f,)) for f in features], features, only)
    vectors = {print_expr(f): _on_rows(evaluate(f, dataset), piece.rows) for f in features}
    _check_within(vectors, piece.design.unit, model.settings, panel)
    names, columns = _matrix(vectors)
    folds = _folds(piece, dataset)
    interactive = model.settings.model == INTERACTIVE
    nuisances = irm_nuisances(piece) if interactive else plr_nuisances(piece)
    signals = _interactive if interactive else _partially_linear

    def finish(fits: Fits) -> Made:
        reps = [signals(piece, rep) for rep in fits]
        policy = learn_policy(
            np.mean([signal for signal, _ in reps], axis=0),
            columns,
            names=names,
            folds=folds,
            leaf=math.ceil(LEAF * piece.n),
            depth=depth,
            weight=np.mean([weight for _, weight in reps], axis=0),
            clusters=clusters_of(piece),
        )
        assignment = policy.cross_fitted.assignment
        values = [policy_value(signal, weight, assignment, clusters_of(piece)) for signal, weight in reps]
        common = about(piece, nuisances, fits)
        return Made(found=_found(piece, policy, values, common), series=(_tree(policy.nodes),))

    return Work(nuisances=nuisances, finish=finish)


def _on_rows(vector: Vector, rows: Codes) -> Vector:
    return Vector(values=vector.values[rows], labels=vector.labels)


def _matrix(vectors: Mapping[str, Vector]) -> tuple[tuple[str, ...], Array]:
    """Return the features (n, p) with their names: numbers as they are, categories as dummies."""
    named = [column for name, vector in vectors.items() for column in _columns(name, vector)]
    if len(named) > MOST_FEATURES:
        remedy = "name fewer features, or join their categories"
        what = f"a policy of {len(named)} features"
        raise GipError(problem("G007", what=what, bound=str(MOST_FEATURES), help=remedy))
    return tuple(name for name, _ in named), np.column_stack([column for _, column in named])


def _columns(name: str, vector: Vector) -> list[tuple[str, Array]]:
    distinct = groups(vector)
    labelled = bool(vector.labels) and all(v in vector.labels for v in distinct.values)
    if len(distinct.names) > 1 and not vector.is_text and not (labelled and len(distinct.names) > 2):
        return [(name, np.asarray(vector.values, dtype=np.float64))]
    grouping = group_by_category(vector, name)
    return [
        (f"{name}[{label}]", (grouping.codes == at).astype(np.float64))
        for at, label in enumerate(grouping.labels)
    ]


def _check_within(
    vectors: Mapping[str, Vector], unit: Codes, settings: Settings, panel: Panel | None
) -> None:
    """Refuse features that change within units where removing effects mixes their periods (G442)."""
    if panel is None or not settings.fe or settings.fe_method == "dummies" or settings.model == INTERACTIVE:
        return
    remedy = "use a value that stays, of a base period or a mean: `let w = ave({name}, {unit})`; or `fe=none`"
    wrong = [name for name, vector in vectors.items() if not constant_within(groups(vector).codes, unit)]
    if wrong:
        raise GipError(
            *(
                problem("G442", name=name, unit=panel.unit, remedy=remedy.format(name=name, unit=panel.unit))
                for name in wrong
            )
        )


def _folds(piece: Piece, dataset: Dataset) -> Codes:
    """Return the folds (n,) of the first repetition: those of the nuisances."""
    settings, design = piece.model.settings, piece.design
    if isinstance(settings.folds, str):
        if design.folds is None:
            raise TypeError("a column of folds was asked for, and there is none")
        return design.folds
    return fold_map(len(dataset.unit_names), settings.folds, settings.seed, 0)[design.unit]


def _partially_linear(piece: Piece, rep: Sequence[CrossFit]) -> Signal:
    d = piece.design.d - treatment_predictions(piece, rep[1:])
    return residual_signal(piece.design.y - rep[0].prediction, d[:, 0])


def _interactive(piece: Piece, rep: Sequence[CrossFit]) -> Signal:
    return doubly_robust_signal(piece, rep), np.ones(piece.n)


def _found(piece: Piece, policy: Policy, values: Sequence[PolicyValue], common: About) -> tuple[Found, ...]:
    """Return what the policy is worth against treating nobody and everybody, and the latter's own worth."""
    reps = {
        "value": [v.value for v in values],
        "gain": [v.over_all for v in values],
        "all": [v.treat_all for v in values],
    }
    measures = (
        *common.measures,
        ("policy.share", float(np.mean(values[0].assignment))),
        ("policy.in_sample", policy.in_sample.value.theta),
    )
    return tuple(
        found(
            piece,
            splits,
            key=f"{KIND}.{key}",
            kind=KIND,
            treatment=piece.treatments[0],
            term=f"{KIND}.{key}",
            term_label=LABELS[key],
            nuisances=common.nuisances,
            residual_share=common.residual_share,
            measures=measures,
        )
        for key, splits in reps.items()
    )


def _tree(nodes: Sequence[PolicyNode]) -> Series:
    """Return the nodes, a row each, the root first: what a node lacks is an empty text or nan."""
    nan = math.nan
    actions = {None: "", True: "treat", False: "do not treat"}
    columns: dict[str, Sequence[float | str]] = {
        "node": [float(n.node) for n in nodes],
        "depth": [float(n.depth) for n in nodes],
        "feature": [n.feature or "" for n in nodes],
        "cut": [nan if n.cut is None else n.cut for n in nodes],
        "left": [nan if n.left is None else float(n.left) for n in nodes],
        "right": [nan if n.right is None else float(n.right) for n in nodes],
        "action": [actions[n.treat] for n in nodes],
        "n": [float(n.n) for n in nodes],
        "share": [n.share for n in nodes],
        "gain": [n.gain for n in nodes],
        "se": [nan if n.se is None else n.se for n in nodes],
    }
    return Series(key="", kind="tree", columns=tuple((name, tuple(v)) for name, v in columns.items()))

"""Nuisances whose target differs from fold to fold, since the training set of each has made its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.diagnostics import GipError, counted, problem
from gipspec.lang.study import Learner
from gipspec.learn.build import build_learner, member_seeds
from gipspec.learn.crossfit import FEWEST_TEACHERS, CrossFit
from gipspec.learn.folds import Codes, cannot_fill, in_one_fold, inner_splits
from gipspec.learn.guard import failed, fitting
from gipspec.learn.simplex import simplex_weights
from gipspec.learn.task import Task, label_of, member_task, target_phrase

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One fold: flags (n,) of the rows to predict and to learn from, and the target of the latter."""

    test: Flags
    learn: Flags
    target: Array


def predict_parts(
    learner: Learner,
    x: Array,
    parts: Sequence[Part],
    *,
    task: Task,
    group: NDArray[np.int64],
    seed: int,
    categorical: tuple[int, ...] = (),
    name: str = "",
) -> CrossFit:
    """Predict the rows of each part from features `x` (n, p) by what its own rows have taught.

    `group` (n,) are unit codes; where the target of a part has one value only, that value is the prediction.
    Raises GipError G404 for a classifier that is to regress, G406 a numerical failure, G409 a package is
    missing.
    """
    if learner.name == "stack" and learner.parameter("short"):
        return _short_stack(learner, x, parts, task, group, seed, categorical, name)
    estimator = build_learner(learner, task, seed=seed, categorical=categorical)
    prediction = np.empty(len(x))
    weights = []
    with fitting(learner, name):
        for part in parts:
            if np.ptp(part.target) == 0:
                prediction[part.test] = part.target[0]
                continue
            estimator.fit(x[part.learn], part.target, group[part.learn])
            prediction[part.test] = estimator.expected(x[part.test])
            if learner.members:
                weights.append(estimator.weights_)
    if not np.isfinite(prediction).all():
        raise failed(learner, name, "some of its predictions are not finite")
    return CrossFit(prediction=prediction, task=task, weights=_labelled(learner, weights))


def _short_stack(
    learner: Learner,
    x: Array,
    parts: Sequence[Part],
    task: Task,
    group: NDArray[np.int64],
    seed: int,
    categorical: tuple[int, ...],
    name: str,
) -> CrossFit:
    """Stack the members' predictions with one set of weights, as near as can be to the targets.

    A row has a target in every training set that it belongs to; their mean is what counts.
    """
    columns = [
        predict_parts(
            member,
            x,
            parts,
            task=member_task(member, task),
            group=group,
            seed=member_seed,
            categorical=categorical,
            name=name,
        ).prediction
        for member, member_seed in zip(learner.members, member_seeds(learner, seed), strict=True)
    ]
    predictions = np.column_stack(columns)
    if task == "classification":
        predictions = predictions.clip(0, 1)  # a linear probability model leaves the interval
    total, times = np.zeros(len(x)), np.zeros(len(x))
    for part in parts:
        total[part.learn] += part.target
        times[part.learn] += 1
    seen = times > 0
    with fitting(learner, name):
        weights = simplex_weights(predictions[seen], total[seen] / times[seen])
        prediction = predictions @ weights
    return CrossFit(prediction=prediction, task=task, weights=_labelled(learner, [weights]))


def checked_folds(fold: Codes, group: NDArray[np.int64], teach: Flags, units: int, name: str) -> Codes:
    """Return the folds that hold rows.

    Raises GipError: G403 where a training set has fewer than `units` units, G414 fewer than two rows to learn
    from.
    """
    present = np.unique(fold)
    if present.size < 2:
        raise in_one_fold(np.unique(group).size)
    for k in present:
        found, rows = np.unique(group[fold != k]).size, int(np.count_nonzero(teach & (fold != k)))
        if found < units:
            raise cannot_fill(units, found)
        if rows < FEWEST_TEACHERS:
            raise GipError(
                problem("G414", fold=int(k) + 1, rows=counted(rows, "row"), target=target_phrase(name))
            )
    return present


def balanced_folds(group: NDArray[np.int64], teach: Flags, folds: int) -> Codes:
    """Deal whole units to folds (n,) in the order of their share of teaching rows."""
    codes = np.empty(group.size, dtype=np.int64)
    for k, (_, held_out) in enumerate(inner_splits(group, folds, binary=teach)):
        codes[held_out] = k
    return codes


def _labelled(learner: Learner, weights: list[Array]) -> tuple[tuple[str, float], ...]:
    means = np.mean(weights, axis=0) if weights else ()
    return tuple((label_of(m), float(w)) for m, w in zip(learner.members, means, strict=False))

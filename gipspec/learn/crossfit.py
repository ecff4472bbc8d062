"""Cross-fitted nuisances: each row predicted by a learner that never saw the row's unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gipspec.diagnostics import GipError, counted, problem
from gipspec.lang.study import Learner
from gipspec.learn.build import build_learner, member_seeds
from gipspec.learn.folds import Codes, cannot_fill, in_one_fold
from gipspec.learn.guard import failed, fitting
from gipspec.learn.simplex import simplex_weights
from gipspec.learn.task import Task, label_of, target_phrase, task_of

Array = NDArray[np.float64]
FEWEST_TEACHERS = 2  # rows of a training set


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossFit:
    """Out-of-fold predictions (n,); for a classification, probabilities of 1.

    `weights` are those of a stack, by its members' labels, the mean over folds; empty for other learners.
    """

    prediction: Array
    task: Task
    weights: tuple[tuple[str, float], ...] = ()


def cross_fit(
    learner: Learner,
    x: ArrayLike,
    target: ArrayLike,
    *,
    fold: ArrayLike,
    group: ArrayLike,
    seed: int,
    categorical: tuple[int, ...] = (),
    teach: ArrayLike | None = None,
    name: str = "",
) -> CrossFit:
    """Predict a target (n,) from features (n, p), fold by fold (Chernozhukov et al., 2018, definition 3.1).

    `fold` (n,) are codes from 0, constant within units; in a sub-sample some may be missing. `group` (n,) are
    unit codes, which inner folds keep whole. `categorical` are positions of columns of codes, `name` is what
    messages call the target. `teach` (n,) flags the rows that may be learned from (the treated, say); all
    rows are predicted, and where the teachers of a fold have one value only, that value is the prediction.
    Raises GipError: G403 too few folds or units, G404 a classifier without a binary target, G406 a numerical
    failure, G409 a package is missing, G412 a training set with one class, G414 without rows.
    """
    features = np.ascontiguousarray(x, dtype=np.float64)
    y = np.ascontiguousarray(target, dtype=np.float64)
    folds, units = np.asarray(fold, dtype=np.int64), np.asarray(group)
    present = present_folds(folds, units)
    task = task_of(learner, y, name)
    teachers = np.ones(y.size, dtype=bool) if teach is None else np.asarray(teach, dtype=bool)
    if teach is not None:
        _require_teachers(teachers, folds, present, name)
    elif task == "classification":
        _require_both_classes(y, folds, present, name)
    if learner.name == "stack" and learner.parameter("short"):
        return _short_stack(
            learner,
            features,
            y,
            task,
            fold=folds,
            group=units,
            seed=seed,
            categorical=categorical,
            teach=None if teach is None else teachers,
            name=name,
        )
    estimator = build_learner(learner, task, seed=seed, categorical=categorical)
    prediction = np.empty(y.size)
    weights = []
    with fitting(learner, name):
        for k in present:
            test = folds == k
            train = ~test & teachers
            if teach is not None and np.ptp(y[train]) == 0:
                prediction[test] = y[train][0]
                continue
            estimator.fit(features[train], y[train], units[train])
            prediction[test] = estimator.expected(features[test])
            if learner.members:
                weights.append(estimator.weights_)
    if not np.isfinite(prediction).all():
        raise failed(learner, name, "some of its predictions are not finite")
    return CrossFit(prediction=prediction, task=task, weights=_labelled(learner, weights))


def _short_stack(
    learner: Learner,
    x: Array,
    y: Array,
    task: Task,
    *,
    fold: Codes,
    group: NDArray[np.int64],
    seed: int,
    categorical: tuple[int, ...],
    teach: NDArray[np.bool_] | None,
    name: str,
) -> CrossFit:
    """Stack the members' cross-fitted predictions with one set of weights (Ahrens, Hansen, Schaffer and
    Wiemann, 2025, "Model averaging and double machine learning", section 3)."""
    columns = [
        cross_fit(
            member,
            x,
            y,
            fold=fold,
            group=group,
            seed=member_seed,
            categorical=categorical,
            teach=teach,
            name=name,
        ).prediction
        for member, member_seed in zip(learner.members, member_seeds(learner, seed), strict=True)
    ]
    predictions = np.column_stack(columns)
    if task == "classification":
        predictions = predictions.clip(0, 1)  # a linear probability model leaves the interval
    with fitting(learner, name):
        seen = slice(None) if teach is None else teach
        weights = simplex_weights(predictions[seen], y[seen])
        prediction = predictions @ weights
    return CrossFit(prediction=prediction, task=task, weights=_labelled(learner, [weights]))


def _labelled(learner: Learner, weights: list[Array]) -> tuple[tuple[str, float], ...]:
    if not weights:
        return ()
    means = np.mean(weights, axis=0)
    return tuple((label_of(m), float(w)) for m, w in zip(learner.members, means, strict=True))


def present_folds(fold: Codes, group: NDArray[np.int64]) -> Codes:
    """Return the folds that hold rows; raise G403 where they are too few."""
    present, n_units = np.unique(fold), _count(group)
    wanted = int(present[-1]) + 1 if present.size else 0
    kind = "units" if n_units < fold.size else "rows"
    if n_units < wanted:
        raise cannot_fill(wanted, n_units, kind)
    if present.size < 2:
        raise in_one_fold(n_units, kind)
    return present


def _count(codes: NDArray[np.int64]) -> int:
    """Return the number of distinct codes, without sorting them."""
    return int(np.count_nonzero(np.bincount(codes))) if codes.size else 0


def _require_teachers(teach: NDArray[np.bool_], fold: Codes, present: Codes, name: str) -> None:
    for k in present:
        rows = int(np.count_nonzero(teach & (fold != k)))
        if rows < FEWEST_TEACHERS:
            raise GipError(
                problem("G414", fold=int(k) + 1, rows=counted(rows, "row"), target=target_phrase(name))
            )


def _require_both_classes(y: Array, fold: Codes, present: Codes, name: str) -> None:
    for k in present:
        ones = y[fold != k]
        if ones.min() == ones.max():
            reason = "only ones" if ones[0] == 1 else "only zeros"
            raise GipError(problem("G412", fold=int(k) + 1, reason=reason, target=target_phrase(name)))

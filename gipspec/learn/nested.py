"""Nested nuisances: the mean, in one part of the rows, of a mean that another part has taught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import Learner
from gipspec.learn.build import build_learner, member_seeds
from gipspec.learn.crossfit import FEWEST_TEACHERS, CrossFit, cross_fit
from gipspec.learn.folds import Codes, derive_seed, inner_splits
from gipspec.learn.guard import failed, fitting
from gipspec.learn.simplex import simplex_weights
from gipspec.learn.task import label_of, target_phrase

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
INNER_FOLDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One fold: masks (n,) of the rows to predict and to learn from, and the latter's pseudo-outcomes."""

    test: Mask
    learn: Mask
    pseudo: Array


def cross_fit_nested(
    learner: Learner,
    x: ArrayLike,
    inner_learner: Learner,
    inner_x: ArrayLike,
    target: ArrayLike,
    *,
    teach: ArrayLike,
    inner_teach: ArrayLike,
    fold: ArrayLike,
    group: ArrayLike,
    seed: int,
    categorical: tuple[int, ...] = (),
    inner_categorical: tuple[int, ...] = (),
    inner_folds: int = INNER_FOLDS,
    name: str = "",
) -> CrossFit:
    """Predict ω(X) = E[μ(M, X) | teach, X] with μ = E[Y | inner_teach, M, X], fold by fold.

    For ω10 of DESIGN 4.4, E[μ1(M,X) | D=0, X]: `x` (n, p) holds X, `inner_x` (n, p') holds M and X, `target`
    (n,) is Y, `inner_teach` (n,) flags the rows with D=1 and `teach` those with D=0. In the training set of
    each fold μ is cross-fitted in `inner_folds` folds of whole units, their shares of `inner_teach` as even
    as can be; the learner then regresses these pseudo-outcomes on X among the rows that `teach` flags, and
    predicts all rows of the fold. So neither ω nor a pseudo-outcome was ever learned from the row's own unit.

    Farbmacher et al. (2022) learn μ on one half of the training set and ω on the other. Here the halves also
    change roles, so that ω is learned from all of its rows; both fits of μ together cost one on the whole
    training set. More inner folds let μ learn from more than half and cost `inner_folds` - 1 such fits. With
    boosted trees on 1,000 rows (40 draws, 2, 3 and 5 inner folds) the error of ω was .81, .80 and .80, the
    spread of the direct effect .126, .127 and .127, and the time as 1 to 1.5 to 2.4: two are enough.

    The prediction is a mean of means, hence a regression whatever the target; its out-of-fold fit can be
    measured against the cross-fitted μ among the rows that `teach` flags. The other arguments are those of
    `cross_fit`. Raises GipError: G403 too few folds or units, G404 a learner that only classifies (an inner
    one: without a binary target), G406 a numerical failure, G409 a package is missing, G414 a training set
    without rows to learn from.
    """
    folds, units = np.asarray(fold, dtype=np.int64), np.asarray(group)
    features = np.ascontiguousarray(x, dtype=np.float64)
    inner_features = np.ascontiguousarray(inner_x, dtype=np.float64)
    y = np.ascontiguousarray(target, dtype=np.float64)
    teachers, inner_teachers = np.asarray(teach, dtype=bool), np.asarray(inner_teach, dtype=bool)
    present = _checked_folds(folds, units, teachers, inner_folds, name)
    parts = []
    for k in present:
        train = folds != k
        mu = cross_fit(
            inner_learner,
            inner_features[train],
            y[train],
            fold=_balanced_folds(units[train], inner_teachers[train], inner_folds),
            group=units[train],
            seed=derive_seed(seed, "inner"),
            categorical=inner_categorical,
            teach=inner_teachers[train],
            name=name,
        )
        pseudo = mu.prediction[teachers[train]]
        parts.append(_Part(test=~train, learn=train & teachers, pseudo=pseudo))
    if learner.name == "stack" and learner.parameter("short"):
        return _short_stack(learner, features, parts, units, seed=seed, categorical=categorical, name=name)
    return _regress(learner, features, parts, units, seed=seed, categorical=categorical, name=name)


def _regress(
    learner: Learner,
    x: Array,
    parts: list[_Part],
    group: NDArray[np.int64],
    *,
    seed: int,
    categorical: tuple[int, ...],
    name: str,
) -> CrossFit:
    estimator = build_learner(learner, "regression", seed=seed, categorical=categorical)
    prediction = np.empty(len(x))
    weights = []
    with fitting(learner, name):
        for part in parts:
            if np.ptp(part.pseudo) == 0:
                prediction[part.test] = part.pseudo[0]
                continue
            estimator.fit(x[part.learn], part.pseudo, group[part.learn])
            prediction[part.test] = estimator.expected(x[part.test])
            if learner.members:
                weights.append(estimator.weights_)
    if not np.isfinite(prediction).all():
        raise failed(learner, name, "some of its predictions are not finite")
    return CrossFit(prediction=prediction, task="regression", weights=_labelled(learner, weights))


def _short_stack(
    learner: Learner,
    x: Array,
    parts: list[_Part],
    group: NDArray[np.int64],
    *,
    seed: int,
    categorical: tuple[int, ...],
    name: str,
) -> CrossFit:
    """Stack the members' predictions with one set of weights, as near as can be to the pseudo-outcomes.

    A row has a pseudo-outcome in every training set that it belongs to; their mean is what counts.
    """
    columns = [
        _regress(member, x, parts, group, seed=member_seed, categorical=categorical, name=name).prediction
        for member, member_seed in zip(learner.members, member_seeds(learner, seed), strict=True)
    ]
    predictions = np.column_stack(columns)
    total, times = np.zeros(len(x)), np.zeros(len(x))
    for part in parts:
        total[part.learn] += part.pseudo
        times[part.learn] += 1
    seen = times > 0
    with fitting(learner, name):
        weights = simplex_weights(predictions[seen], total[seen] / times[seen])
    return CrossFit(
        prediction=predictions @ weights, task="regression", weights=_labelled(learner, [weights])
    )


def _labelled(learner: Learner, weights: list[Array]) -> tuple[tuple[str, float], ...]:
    means = np.mean(weights, axis=0) if weights else ()
    return tuple((label_of(m), float(w)) for m, w in zip(learner.members, means, strict=False))


def _balanced_folds(group: NDArray[np.int64], teach: Mask, folds: int) -> Codes:
    """Deal whole units to folds in the order of their share of teaching rows."""
    codes = np.empty(group.size, dtype=np.int64)
    for k, (_, held_out) in enumerate(inner_splits(group, folds, binary=teach)):
        codes[held_out] = k
    return codes


def _checked_folds(fold: Codes, group: NDArray[np.int64], teach: Mask, inner_folds: int, name: str) -> Codes:
    """Return the folds that hold rows; raise G403 or G414 where a training set is too small."""
    present = np.unique(fold)
    if present.size < 2:
        raise GipError(problem("G403", units=np.unique(group).size, kind="units", folds=2))
    for k in present:
        units, rows = np.unique(group[fold != k]).size, int(np.count_nonzero(teach & (fold != k)))
        if units < inner_folds:
            raise GipError(problem("G403", units=units, kind="units", folds=inner_folds))
        if rows < FEWEST_TEACHERS:
            raise GipError(problem("G414", fold=int(k) + 1, rows=rows, target=target_phrase(name)))
    return present

"""Nested nuisances: the mean, in one part of the rows, of a mean that another part has taught."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gipspec.lang.study import Learner
from gipspec.learn.crossfit import CrossFit, cross_fit
from gipspec.learn.folds import derive_seed
from gipspec.learn.parts import Part, balanced_folds, checked_folds, predict_parts

INNER_FOLDS = 2


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

    For ω10, E[μ1(M,X) | D=0, X]: `x` (n, p) holds X, `inner_x` (n, p') holds M and X, `target`
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
    present = checked_folds(folds, units, teachers, inner_folds, name)
    parts = []
    for k in present:
        train = folds != k
        mu = cross_fit(
            inner_learner,
            inner_features[train],
            y[train],
            fold=balanced_folds(units[train], inner_teachers[train], inner_folds),
            group=units[train],
            seed=derive_seed(seed, "inner"),
            categorical=inner_categorical,
            teach=inner_teachers[train],
            name=name,
        )
        pseudo = mu.prediction[teachers[train]]
        parts.append(Part(test=~train, learn=train & teachers, target=pseudo))
    return predict_parts(
        learner,
        features,
        parts,
        task="regression",
        group=units,
        seed=seed,
        categorical=categorical,
        name=name,
    )

"""Many targets on the same features: what the targets have in common is done once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gipspec.diagnostics import GipError
from gipspec.learn.build import build_learner
from gipspec.learn.crossfit import CrossFit, present_folds
from gipspec.learn.guard import failed, fitting
from gipspec.learn.requests import Fit
from gipspec.learn.task import is_binary

Array = NDArray[np.float64]

SHARED = {"ols": "all", "ridge": "numbers"}  # learners with a factor, and the targets that they regress


def shares(fit: Fit) -> bool:
    """Tell whether most of a cross-fit is work on its features, which other targets could share."""
    if fit.learner.name not in SHARED or fit.teach is not None or fit.x.shape[1] == 0:
        return False
    return SHARED[fit.learner.name] == "all" or not is_binary(fit.target)


def perform_together(fits: Sequence[Fit]) -> list[CrossFit | GipError]:
    """Do cross-fits that share learner, features, folds and units, and differ in their targets alone.

    Features are prepared and factorised once for each fold. Every target is then solved on its own, by the
    operations of `cross_fit`: its predictions are the same bytes, whatever stands beside it. A target that
    fails yields its error. Raises GipError as `cross_fit` where the features, folds or units are at fault.
    """
    first = fits[0]
    features = np.ascontiguousarray(first.x, dtype=np.float64)
    folds, units = np.asarray(first.fold, dtype=np.int64), np.asarray(first.group)
    targets = [np.ascontiguousarray(fit.target, dtype=np.float64) for fit in fits]
    predictions = [np.empty(len(features)) for _ in fits]
    with fitting(first.learner, first.name):
        for k in present_folds(folds, units):
            test = folds == k
            train = ~test
            estimator = build_learner(
                first.learner, "regression", seed=first.seed, categorical=first.categorical
            )
            preparation, factor = estimator.shared(features[train], units[train])
            held_out = preparation.apply(features[test])
            for target, prediction in zip(targets, predictions, strict=True):
                prediction[test] = factor.solve(target[train]).predict(held_out)
    return [_checked(fit, prediction) for fit, prediction in zip(fits, predictions, strict=True)]


def _checked(fit: Fit, prediction: Array) -> CrossFit | GipError:
    if not np.isfinite(prediction).all():
        return failed(fit.learner, fit.name, "some of its predictions are not finite")
    return CrossFit(prediction=prediction, task="regression")

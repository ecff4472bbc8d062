"""Folds, learners and cross-fitted nuisances."""

from gipspec.learn.build import build_learner
from gipspec.learn.crossfit import CrossFit, cross_fit
from gipspec.learn.folds import cannot_fill, derive_seed, fold_map
from gipspec.learn.nested import cross_fit_nested
from gipspec.learn.quality import fit_quality
from gipspec.learn.quantile import cross_fit_quantile
from gipspec.learn.requests import Fit, NestedFit, QuantileFit, Request
from gipspec.learn.task import Task, regressor_of, task_of
from gipspec.learn.together import perform_together, shares
from gipspec.learn.tune import tune_learner

__all__ = [
    "CrossFit",
    "Fit",
    "NestedFit",
    "QuantileFit",
    "Request",
    "Task",
    "build_learner",
    "cannot_fill",
    "cross_fit",
    "cross_fit_nested",
    "cross_fit_quantile",
    "derive_seed",
    "fit_quality",
    "fold_map",
    "perform_together",
    "regressor_of",
    "shares",
    "task_of",
    "tune_learner",
]

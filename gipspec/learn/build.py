"""From a learner of the spec to an estimator: a table of the libraries' classes.

Parameters travel by the registry's names: gipspec's beside the library's. What the table adds are the
settings that a user has no name for.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import Any

from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import Learner, Value
from gipspec.lang.vocabulary.kinds import Kind, Numbers, Real, Whole, YesNo
from gipspec.lang.vocabulary.learners import LEARNERS
from gipspec.learn.folds import derive_seed
from gipspec.learn.prepare import Scale, TargetScale
from gipspec.learn.task import Task, label_of, member_task


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Where a learner comes from: classes as `module:name`, settings that are always the same.

    `regression_only` names arguments that the classifier does not take.
    """

    regressor: str = ""
    classifier: str = ""
    fixed: tuple[tuple[str, Value], ...] = ()
    regression_only: tuple[str, ...] = ()
    seeded: bool = False
    scale: Scale = "none"
    scale_target: TargetScale = "none"


_LINEAR, _ENSEMBLE = "sklearn.linear_model", "sklearn.ensemble"
_SHARED, _PENALISED = "gipspec.learn.linear", "gipspec.learn.penalised"


def _penalised(*fixed: tuple[str, Value]) -> Library:
    return Library(
        regressor=f"{_PENALISED}:PenalisedRegressor",
        classifier=f"{_PENALISED}:PenalisedClassifier",
        fixed=fixed,
        scale="all",
    )


def _pair(module: str, stem: str, *fixed: tuple[str, Value]) -> Library:
    return Library(
        regressor=f"{module}:{stem}Regressor",
        classifier=f"{module}:{stem}Classifier",
        fixed=fixed,
        seeded=True,
    )


def _forest(stem: str) -> Library:
    return replace(_pair(_ENSEMBLE, stem, ("n_jobs", 1)), scale="small", scale_target="small")


LIBRARIES = {
    "ols": Library(regressor=f"{_SHARED}:LeastSquares"),
    # an infinite C is no penalty, in every version of scikit-learn
    "logit": Library(
        classifier=f"{_LINEAR}:LogisticRegression",
        fixed=(("C", float("inf")), ("tol", 1e-9), ("max_iter", 2000)),
        scale="all",
    ),
    "lasso": _penalised(("l1_ratio", 1.0)),
    "ridge": Library(
        regressor=f"{_SHARED}:RidgeRegressor", classifier=f"{_PENALISED}:RidgeClassifier", scale="all"
    ),
    # the squared part of its penalty depends on the unit of the target; glmnet standardises it, too
    "enet": replace(_penalised(), scale_target="standard"),
    "rf": _forest("RandomForest"),
    "extratrees": _forest("ExtraTrees"),
    "gbm": _pair(_ENSEMBLE, "HistGradientBoosting", ("early_stopping", False)),
    "nnet": Library(
        regressor="sklearn.neural_network:MLPRegressor",
        classifier="sklearn.neural_network:MLPClassifier",
        seeded=True,
        scale="numbers",
        scale_target="standard",
    ),
    "svm": Library(
        regressor="sklearn.svm:SVR",
        classifier="gipspec.learn.platt:PlattSVC",
        regression_only=("epsilon",),
        scale="numbers",
        scale_target="standard",
    ),
    "knn": Library(
        regressor="sklearn.neighbors:KNeighborsRegressor",
        classifier="sklearn.neighbors:KNeighborsClassifier",
        fixed=(("n_jobs", 1),),
        scale="numbers",
    ),
    # xgboost splits for a gain of 1e-6 at least, whatever the unit
    "xgb": replace(
        _pair("xgboost", "XGB", ("n_jobs", 1), ("tree_method", "hist"), ("verbosity", 0)),
        scale_target="standard",
    ),
    "lgbm": _pair(
        "lightgbm",
        "LGBM",
        ("n_jobs", 1),
        ("deterministic", True),
        ("force_row_wise", True),
        ("verbosity", -1),
    ),
}


def build_learner(learner: Learner, task: Task, *, seed: int, categorical: tuple[int, ...] = ()) -> Any:
    """Build the estimator of a learner, unfitted, for scikit-learn's `clone`.

    It has `fit(x, y, group)` and `expected(x)` (`gipspec.learn.adapted`). `categorical` are positions of
    columns of codes: trees take them as numbers, other learners as dummies. Raises GipError G404 for a
    classifier that is to regress and G409 where an optional package is missing.
    """
    if learner.name == "stack":
        return _build_stack(learner, task, seed=seed, categorical=categorical)
    from gipspec.learn.adapted import AdaptedClassifier, AdaptedRegressor

    entry, library = LEARNERS[learner.name], LIBRARIES[learner.name]
    where = library.regressor if task == "regression" else library.classifier
    if not where:
        raise GipError(problem("G404", learner=label_of(learner), target="its target"))
    arguments = library_arguments(learner) | dict(library.fixed)
    if library.seeded:
        arguments["random_state"] = seed
    if task == "classification":
        for name in library.regression_only:
            del arguments[name]
    adapt = AdaptedRegressor if task == "regression" else AdaptedClassifier
    return adapt(
        _load(where, learner)(**arguments),
        codes=() if entry.tree else tuple(categorical),
        scale=library.scale,
        scale_target=library.scale_target if task == "regression" else "none",
    )


def _build_stack(learner: Learner, task: Task, *, seed: int, categorical: tuple[int, ...]) -> Any:
    from gipspec.learn.stack import StackClassifier, StackRegressor

    members = tuple(
        build_learner(member, member_task(member, task), seed=member_seed, categorical=categorical)
        for member, member_seed in zip(learner.members, member_seeds(learner, seed), strict=True)
    )
    stack = StackRegressor if task == "regression" else StackClassifier
    return stack(members, cv=int(str(learner.parameter("folds"))))


def member_seeds(learner: Learner, seed: int) -> tuple[int, ...]:
    """Return a seed for each member of a stack: a member's does not move when another joins.

    Only a repeated member, `stack(nnet, nnet)`, gets a seed of its own.
    """
    members = learner.members
    return tuple(
        derive_seed(seed, "copy", members[:j].count(m)) if m in members[:j] else seed
        for j, m in enumerate(members)
    )


def library_arguments(learner: Learner) -> dict[str, Any]:
    """Return a learner's parameters under the library's names, each of the type that the library wants."""
    given = dict(learner.parameters)
    return {
        p.library_name: _typed(given[p.name], p.kind)
        for p in LEARNERS[learner.name].parameters
        if p.library_name
    }


def _typed(value: Any, kind: Kind) -> Any:
    """Give a value its kind's type: `features=1` is the share 1.0, which scikit-learn takes 1 not to be."""
    match kind:
        case Real():
            return float(value)
        case Whole():
            return int(value)
        case YesNo():
            return bool(value)
        case Numbers(whole=True):
            return tuple(int(v) for v in (value if isinstance(value, tuple) else (value,)))
    return value


def _load(where: str, learner: Learner) -> Any:
    module, _, name = where.partition(":")
    extra = LEARNERS[learner.name].extra
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if not extra:
            raise
        raise GipError(problem("G409", learner=learner.name, package=module, extra=extra)) from error

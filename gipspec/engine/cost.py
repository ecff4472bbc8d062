"""How long a task takes beside others: a guess from its request, so that the longest can begin first.

The unit is near a millisecond of one core. Coefficients are from fits of 1,000 and 4,000 rows with 5 and 30
features; no number that is estimated depends on them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log2, prod

import numpy as np
from numpy.typing import NDArray

from gipspec.engine.tasks import BatchTask, FitTask, Task, TuneTask
from gipspec.lang.study import Learner, Value
from gipspec.lang.vocabulary import LEARNERS
from gipspec.learn import Fit, NestedFit, QuantileFit, Request
from gipspec.learn.task import is_binary

SEARCH_FOLDS = 5
Array = NDArray[np.float64]


def cost_of(task: Task) -> float:
    """Return what a task costs, in relative units; that of a batch is the sum of its fits."""
    match task:
        case BatchTask():
            return sum(cost_of(fit) for fit in task.fits)
        case FitTask():
            return request_cost(task.request)
        case TuneTask():
            n = round(task.target.size * (1 - 1 / SEARCH_FOLDS))
            columns = _columns(task.x, task.categorical)
            once = learner_cost(task.learner, n, columns, is_binary(task.target))
            return task.trials * SEARCH_FOLDS * once


def request_cost(request: Request) -> float:
    """Return what a cross-fit costs: a fit for each of its folds, and those within."""
    folds = int(request.fold.max(initial=0)) + 1
    train = 1 - 1 / folds
    columns = _columns(request.x, request.categorical)
    match request:
        case Fit():
            n = request.target.size if request.teach is None else np.count_nonzero(request.teach)
            return folds * learner_cost(request.learner, n * train, columns, is_binary(request.target))
        case NestedFit():
            inner_columns = _columns(request.inner_x, request.inner_categorical)
            n, inner_n = np.count_nonzero(request.teach), np.count_nonzero(request.inner_teach)
            inner = learner_cost(
                request.inner_learner, inner_n * train / 2, inner_columns, is_binary(request.target)
            )
            return folds * (2 * inner + learner_cost(request.learner, n * train, columns, False))
        case QuantileFit():
            n = np.count_nonzero(request.arm)
            first = learner_cost(request.propensity_learner, request.arm.size * train / 4, columns, True)
            return folds * (2 * first + learner_cost(request.learner, n * train / 2, columns, True))


def learner_cost(learner: Learner, n: float, columns: tuple[int, int], binary: bool) -> float:
    """Return what one fit of a learner on `n` rows costs.

    `columns` are the features as a tree learner takes them, and with dummies for codes; `binary` tells that
    the target is, so that it is a classification where the learner can classify.
    """
    if learner.name == "stack":
        members = sum(learner_cost(m, n, columns, binary) for m in learner.members)
        return members * (1 if learner.parameter("short") else int(str(learner.parameter("folds"))) + 1)
    p = columns[0] if LEARNERS[learner.name].tree else columns[1]
    return COSTS[learner.name](dict(learner.parameters), max(n, 2.0), max(p, 1), binary)


def _ols(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    return 0.4 + 7e-7 * n * p * p


def _logit(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    return 2.5 + 1.5e-5 * n * p + 1e-7 * n * p * p


def _ridge(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    path = _number(given["folds"]) * _number(given["penalties"]) / 125
    return path * (20 + 1.6e-3 * n * p if binary else 2 + 4e-5 * n * p)


def _lasso(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    path = _number(given["folds"]) * _number(given["penalties"]) / 250
    return path * (150 + 3e-3 * n * p if binary else 22 + 7e-5 * n * p)


def _forest(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    tried = max(1, int(_number(given["features"]) * p))
    tree = 0.35 + 2.9e-5 * n * log2(n) * (tried + 1)
    return _number(given["trees"]) * tree * (1.3 if binary else 1)


def _extratrees(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    tried = max(1, int(_number(given["features"]) * p))
    return _number(given["trees"]) * (0.35 + 8.7e-6 * n * log2(n) * tried) * (1.2 if binary else 1)


def _gbm(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    leaves = _number(given["leaves"])
    return _number(given["trees"]) * (0.5 + 1.9e-3 * leaves * p + 1e-6 * n * p * log2(leaves))


def _lgbm(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    leaves = _number(given["leaves"])
    return _number(given["trees"]) * (0.1 + 2e-3 * leaves * p + 1.2e-6 * n * p * log2(leaves))


def _xgb(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    depth = _number(given["depth"])
    return _number(given["trees"]) * (0.1 + 2e-3 * 2**depth * p + 1.2e-6 * n * p * depth)


def _nnet(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    layers = given["layers"]
    units = [_number(u) for u in layers] if isinstance(layers, tuple) else [_number(layers)]
    weights = sum(prod(pair) for pair in zip([p, *units], [*units, 1], strict=True))
    epochs = _number(given["epochs"]) / 300 * (1 if given["stop"] else 4)
    return epochs * (20 + 0.06 * n * (1 + weights / 5000)) / (2 if binary else 1)


def _svm(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    return 2.2e-5 * n * n * (1 + p / 30) * (3 if binary else 1)


def _knn(given: dict[str, Value], n: float, p: int, binary: bool) -> float:
    return 4e-3 * n + 1e-8 * n * n * p


COSTS: dict[str, Callable[[dict[str, Value], float, int, bool], float]] = {
    "ols": _ols,
    "logit": _logit,
    "lasso": _lasso,
    "ridge": _ridge,
    "enet": _lasso,
    "rf": _forest,
    "extratrees": _extratrees,
    "gbm": _gbm,
    "nnet": _nnet,
    "svm": _svm,
    "knn": _knn,
    "xgb": _xgb,
    "lgbm": _lgbm,
}


def _number(value: Value) -> float:
    if isinstance(value, tuple):
        raise TypeError("one number is meant")
    return float(value)


def _columns(x: Array, categorical: tuple[int, ...]) -> tuple[int, int]:
    """Return the number of features, and that with a dummy for each code."""
    levels = sum(int(x[:, at].max(initial=0)) for at in categorical)
    return x.shape[1], x.shape[1] - len(categorical) + levels

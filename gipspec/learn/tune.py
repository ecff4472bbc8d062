"""A search for better parameters, in folds of whole units (Optuna, the extra `tune`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import Learner, Value
from gipspec.lang.vocabulary.kinds import Whole
from gipspec.lang.vocabulary.learners import LEARNERS, Parameter
from gipspec.learn.build import build_learner, member_seeds
from gipspec.learn.folds import inner_splits
from gipspec.learn.guard import NUMERICAL_FAILURES, failed, fitting
from gipspec.learn.quality import log_loss
from gipspec.learn.task import Task, member_task, task_of

Array = NDArray[np.float64]
_FOLDS = 5


def tune_learner(
    learner: Learner,
    x: ArrayLike,
    target: ArrayLike,
    *,
    group: ArrayLike,
    trials: int,
    seed: int,
    categorical: tuple[int, ...] = (),
    name: str = "",
) -> Learner:
    """Return the learner with the parameters that predict held-out units best among `trials` trials.

    One search over all rows of a nuisance, as DoubleML does by default: x (n, p), target (n,), unit codes
    `group` (n,). The registry says what is searched and where; a learner with nothing to search is returned
    as it is, a stack with each member tuned. The learner's own parameters are the first trial, where they
    lie in the range. The sampler is TPE with a fixed seed; the loss is the mean squared error or the log
    loss. Raises GipError G409 without Optuna and G406 where every trial failed.
    """
    features = np.ascontiguousarray(x, dtype=np.float64)
    y = np.ascontiguousarray(target, dtype=np.float64)
    units = np.asarray(group)
    task = task_of(learner, y, name)
    if learner.name == "stack":
        members = tuple(
            _search(member, features, y, units, member_task(member, task), trials, s, categorical, name)
            for member, s in zip(learner.members, member_seeds(learner, seed), strict=True)
        )
        return replace(learner, members=members)
    return _search(learner, features, y, units, task, trials, seed, categorical, name)


def _search(
    learner: Learner,
    x: Array,
    y: Array,
    units: NDArray[Any],
    task: Task,
    trials: int,
    seed: int,
    categorical: tuple[int, ...],
    name: str,
) -> Learner:
    searched = [p for p in LEARNERS[learner.name].parameters if p.search is not None]
    if not searched or trials < 1:
        return learner
    optuna = _load_optuna()
    # loads the learner's library, whose threads `fitting` can only limit once they are there
    build_learner(learner, task, seed=seed, categorical=categorical)

    def objective(trial: Any) -> float:
        candidate = _with_parameters(learner, {p.name: _suggest(trial, p) for p in searched})
        estimator = build_learner(candidate, task, seed=seed, categorical=categorical)
        return _held_out_loss(estimator, x, y, units, task)

    with fitting(learner, name):
        study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed))
        start = _start(learner, searched)
        if start is not None:
            study.enqueue_trial(start)
        study.optimize(objective, n_trials=trials, n_jobs=1, catch=NUMERICAL_FAILURES)
    done = [t for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE]
    if not done:
        raise failed(learner, name, f"all {trials} trials of the search failed")
    best = min(done, key=lambda t: (t.value, t.number))
    return _with_parameters(learner, best.params)


def _load_optuna() -> Any:
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise GipError(problem("G409", learner="tune", package="optuna", extra="tune")) from error
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    return optuna


def _held_out_loss(estimator: Any, x: Array, y: Array, units: NDArray[Any], task: Task) -> float:
    classify = task == "classification"
    loss: Callable[[Array, Array], float] = log_loss if classify else _mean_squared_error
    prediction = np.empty(y.size)
    for train, test in inner_splits(units, _FOLDS, binary=y if classify else None):
        prediction[test] = estimator.fit(x[train], y[train], units[train]).expected(x[test])
    return loss(y, prediction)


def _mean_squared_error(y: Array, prediction: Array) -> float:
    return float(np.mean((y - prediction) ** 2))


def _suggest(trial: Any, parameter: Parameter) -> Value:
    search = parameter.search
    if search is None:
        raise TypeError(f"{parameter.name} is not searched")
    if isinstance(parameter.kind, Whole):
        return int(trial.suggest_int(parameter.name, round(search.low), round(search.high), log=search.log))
    return float(trial.suggest_float(parameter.name, search.low, search.high, log=search.log))


def _start(learner: Learner, searched: list[Parameter]) -> dict[str, Any] | None:
    """Return the learner's own values as a first trial, unless one lies outside its range."""
    own: dict[str, Any] = dict(learner.parameters)
    values = {p.name: own[p.name] if isinstance(p.kind, Whole) else float(own[p.name]) for p in searched}
    inside = (p.search is not None and p.search.low <= values[p.name] <= p.search.high for p in searched)
    return values if all(inside) else None


def _with_parameters(learner: Learner, values: dict[str, Any]) -> Learner:
    return replace(learner, parameters=tuple((n, values.get(n, v)) for n, v in learner.parameters))

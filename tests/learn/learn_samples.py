"""Small panels and learners that the tests of `gipspec.learn` share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.lang.study import Learner, Value
from gipspec.lang.vocabulary.learners import LEARNERS

# Small enough to be quick; every learner below is otherwise at its defaults.
QUICK: dict[str, dict[str, Value]] = {
    "rf": {"trees": 10},
    "extratrees": {"trees": 10},
    "gbm": {"trees": 10},
    "xgb": {"trees": 10, "leaf": 1},
    "lgbm": {"trees": 10},
    "nnet": {"epochs": 20},
    "lasso": {"penalties": 10},
    "ridge": {"penalties": 6},
    "enet": {"penalties": 10},
}
PLAIN = tuple(name for name in LEARNERS if name != "stack")


def learner(name: str, *members: Learner, label: str = "", **given: Value) -> Learner:
    """A learner with the registry's defaults but for what is given."""
    parameters = tuple((p.name, given.get(p.name, p.default)) for p in LEARNERS[name].parameters)
    return Learner(name=name, parameters=parameters, members=members, label=label)


def quick(name: str) -> Learner:
    if name == "stack":
        return learner("stack", quick("gbm"), quick("ols"), folds=3)
    return learner(name, **QUICK.get(name, {}))


@dataclass(frozen=True)
class Sample:
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    d: NDArray[np.float64]
    unit: NDArray[np.int64]
    fold: NDArray[np.int64]


def panel(units: int = 30, periods: int = 6, features: int = 4, seed: int = 0, folds: int = 5) -> Sample:
    """A panel whose last feature holds the period's code; `d` is binary."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    period = np.tile(np.arange(periods), units).astype(float)
    x = np.column_stack([rng.normal(size=(unit.size, features)), period])
    y = x[:, 0] - 0.5 * x[:, 1] + np.sin(period) + rng.normal(size=unit.size)
    d = (rng.uniform(size=unit.size) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    return Sample(x=x, y=y, d=d, unit=unit, fold=unit % folds)

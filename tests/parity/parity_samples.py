"""Panels and DoubleML runs that the parity tests share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import doubleml
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from threadpoolctl import threadpool_limits

from gipspec.estimate import Clusters
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary.learners import LEARNERS

SEED = 7


@contextmanager
def quietly() -> Iterator[None]:
    """Run a library on one thread, so that sums are added up in one order, and without its warnings."""
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def make_panel(
    units: int = 30, periods: int = 6, p: int = 4, seed: int = 0, binary: bool = False
) -> pd.DataFrame:
    """Simulate a balanced panel with unit effects that drive the treatment as well as the outcome."""
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    effect = rng.normal(size=units)[unit]
    x = rng.normal(size=(len(unit), p)) + 0.5 * effect[:, None]
    d = np.sin(x[:, 0]) + 0.5 * effect + rng.normal(size=len(unit))
    if binary:
        d = (d > 0).astype(float)
    y = 0.5 * d + x[:, 0] * x[:, 1] + effect + 0.1 * time + rng.normal(size=len(unit))
    frame = pd.DataFrame(x, columns=[f"x{j}" for j in range(p)])
    return frame.assign(unit=unit, time=time, y=y, d=d)


def equal_folds(n: int, folds: int, seed: int) -> np.ndarray:
    """Assign n units to folds whose sizes differ by one at most; equal where `folds` divides n."""
    return np.random.default_rng(seed).permutation(np.arange(n) % folds)


def make_learner(name: str, **parameters: object) -> Learner:
    """Build a learner of the spec, with the registry's defaults for what is not given."""
    defaults = {p.name: p.default for p in LEARNERS[name].parameters}
    return Learner(name=name, parameters=tuple((defaults | parameters).items()))


# A learner of the spec beside the scikit-learn estimator that it stands for, every parameter spelt out.
TWINS = {
    "ols": (make_learner("ols"), LinearRegression()),
    "rf": (
        make_learner("rf", trees=15, leaf=5, features=1 / 3),
        RandomForestRegressor(n_estimators=15, min_samples_leaf=5, max_features=1 / 3, random_state=SEED),
    ),
    "gbm": (
        make_learner("gbm", trees=30, rate=0.1, leaves=15, leaf=10),
        HistGradientBoostingRegressor(
            max_iter=30,
            learning_rate=0.1,
            max_leaf_nodes=15,
            min_samples_leaf=10,
            early_stopping=False,
            random_state=SEED,
        ),
    ),
}


def by(dimension: str, codes: np.ndarray) -> Clusters:
    return Clusters(
        dimensions=(dimension,),
        names=(tuple(str(i) for i in range(codes.max() + 1)),),
        codes=(np.asarray(codes, dtype=np.int64),),
    )


def set_folds(model: doubleml.DoubleMLPLR, folds: list[np.ndarray], cluster: np.ndarray | None) -> None:
    """Give DoubleML fold codes (n,), an array for each repetition, and the clusters (n,) kept whole."""
    rows = [[(np.flatnonzero(f != k), np.flatnonzero(f == k)) for k in np.unique(f)] for f in folds]
    if cluster is None:
        model.set_sample_splitting(rows)
        return
    whole = [
        [([np.unique(cluster[train])], [np.unique(cluster[test])]) for train, test in repetition]
        for repetition in rows
    ]
    model.set_sample_splitting(rows, whole)

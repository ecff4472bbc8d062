"""The units of work: a search for parameters, a cross-fit. Equal keys are one task, whatever line asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gipspec.engine.versions import fit_versions
from gipspec.lang.study import Learner
from gipspec.learn import CrossFit, cross_fit, tune_learner

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Plain = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTask:
    """One cross-fitted nuisance: the values that define it, hence its key.

    `x` (n, p) features, `target` (n,), `fold` (n,) and `group` (n,) codes. `name` is what messages call the
    target; like the labels of learners it is not part of the key. `estimate` is the model that asked first.
    """

    learner: Learner
    x: Array
    target: Array
    fold: Codes
    group: Codes
    seed: int
    categorical: tuple[int, ...]
    name: str
    estimate: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        parts = ("fit", describe(self.learner), self.seed, self.categorical, fit_versions(self.learner))
        object.__setattr__(self, "key", _digest(parts, self.x, self.target, self.fold, self.group))

    def run(self) -> CrossFit:
        return cross_fit(
            self.learner,
            self.x,
            self.target,
            fold=self.fold,
            group=self.group,
            seed=self.seed,
            categorical=self.categorical,
            name=self.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneTask:
    """One search for the parameters of a nuisance's learner; the fields mean what they mean in `FitTask`."""

    learner: Learner
    x: Array
    target: Array
    group: Codes
    trials: int
    seed: int
    categorical: tuple[int, ...]
    name: str
    estimate: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        parts = (
            "tune",
            describe(self.learner),
            self.trials,
            self.seed,
            self.categorical,
            fit_versions(self.learner),
        )
        object.__setattr__(self, "key", _digest(parts, self.x, self.target, self.group))

    def run(self) -> Learner:
        return tune_learner(
            self.learner,
            self.x,
            self.target,
            group=self.group,
            trials=self.trials,
            seed=self.seed,
            categorical=self.categorical,
            name=self.name,
        )


Task = FitTask | TuneTask


def describe(learner: Learner) -> Plain:
    """Return what defines a learner: name, parameters, members; without its labels, which change nothing."""
    return (learner.name, learner.parameters, tuple(describe(m) for m in learner.members))


def _digest(parts: Plain, *arrays: NDArray[np.generic]) -> str:
    digest = hashlib.sha256(repr(parts).encode())
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()

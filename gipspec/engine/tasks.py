"""The units of work: a search for parameters, a cross-fit. Equal keys are one task, whatever line asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from gipspec.engine.versions import fit_versions, search_versions
from gipspec.lang.study import Learner
from gipspec.learn import CrossFit, Request, tune_learner

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Plain = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTask:
    """One cross-fitted nuisance: the request that defines it, hence its key.

    `estimate` is the model that asked first; like the target's name and the labels of learners it is not part
    of the key.
    """

    request: Request
    estimate: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        entries = [(f.name, getattr(self.request, f.name)) for f in fields(self.request) if f.name != "name"]
        arrays = [value for _, value in entries if isinstance(value, np.ndarray)]
        parts = tuple((name, _spelled(value)) for name, value in entries)
        object.__setattr__(self, "key", _digest((type(self.request).__name__, *parts), *arrays))

    @property
    def name(self) -> str:
        return self.request.name

    def run(self) -> CrossFit:
        return self.request.perform()

    def named(self, outcome: CrossFit) -> CrossFit:
        """Name the weights of a stack as this task does: whoever fitted it may have had other labels."""
        if not outcome.weights:
            return outcome
        labels = (m.label or m.name for m in self.request.learner.members)
        weights = tuple((label, w) for label, (_, w) in zip(labels, outcome.weights, strict=True))
        return replace(outcome, weights=weights)


def _spelled(value: object) -> object:
    """Spell what defines a fit; arrays are digested by their values, here stands only that there is one."""
    if isinstance(value, Learner):
        return (describe(value), fit_versions(value))
    return "array" if isinstance(value, np.ndarray) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneTask:
    """One search for the parameters of a nuisance's learner; `x` (n, p), `target` and `group` (n,)
    are the rows to learn from.
    """

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
            search_versions(self.learner),
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

    def named(self, outcome: Learner) -> Learner:
        """Label what was found as this task's learner is: whoever searched may have had other labels."""
        return _labelled(outcome, self.learner)


def _labelled(learner: Learner, like: Learner) -> Learner:
    members = tuple(_labelled(m, own) for m, own in zip(learner.members, like.members, strict=True))
    return replace(learner, label=like.label, members=members)


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

"""The units of work: a search for parameters, a cross-fit. Equal keys are one task, whatever line asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.code import code_hash
from gipspec.engine.digest import digest
from gipspec.engine.store import Outcome
from gipspec.engine.versions import fit_versions, search_versions
from gipspec.lang.study import Learner
from gipspec.learn import CrossFit, Fit, Request, perform_together, tune_learner

Failure = tuple[Problem, ...]
Outcomes = tuple[Outcome | Failure, ...]  # of a task, one for each of its keys
Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Plain = tuple[object, ...]
CODE = ("learn", "lang/vocabulary/learners.py")  # that a fit depends on


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTask:
    """One cross-fitted nuisance: the request and the code that define it, hence its key.

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

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def parts(self) -> tuple[Task, ...]:
        return (self,)

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

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def parts(self) -> tuple[Task, ...]:
        return (self,)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTask:
    """Fits that are done together, because that is cheaper: one unit of work with several keys.

    Only executors see a batch. The store and the models know its fits, each by its own key. Where `run` fails
    as a whole, or a worker dies of it, the fits are done one by one, so that each has its own problems.
    """

    fits: tuple[FitTask, ...]

    @property
    def key(self) -> str:
        return f"batch of {len(self.fits)} from {self.fits[0].key}"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(fit.key for fit in self.fits)

    @property
    def parts(self) -> tuple[Task, ...]:
        return self.fits

    @property
    def name(self) -> str:
        return f"{self.fits[0].name} and {len(self.fits) - 1} more"

    @property
    def estimate(self) -> str:
        return self.fits[0].estimate

    def run(self) -> Outcomes:
        """Return an outcome, or the problems, of each fit in the order of `keys`.

        All are plain cross-fits: see `gipspec.engine.batches`.
        """
        requests = [fit.request for fit in self.fits]
        found = perform_together([request for request in requests if isinstance(request, Fit)])
        return tuple(one.problems if isinstance(one, GipError) else one for one in found)


Task = FitTask | TuneTask | BatchTask


def perform(task: Task) -> Outcomes:
    """Do a task here and return the outcome of each of its keys, or its problems in the place of it."""
    try:
        outcome = task.run()
    except GipError as error:
        return _failed(task, error.problems)
    except MemoryError:
        return _failed(task, lost(task, "ran out of memory"))
    return outcome if isinstance(outcome, tuple) else (outcome,)


def _failed(task: Task, problems: Failure) -> Outcomes:
    """Return the problems of a task that is one fit; do those of a batch one by one."""
    if len(task.parts) == 1:
        return (problems,)
    return tuple(outcome for part in task.parts for outcome in perform(part))


def lost(task: Task, reason: str) -> Failure:
    """Return the problem (G450) of a task whose process did not survive it."""
    return (problem("G450", target=task.name, reason=reason),)


def describe(learner: Learner) -> Plain:
    """Return what defines a learner: name, parameters, members; without its labels, which change nothing."""
    return (learner.name, learner.parameters, tuple(describe(m) for m in learner.members))


def _digest(parts: Plain, *arrays: NDArray[np.generic]) -> str:
    found = hashlib.sha256(repr((code_hash(*CODE), *parts)).encode())
    for array in arrays:
        found.update(digest(array))
    return found.hexdigest()

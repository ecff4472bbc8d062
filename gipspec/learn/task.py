"""What a nuisance is: a mean to be regressed, or a probability to be classified."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary.learners import LEARNERS

Task = Literal["regression", "classification"]


def task_of(learner: Learner, target: ArrayLike, name: str = "") -> Task:
    """Say which task a learner has on a target (n,): classification where the target holds 0 and 1.

    `ols` always regresses (the linear probability model). A learner that only classifies raises GipError G404
    on any other target; `name` is the target's name in that message.
    """
    if is_binary(target):
        return "regression" if learner.name == "ols" else "classification"
    for part in (learner, *learner.members):
        if LEARNERS[part.name].task == "classification":
            raise GipError(problem("G404", learner=label_of(part), target=target_phrase(name)))
    return "regression"


def member_task(learner: Learner, task: Task) -> Task:
    """Return the task of a stack's member: that of the stack, but `ols` regresses."""
    return "regression" if learner.name == "ols" else task


def regressor_of(learner: Learner) -> Learner:
    """Return the learner for a mean that is no probability: `ols` in the place of what only classifies."""
    if LEARNERS[learner.name].task == "classification":
        return Learner(
            name="ols",
            parameters=tuple((p.name, p.default) for p in LEARNERS["ols"].parameters),
            label="ols",
        )
    return replace(learner, members=tuple(regressor_of(m) for m in learner.members))


def is_binary(target: ArrayLike) -> bool:
    """Whether a target holds 0 and 1, both, and nothing else."""
    values = np.asarray(target)
    ones = values == 1
    return bool(ones.any()) and not ones.all() and bool(((values == 0) | ones).all())


def label_of(learner: Learner) -> str:
    return learner.label or learner.name


def target_phrase(name: str) -> str:
    return f"`{name}`" if name else "its target"

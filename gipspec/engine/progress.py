"""What a run tells while it works."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Protocol

from gipspec.diagnostics import Problem
from gipspec.engine.tasks import Task


class Progress(Protocol):
    """Told by the engine; the command line draws it."""

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        """A stage begins: fits that models ask for, those that differ, those found in the store."""

    def queue(self, tasks: Sequence[Task], width: int) -> None:
        """The tasks that are left, in the order in which they begin, `width` at a time."""

    def done(self, task: Task) -> None:
        """A task of the queue is finished; a batch of fits is one task."""

    def end(self) -> None:
        """The stage is over, or was broken off."""

    def warn(self, problem: Problem) -> None:
        """Something happened to the run that changes no result, and hence stands in none."""


class Silent:
    """Tells nothing; warnings reach Python users as such."""

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        pass

    def queue(self, tasks: Sequence[Task], width: int) -> None:
        pass

    def done(self, task: Task) -> None:
        pass

    def end(self) -> None:
        pass

    def warn(self, problem: Problem) -> None:
        warnings.warn(f"{problem.code}: {problem.message}", stacklevel=2)

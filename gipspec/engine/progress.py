"""What a run tells while it works."""

from __future__ import annotations

import warnings
from typing import Protocol

from gipspec.diagnostics import Problem


class Progress(Protocol):
    """Told by the engine; the command line draws it. Numbers count tasks."""

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        """A stage begins: tasks that models ask for, those that differ, those found in the store."""

    def done(self, estimate: str, target: str) -> None:
        """One task is finished."""

    def end(self) -> None:
        """The stage is over."""

    def warn(self, problem: Problem) -> None:
        """Something happened to the run that changes no result, and hence stands in none."""


class Silent:
    """Tells nothing; warnings reach Python users as such."""

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        pass

    def done(self, estimate: str, target: str) -> None:
        pass

    def end(self) -> None:
        pass

    def warn(self, problem: Problem) -> None:
        warnings.warn(f"{problem.code}: {problem.message}", stacklevel=2)

"""What executors have in common: the same tasks go in, each comes out with its outcomes when finished."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

from gipspec.engine.progress import Progress
from gipspec.engine.tasks import Outcomes, Task, perform

Finished = tuple[Task, Outcomes]  # an outcome, or problems, for each of the task's keys


class Executor(Protocol):
    """Does tasks somewhere: here (`Inline`), in worker processes (`Pool`), or on a cluster (`Cluster`)."""

    @property
    def width(self) -> int:
        """The number of tasks that run at a time."""

    def run(self, tasks: Sequence[Task], progress: Progress) -> Generator[Finished, None, None]:
        """Do tasks in about their order and yield each as it finishes; closing the generator ends the rest.

        No outcome depends on where or in which order tasks are done.
        """


class Inline:
    """Does one task after another in this process."""

    width = 1

    def run(self, tasks: Sequence[Task], progress: Progress) -> Generator[Finished, None, None]:
        for task in tasks:
            yield task, perform(task)

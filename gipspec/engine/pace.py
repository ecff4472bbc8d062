"""How far a queue of tasks has come, and how long the rest will take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gipspec.engine.cost import cost_of
from gipspec.engine.tasks import Task


@dataclass(slots=True)
class Pace:
    """The tasks that are left, by key in the order in which they begin, `width` at a time, since `started`.

    Times are in seconds of one monotonic clock.
    """

    width: int
    started: float
    waiting: dict[str, tuple[Task, float]]
    done_cost: float = 0.0
    done_fits: int = 0
    total_cost: float = field(init=False)
    total_fits: int = field(init=False)

    def __post_init__(self) -> None:
        self.total_cost = sum(cost for _, cost in self.waiting.values())
        self.total_fits = sum(len(task.keys) for task, _ in self.waiting.values())

    @staticmethod
    def of(tasks: Sequence[Task], width: int, now: float) -> Pace:
        """Begin with a queue."""
        return Pace(width=width, started=now, waiting={t.key: (t, cost_of(t)) for t in tasks})

    def done(self, task: Task) -> None:
        """Note that a task is finished."""
        _, cost = self.waiting.pop(task.key)
        self.done_cost += cost
        self.done_fits += len(task.keys)

    @property
    def running(self) -> tuple[Task, ...]:
        """The tasks that are probably being done: the first ones that are left."""
        return tuple(task for task, _ in list(self.waiting.values())[: self.width])

    def left(self, now: float) -> float | None:
        """Return the seconds that the rest will take, by what is done so far; None where nothing is.

        Tasks that are running count as half done. The rest takes no less than the longest task that has not
        begun.
        """
        if not self.done_cost:
            return None
        costs = [cost for _, cost in self.waiting.values()]
        begun = self.done_cost + sum(costs[: self.width]) / 2
        longest = max(costs[self.width :], default=0.0)
        rest = max(self.total_cost - begun, longest * self.width)
        return rest * (now - self.started) / begun

"""Runs that something from outside goes wrong with: the words after `# stage: run` say what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from gipspec.api import load
from gipspec.diagnostics import Problem
from gipspec.engine import Silent, workers
from gipspec.engine.tasks import FitTask, Task
from gipspec.engine.workers import Finished
from gipspec.learn import CrossFit

Run = Callable[[Path, pytest.MonkeyPatch], tuple[Problem, ...]]


class Heard(Silent):
    """Keeps what the run was warned of."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def warn(self, problem: Problem) -> None:
        self.problems.append(problem)


def heard(spec: Path, jobs: int = 1, store: Path | None = None) -> tuple[Problem, ...]:
    progress = Heard()
    results = load(spec).run(jobs=jobs, store=store, progress=progress)
    return (*progress.problems, *results.problems)


def out_of_memory(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    def starve(task: FitTask) -> CrossFit:
        raise MemoryError

    monkeypatch.setattr(FitTask, "run", starve)
    return heard(spec)


def dying_worker(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    deaths = iter([BrokenProcessPool()])

    def pool(tasks: list[Task], jobs: int) -> Iterator[Finished]:
        for death in deaths:
            raise death
        yield from (workers.perform(task) for task in tasks)

    monkeypatch.setattr(workers, "_pool", pool)
    return heard(spec, jobs=2)


RUNS: dict[str, Run] = {
    "out of memory": out_of_memory,
    "with a dying worker": dying_worker,
}

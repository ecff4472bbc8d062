"""Executors: tasks go in, outcomes come out as they finish; no knowledge of statistics."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from gipspec.diagnostics import GipError, Problem
from gipspec.engine.progress import Progress
from gipspec.engine.store import Outcome, Store
from gipspec.engine.tasks import Task

Failure = tuple[Problem, ...]


def execute(
    tasks: Sequence[Task], *, store: Store | None, jobs: int, progress: Progress
) -> dict[str, Outcome | Failure]:
    """Run every distinct task that the store does not hold, `jobs` at a time, one thread each.

    Each outcome is stored as it comes, so that a killed run loses only what was running. A task that fails
    yields its problems; the others go on.
    """
    distinct = {task.key: task for task in tasks}
    outcomes: dict[str, Outcome | Failure] = {}
    for key in distinct:
        found = store.get(key) if store else None
        if found is not None:
            outcomes[key] = found
    pending = [task for key, task in distinct.items() if key not in outcomes]
    progress.begin(asked=len(tasks), distinct=len(distinct), found=len(outcomes))
    for task, outcome in _perform_all(pending, jobs):
        outcomes[task] = outcome
        if store and not isinstance(outcome, tuple):
            store.put(task, outcome)
        progress.done(distinct[task].estimate, distinct[task].name)
    progress.end()
    return outcomes


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _perform_all(tasks: list[Task], jobs: int) -> Iterator[tuple[str, Outcome | Failure]]:
    if jobs == 1 or len(tasks) < 2:
        yield from (_perform(task) for task in tasks)
        return
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(backend="loky", inner_max_num_threads=1):
        run = Parallel(n_jobs=min(jobs, len(tasks)), return_as="generator_unordered", batch_size=1)
        yield from run(delayed(_perform)(task) for task in tasks)


def _perform(task: Task) -> tuple[str, Outcome | Failure]:
    try:
        return task.key, task.run()
    except GipError as error:
        return task.key, error.problems

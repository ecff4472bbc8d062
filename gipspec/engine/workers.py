"""Worker processes on this machine: one thread a fit, no orphans; the death of one does not end a run."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.progress import Progress
from gipspec.engine.store import Outcome
from gipspec.engine.tasks import Task

Failure = tuple[Problem, ...]
Finished = tuple[str, Outcome | Failure]
WATCH_SECONDS = 0.5


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def perform(task: Task) -> Finished:
    """Do a task here and return its key with its outcome, or with its problems."""
    try:
        return task.key, task.run()
    except GipError as error:
        return task.key, error.problems
    except MemoryError:
        return task.key, _lost(task, "ran out of memory")


def perform_all(tasks: list[Task], jobs: int, progress: Progress) -> Generator[Finished, None, None]:
    """Do tasks `jobs` at a time and yield each as it finishes; closing the generator ends the workers.

    Where the system ends a worker, for want of memory as a rule, the tasks that it may have had are done
    again one by one. One that ends its worker when alone yields a problem (G450). Where none does, they were
    too many together, and half as many at a time go on.
    """
    if jobs == 1 or len(tasks) < 2:
        yield from (perform(task) for task in tasks)
        return
    waiting = {task.key: task for task in tasks}
    while waiting:
        if jobs == 1:
            yield from _one_by_one(waiting, list(waiting))
            return
        try:
            for key, outcome in _pool(list(waiting.values()), jobs):
                del waiting[key]
                yield key, outcome
        except BrokenProcessPool:
            progress.warn(problem("G610"))
            if not (yield from _one_by_one(waiting, list(islice(waiting, 2 * jobs)))):
                jobs //= 2


def _one_by_one(waiting: dict[str, Task], keys: list[str]) -> Generator[Finished, None, bool]:
    """Do tasks alone in a worker, taking them out of `waiting`; tell whether one of them ended its worker."""
    guilty = False
    for key in keys:
        task = waiting.pop(key)
        try:
            yield from _pool([task], 2)
        except BrokenProcessPool:
            guilty = True
            yield key, _lost(task, "was ended by the system")
    return guilty


def _pool(tasks: list[Task], jobs: int) -> Iterator[Finished]:
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(
        backend="loky", inner_max_num_threads=1, initializer=_begin, initargs=(os.getpid(),)
    ):
        n_jobs = max(2, min(jobs, len(tasks)))  # one would do the task in this very process
        run = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
        yield from run([delayed(perform)(task) for task in tasks])


def _lost(task: Task, reason: str) -> Failure:
    return (problem("G450", target=task.name, reason=reason),)


def _begin(parent: int) -> None:
    """Prepare a worker: it ends with its run, whatever ends that, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)

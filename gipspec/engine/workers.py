"""Worker processes on this machine: one thread a fit, no orphans; the death of one does not end a run."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from gipspec.diagnostics import problem
from gipspec.engine.executor import Finished, Inline
from gipspec.engine.progress import Progress
from gipspec.engine.share import Handle, Shelf, open_shelf, pack, sweep, unpack
from gipspec.engine.tasks import Outcomes, Task, lost, perform

WATCH_SECONDS = 0.5


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Does tasks in `width` worker processes, which map the arrays of all tasks from one shelf."""

    width: int
    shelf: Shelf

    def run(self, tasks: Sequence[Task], progress: Progress) -> Generator[Finished, None, None]:
        """Do tasks `width` at a time; a single one is done here.

        Where the system ends a worker, for want of memory as a rule, the tasks that it may have had are done
        again one by one. One that ends its worker when alone yields a problem (G450). Where none does, they
        were too many together, and half as many at a time go on.
        """
        if len(tasks) < 2:
            yield from Inline().run(tasks, progress)
            return
        waiting = {task.key: task for task in tasks}
        at_once = self.width
        while waiting:
            if at_once == 1:
                yield from self._one_by_one(waiting, list(waiting))
                return
            try:
                for task, outcomes in self._together(list(waiting.values()), at_once):
                    del waiting[task.key]
                    yield task, outcomes
            except BrokenProcessPool:
                progress.warn(problem("G610"))
                if not (yield from self._one_by_one(waiting, list(islice(waiting, 2 * at_once)))):
                    at_once //= 2

    def _one_by_one(self, waiting: dict[str, Task], keys: list[str]) -> Generator[Finished, None, bool]:
        """Do tasks alone in a worker, taking them out of `waiting`; tell whether one ended its worker."""
        guilty = False
        for key in keys:
            task, outcomes = waiting.pop(key), []
            for part in task.parts:
                try:
                    outcomes += [o for _, made in self._together([part], 2) for o in made]
                except BrokenProcessPool:
                    guilty = True
                    outcomes.append(lost(part, "was ended by the system"))
            yield task, tuple(outcomes)
        return guilty

    def _together(self, tasks: list[Task], at_once: int) -> Iterator[Finished]:
        from joblib import Parallel, delayed, parallel_config

        parcels = [pack(task, self.shelf.put) for task in tasks]
        with parallel_config(
            backend="loky", inner_max_num_threads=1, initializer=_begin, initargs=(os.getpid(),)
        ):
            run = Parallel(
                n_jobs=max(2, min(at_once, len(tasks))),  # one would do the task in this very process
                return_as="generator_unordered",
                batch_size=1,
                pre_dispatch="2*n_jobs",
                max_nbytes=None,  # the arrays are on the shelf
            )
            with ExitStack() as ending:
                with _interrupts_later():
                    done = run(delayed(_perform_packed)(at, parcel) for at, parcel in enumerate(parcels))
                    ending.callback(_close, done)
                for at, outcomes in done:
                    yield tasks[at], outcomes


@contextmanager
def open_pool(jobs: int) -> Iterator[Pool]:
    """Open a pool of workers; they start when there is something to do. Raises GipError (G501)."""
    with open_shelf() as shelf:
        yield Pool(width=jobs, shelf=shelf)


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Put Ctrl-C off while workers start, which takes little: they begin with it blocked, as this thread is.

    Otherwise it would end them while they import, each with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    _start_trackers()  # they would unblock the signal when they start
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_trackers() -> None:
    """Start what clears up after runs that are killed; what it finds then is no concern of the terminal."""
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as lokys

    resource_tracker.ensure_running()
    quiet = "ignore:resource_tracker"
    sys.warnoptions.append(quiet)  # options of a process go to those that it starts
    try:
        lokys.ensure_running()
    finally:
        sys.warnoptions.remove(quiet)


def _close(done: Generator[object, None, None]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that tasks were cancelled: the run is being ended
        done.close()


def _perform_packed(at: int, parcel: Any) -> tuple[int, Outcomes]:
    return at, perform(unpack(parcel, Handle, Handle.array))


def _begin(parent: int) -> None:
    """Prepare a worker: it ends with its run, whatever ends that, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    sweep(parent)
    os._exit(1)

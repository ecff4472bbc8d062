"""A Dask cluster: the same tasks elsewhere; data travel once to a worker, and lost workers are survived."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.executor import Finished
from gipspec.engine.progress import Progress
from gipspec.engine.share import SMALL, Array, Digests, pack, unpack
from gipspec.engine.tasks import Outcomes, Task, lost, perform
from gipspec.engine.versions import Versions, version_of

WORKERS_SECONDS = 60.0  # for workers to come, or to come back
WATCH_SECONDS = 1.0
MOST_BARREN = 3  # rounds in a row that finish nothing
_ONE_FIT = threading.Lock()  # of a worker with several threads: limits and warnings are those of its process


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What stands for an array in a task that travels: the hash of what the array holds."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Does tasks on the workers behind a Dask client, which must have the `versions` of this process."""

    client: Any
    address: str
    versions: Versions

    @property
    def width(self) -> int:
        return max(1, len(self.threads()))

    def threads(self) -> dict[str, int]:
        """Return the workers, by address, with their threads; none where the scheduler does not answer."""
        if self.client.status != "running":
            return {}
        try:
            return dict(self.client.nthreads())
        except OSError:
            return {}

    def run(self, tasks: Sequence[Task], progress: Progress) -> Generator[Finished, None, None]:
        """Do tasks on whatever workers there are at a time.

        Where a worker is lost, others do its tasks again, and arrays that were lost with it are sent again. A
        task that ends several workers is a problem (G450). Raises GipError: G633 for a worker with other
        versions, G634 where all workers or the scheduler are gone for a minute.
        """
        waiting = {task.key: task for task in tasks}
        barren = 0
        while waiting:
            self.await_workers()
            before = len(waiting)
            with closing(self._round(list(waiting.values()))) as finished:
                for task, outcomes in finished:
                    del waiting[task.key]
                    yield task, outcomes or self._apart(task, progress)
            barren = barren + 1 if len(waiting) == before else 0
            if barren == MOST_BARREN:
                raise self._gone("loses all that is sent to it")

    def await_workers(self) -> None:
        """Wait until there are workers. Raises GipError (G634) after a minute."""
        end = time.monotonic() + WORKERS_SECONDS
        while not self.threads():
            if time.monotonic() > end or self.client.status == "closed":
                raise self._gone()
            time.sleep(WATCH_SECONDS / 4)

    def _gone(self, reason: str = "") -> GipError:
        reason = reason or ("has no workers" if self.client.status == "running" else "no longer answers")
        return GipError(problem("G634", address=self.address, reason=reason))

    def _apart(self, task: Task, progress: Progress) -> Outcomes:
        """Return the problem of a task that ends its workers; do the fits of a batch one by one."""
        if len(task.parts) == 1:
            return (lost(task, "was ended on several workers"),)
        return tuple(o for part in task.parts for _, made in self.run([part], progress) for o in made)

    def _round(self, tasks: list[Task]) -> Generator[Finished, None, None]:
        """Submit tasks and yield what becomes of them: no outcomes at all for one that ends its workers.

        What is lost without fault of its own, as a task is with its data, is not yielded.
        """
        from distributed.client import ClosedClientError

        ended: SimpleQueue[Any] = SimpleQueue()
        futures: dict[Any, Task] = {}
        try:
            for task, parcel, arrays in self._parcels(tasks):
                future: Any = self.client.submit(
                    _perform_there, parcel, arrays, self.versions, key=f"gipspec-{uuid4().hex}", pure=False
                )
                futures[future] = task
                future.add_done_callback(ended.put)
            while futures:
                future = self._next(ended)
                task, outcomes = futures.pop(future), _outcomes(future)
                if outcomes is not None:
                    yield task, outcomes
        except (OSError, ClosedClientError):
            return  # the scheduler is not there; whether it comes back is seen before the next round
        finally:
            if futures and self.client.status == "running":
                self.client.cancel(list(futures))

    def _parcels(self, tasks: list[Task]) -> list[tuple[Task, Any, Mapping[str, Any]]]:
        """Send every distinct array to the workers, and return tasks with references to those they need."""
        digests, arrays = Digests(), dict[str, Array]()
        packed = []
        for task in tasks:
            needed: set[str] = set()

            def put(array: Array, needed: set[str] = needed) -> Array | Content:
                if array.nbytes < SMALL:
                    return array
                found = digests.of(array)
                arrays[found] = array
                needed.add(found)
                return Content(digest=found)

            packed.append((task, pack(task, put), needed))
        there = self.client.scatter(arrays, broadcast=True, timeout=WORKERS_SECONDS) if arrays else {}
        return [(task, parcel, {name: there[name] for name in needed}) for task, parcel, needed in packed]

    def _next(self, ended: SimpleQueue[Any]) -> Any:
        """Return the next future that ended. Raises GipError (G634) where there are no workers for long."""
        seen = time.monotonic()
        while True:
            try:
                return ended.get(timeout=WATCH_SECONDS)
            except Empty:
                now = time.monotonic()
                if self.threads():
                    seen = now
                elif now - seen > WORKERS_SECONDS:
                    raise self._gone() from None


def _outcomes(future: Any) -> Outcomes | None:
    """Return what a future that ended holds: outcomes; none where its task ended workers; None if lost."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    if future.status not in ("finished", "error"):
        return None
    try:
        outcomes: Outcomes = future.result()
    except KilledWorker:
        return ()
    except FutureCancelledError:
        return None
    return outcomes


def other_version(name: str, wanted: str, found: str, workers: str = "a worker") -> Problem:
    """Return the problem (G633) of workers whose version of a package is another."""
    return problem("G633", name=name, here=wanted, there=found, workers=workers)


def _perform_there(parcel: Any, arrays: Mapping[str, Array], versions: Versions) -> Outcomes:
    """Do a task in a worker. Raises GipError (G633) where the worker has other versions."""
    here = [(name, wanted, version_of(name)) for name, wanted in versions]
    if found := [one for one in here if one[1] != one[2]]:
        raise GipError(*(other_version(*one) for one in found))
    with _ONE_FIT:
        return perform(unpack(parcel, Content, lambda content: arrays[content.digest]))

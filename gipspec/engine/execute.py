"""Tasks go in, outcomes come out as they finish; no knowledge of statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from gipspec.engine.batches import batched
from gipspec.engine.connect import open_cluster
from gipspec.engine.cost import cost_of
from gipspec.engine.executor import Executor, Inline
from gipspec.engine.progress import Progress, Silent
from gipspec.engine.store import Outcome, Store
from gipspec.engine.tasks import Failure, Task
from gipspec.engine.versions import Versions
from gipspec.engine.workers import open_pool

__all__ = ["Failure", "execute", "open_executor"]


@contextmanager
def open_executor(
    jobs: int = 1, *, on: str = "", versions: Versions = (), progress: Progress | None = None
) -> Iterator[Executor]:
    """Open the executor of a run: this process for `jobs` of 1, otherwise so many workers.

    `on` names a cluster in their place, whose workers must have the `versions`. Raises GipError: G501 without
    room for the arrays of workers, and what `open_cluster` raises.
    """
    if on:
        with open_cluster(on, versions, progress or Silent()) as cluster:
            yield cluster
    elif jobs == 1:
        yield Inline()
    else:
        with open_pool(jobs) as pool:
            yield pool


def execute(
    tasks: Sequence[Task],
    *,
    store: Store | None,
    executor: Executor,
    progress: Progress,
    held: Sequence[str] = (),
) -> dict[str, Outcome | Failure]:
    """Run every distinct task that the store does not hold, and return the outcomes by key.

    Each outcome is stored as it comes, so that a killed run loses only what was running. A task that fails
    yields its problems; the others go on. `held` are keys of fits whose estimates are there already: they are
    counted among what was found. Raises GipError (G501) where the store cannot be written.
    """
    distinct = {task.key: task for task in tasks}
    outcomes: dict[str, Outcome | Failure] = {}
    for key in distinct:
        found = store.get(key) if store else None
        if found is not None:
            outcomes[key] = found
    pending = batched([t for key, t in distinct.items() if key not in outcomes], executor.width)
    pending.sort(key=cost_of, reverse=True)  # so that no worker begins a long one when the others are through
    more = len({*held} - distinct.keys())
    asked = len(tasks) + len(held)
    progress.begin(asked=asked, distinct=len(distinct) + more, found=len(outcomes) + more)
    try:
        progress.queue(pending, executor.width)
        with closing(executor.run(pending, progress)) as finished:
            for task, made in finished:
                for key, outcome in zip(task.keys, made, strict=True):
                    outcomes[key] = outcome
                    if store and not isinstance(outcome, tuple):
                        store.put(key, outcome)
                progress.done(task)
    finally:
        progress.end()
    return outcomes

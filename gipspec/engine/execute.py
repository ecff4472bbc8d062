"""Tasks go in, outcomes come out as they finish; no knowledge of statistics."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from gipspec.engine.progress import Progress
from gipspec.engine.store import Outcome, Store
from gipspec.engine.tasks import Task
from gipspec.engine.workers import Failure, perform_all

__all__ = ["Failure", "execute"]


def execute(
    tasks: Sequence[Task], *, store: Store | None, jobs: int, progress: Progress
) -> dict[str, Outcome | Failure]:
    """Run every distinct task that the store does not hold, `jobs` at a time, one thread each.

    Each outcome is stored as it comes, so that a killed run loses only what was running. A task that fails
    yields its problems; the others go on. Raises GipError (G501) where the store cannot be written.
    """
    distinct = {task.key: task for task in tasks}
    outcomes: dict[str, Outcome | Failure] = {}
    for key in distinct:
        found = store.get(key) if store else None
        if found is not None:
            outcomes[key] = found
    pending = [task for key, task in distinct.items() if key not in outcomes]
    progress.begin(asked=len(tasks), distinct=len(distinct), found=len(outcomes))
    with closing(perform_all(pending, jobs, progress)) as finished:
        for key, outcome in finished:
            outcomes[key] = outcome
            if store and not isinstance(outcome, tuple):
                store.put(key, outcome)
            progress.done(distinct[key].estimate, distinct[key].name)
    progress.end()
    return outcomes

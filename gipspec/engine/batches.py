"""Fits that are cheaper together become one task: linear learners on the same features and folds."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from gipspec.engine.tasks import BatchTask, FitTask, Task
from gipspec.learn import Fit, shares

MOST_FITS = 64  # of a batch: what a killed run loses


def batched(tasks: Sequence[Task], width: int) -> list[Task]:
    """Put fits that share their features' factor into batches, in the place of the first of each.

    There are at least `width` batches of a kind, so that no worker waits; what has no company stays as it is.
    """
    kinds: dict[object, list[FitTask]] = {}
    for task in tasks:
        if isinstance(task, FitTask) and isinstance(task.request, Fit) and shares(task.request):
            kinds.setdefault(_kind(task.request), []).append(task)
    batches: dict[str, Task] = {}
    for fits in kinds.values():
        size = min(MOST_FITS, max(1, ceil(len(fits) / width)))
        for start in range(0, len(fits), size):
            part = fits[start : start + size]
            for fit in part:
                batches[fit.key] = BatchTask(fits=tuple(part)) if len(part) > 1 else fit
    return list({made.key: made for made in (batches.get(task.key, task) for task in tasks)}.values())


def _kind(fit: Fit) -> object:
    """Return what fits of one batch have in common; arrays are the same where they are one object."""
    return fit.learner, id(fit.x), id(fit.fold), id(fit.group), fit.categorical

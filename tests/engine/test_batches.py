"""Fits that are done together: which they are, and that nobody can tell from the outcomes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from engine_tasks import learner, run, task

from gipspec.engine.batches import MOST_FITS, batched
from gipspec.engine.store import Store
from gipspec.engine.tasks import BatchTask, FitTask, Task
from gipspec.learn import CrossFit, Fit

OLS, RIDGE, GBM = learner("ols"), learner("ridge"), learner("gbm", trees=3)


def draws(count: int, *, of: FitTask | None = None) -> list[FitTask]:
    """Fits of `count` targets on the features, folds and units of one task."""
    first = of or task(learner=OLS)
    rng, request = np.random.default_rng(2), first.request
    assert isinstance(request, Fit)
    made = [
        replace(request, target=rng.normal(size=request.target.size), name=f"draw {b}") for b in range(count)
    ]
    return [FitTask(request=one, estimate="fake") for one in made]


def sizes(tasks: list[Task]) -> list[int]:
    return [len(t.parts) for t in tasks]


def test_every_worker_has_a_batch_and_none_is_long() -> None:
    assert sizes(batched(draws(10), 1)) == [10]
    assert sizes(batched(draws(10), 2)) == [5, 5]
    assert sizes(batched(draws(3), 8)) == [1, 1, 1]
    assert max(sizes(batched(draws(2 * MOST_FITS + 1), 1))) == MOST_FITS


def test_only_fits_with_a_common_factor_are_together() -> None:
    forest, other = task(), draws(2, of=task(learner=RIDGE))
    mixed = [*draws(2), forest, *other, task(learner=GBM)]
    made = batched(mixed, 1)
    assert sizes(made) == [2, 1, 2, 1]
    assert [key for t in made for key in t.keys] == [t.key for t in mixed]
    apart = [draws(2)[0], draws(2)[1]]  # equal features, in two arrays
    assert sizes(batched(apart, 1)) == [1, 1]


def test_outcomes_and_keys_do_not_tell(tmp_path: Path) -> None:
    tasks = draws(5, of=task(learner=RIDGE))
    store = Store(folder=tmp_path)
    together = run(tasks, store=store)
    for one in tasks:
        alone, found = run([one])[one.key], together[one.key]
        assert isinstance(alone, CrossFit)
        assert isinstance(found, CrossFit)
        assert found.prediction.tobytes() == alone.prediction.tobytes()
        assert store.has(one.key)


def test_a_fit_that_fails_does_so_alone() -> None:
    tasks = draws(3)
    request = tasks[1].request
    assert isinstance(request, Fit)
    huge = np.where(np.arange(120) % 2 == 0, 1.7e308, -1.7e308)
    tasks[1] = FitTask(request=replace(request, target=huge, name="huge"), estimate="fake")
    found = run(tasks)
    assert [isinstance(found[t.key], tuple) for t in tasks] == [False, True, False]
    assert isinstance(batched(tasks, 1)[0], BatchTask)


def test_a_batch_that_fails_as_a_whole_gives_each_fit_its_problem() -> None:
    """One unit cannot be cut into folds, whatever the target."""
    one = task(learner=OLS)
    assert isinstance(one.request, Fit)
    alone = replace(one.request, fold=np.zeros(120, dtype=np.int64))
    tasks = draws(2, of=FitTask(request=alone, estimate="base"))
    for outcome in run(tasks).values():
        assert isinstance(outcome, tuple)
        assert [p.code for p in outcome] == ["G403"]

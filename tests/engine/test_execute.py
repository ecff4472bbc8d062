"""Executors: equal tasks are one, outcomes do not depend on how many run at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gipspec.engine.execute import execute
from gipspec.engine.progress import Silent
from gipspec.engine.store import Store
from gipspec.engine.tasks import FitTask
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary import LEARNERS
from gipspec.learn import CrossFit, Fit, cross_fit


def learner(name: str, **parameters: object) -> Learner:
    values = {p.name: p.default for p in LEARNERS[name].parameters} | parameters
    return Learner(name=name, parameters=tuple(values.items()), label=name)  # type: ignore[arg-type]


FOREST = learner("rf", trees=5)


def task(
    seed: int = 1,
    learner: Learner = FOREST,
    shift: float = 0.0,
    name: str = "y",
    teach: NDArray[np.bool_] | None = None,
) -> FitTask:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 3))
    unit = np.repeat(np.arange(30), 4)
    request = Fit(
        learner=learner,
        x=x,
        target=x[:, 0] + shift + rng.normal(size=120),
        fold=unit % 5,
        group=unit,
        seed=seed,
        name=name,
        teach=teach,
    )
    return FitTask(request=request, estimate="base")


class Counter(Silent):
    """Counts what was done."""

    def __init__(self) -> None:
        self.asked = self.distinct = self.found = self.finished = 0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        self.asked, self.distinct, self.found = asked, distinct, found

    def done(self, estimate: str, target: str) -> None:
        self.finished += 1


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (task(name="another name"), True),
        (
            task(learner=Learner(name="rf", parameters=learner("rf", trees=5).parameters, label="forest")),
            True,
        ),
        (task(seed=2), False),
        (task(shift=1e-12), False),
        (task(learner=learner("rf", trees=6)), False),
        (task(teach=np.arange(120) > 3), False),
    ],
)
def test_a_key_is_what_defines_a_fit(other: FitTask, same: bool) -> None:
    assert (task().key == other.key) is same


def test_equal_tasks_are_fitted_once(tmp_path: Path) -> None:
    counter = Counter()
    execute([task(), task(name="again"), task(seed=2)], store=None, jobs=1, progress=counter)
    assert (counter.asked, counter.distinct, counter.found, counter.finished) == (3, 2, 0, 2)


def test_a_second_run_fits_nothing_and_gives_the_same(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    tasks = [task(seed=s) for s in range(3)]
    first = execute(tasks, store=store, jobs=1, progress=Silent())
    counter = Counter()
    second = execute(tasks, store=store, jobs=1, progress=counter)
    assert (counter.found, counter.finished) == (3, 0)
    for key, outcome in first.items():
        again = second[key]
        assert isinstance(outcome, CrossFit)
        assert isinstance(again, CrossFit)
        assert outcome.prediction.tobytes() == again.prediction.tobytes()


def test_two_workers_give_the_bytes_of_one_and_of_a_plain_call() -> None:
    tasks = [task(seed=s) for s in range(4)]
    alone = execute(tasks, store=None, jobs=1, progress=Silent())
    together = execute(tasks, store=None, jobs=2, progress=Silent())
    for t in tasks:
        one, two = alone[t.key], together[t.key]
        r = t.request
        plain = cross_fit(r.learner, r.x, r.target, fold=r.fold, group=r.group, seed=r.seed)
        assert isinstance(one, CrossFit)
        assert isinstance(two, CrossFit)
        assert one.prediction.tobytes() == two.prediction.tobytes() == plain.prediction.tobytes()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_task_spares_the_others(jobs: int) -> None:
    bad = task(learner=learner("logit"))
    outcomes = execute([bad, task()], store=None, jobs=jobs, progress=Silent())
    problems = outcomes[bad.key]
    assert isinstance(problems, tuple)
    assert [p.code for p in problems] == ["G404"]
    assert isinstance(outcomes[task().key], CrossFit)

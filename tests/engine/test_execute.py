"""Executors: equal tasks are one, outcomes do not depend on how many run at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest
from engine_tasks import learner, run, task

from gipspec.engine import code, versions
from gipspec.engine.progress import Silent
from gipspec.engine.store import Store
from gipspec.engine.tasks import FitTask, Task, TuneTask
from gipspec.engine.versions import version_of
from gipspec.lang.study import Learner
from gipspec.learn import CrossFit, cross_fit

SEARCH: dict[str, Any] = {
    "learner": learner("ols"),
    "x": np.zeros((4, 1)),
    "target": np.zeros(4),
    "group": np.arange(4),
    "trials": 2,
    "seed": 1,
    "categorical": (),
    "name": "y",
    "estimate": "m",
}


class Counter(Silent):
    """Counts what was done."""

    def __init__(self) -> None:
        self.asked = self.distinct = self.found = self.finished = 0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        self.asked, self.distinct, self.found = asked, distinct, found

    def done(self, task: Task) -> None:
        self.finished += len(task.keys)


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
    run([task(), task(name="again"), task(seed=2)], jobs=1, progress=counter)
    assert (counter.asked, counter.distinct, counter.found, counter.finished) == (3, 2, 0, 2)


def test_a_second_run_fits_nothing_and_gives_the_same(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    tasks = [task(seed=s) for s in range(3)]
    first = run(tasks, store=store, jobs=1)
    counter = Counter()
    second = run(tasks, store=store, jobs=1, progress=counter)
    assert (counter.found, counter.finished) == (3, 0)
    for key, outcome in first.items():
        again = second[key]
        assert isinstance(outcome, CrossFit)
        assert isinstance(again, CrossFit)
        assert outcome.prediction.tobytes() == again.prediction.tobytes()


def test_two_workers_give_the_bytes_of_one_and_of_a_plain_call() -> None:
    tasks = [task(seed=s) for s in range(4)]
    alone = run(tasks, jobs=1)
    together = run(tasks, jobs=2)
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
    outcomes = run([bad, task()], jobs=jobs)
    problems = outcomes[bad.key]
    assert isinstance(problems, tuple)
    assert [p.code for p in problems] == ["G404"]
    assert isinstance(outcomes[task().key], CrossFit)


def test_the_weights_of_a_shared_stack_bear_the_labels_of_whoever_asks(tmp_path: Path) -> None:
    def stack(label: str) -> FitTask:
        members = (Learner(name="ols", label=label), learner("rf", trees=5))
        return task(learner=replace(learner("stack"), members=members))

    store = Store(folder=tmp_path)
    one, other = stack("plain"), stack("linear")
    assert one.key == other.key
    for asked, label in ((one, "plain"), (other, "linear")):
        outcome = run([asked], store=store, jobs=1)[asked.key]
        assert isinstance(outcome, CrossFit)
        named = asked.named(outcome)
        assert [name for name, _ in named.weights] == [label, "rf"]
        assert [w for _, w in named.weights] == [w for _, w in outcome.weights]


def test_a_search_gives_its_learner_the_label_of_whoever_asks() -> None:
    own = replace(learner("stack"), members=(learner("ols"), learner("rf")), label="mine")
    found = replace(own, label="theirs", members=(learner("ols"), replace(learner("rf", trees=9), label="x")))
    named = TuneTask(**SEARCH | {"learner": own}).named(found)
    assert (named, named.label, [m.label for m in named.members]) == (found, "mine", ["ols", "rf"])


@pytest.mark.parametrize("package", ["numpy", "scipy", "scikit-learn"])
def test_a_key_changes_with_the_versions_that_a_fit_depends_on(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    before = task().key
    monkeypatch.setattr(versions, "version_of", lambda name: "0.1" if name == package else version_of(name))
    assert task().key != before


def test_a_key_changes_with_the_code_that_fits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def keys() -> tuple[str, str]:
        code.code_hash.cache_clear()
        return task().key, TuneTask(**SEARCH).key

    before = keys()
    for name in ("learn", "lang"):
        copytree(code.PACKAGE / name, tmp_path / name)
    monkeypatch.setattr(code, "PACKAGE", tmp_path)
    assert keys() == before
    with (tmp_path / "learn" / "simplex.py").open("a", encoding="utf-8") as edited:
        edited.write("# another formula\n")
    fit, found = keys()
    monkeypatch.undo()
    assert keys() == before
    assert fit != before[0]
    assert found != before[1]

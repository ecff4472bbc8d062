"""What a task costs beside others, and that the longest begin first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from engine_tasks import learner, run, task

from gipspec.engine.cost import COSTS, cost_of, learner_cost
from gipspec.engine.progress import Silent
from gipspec.engine.tasks import BatchTask, FitTask, Task, TuneTask
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary import LEARNERS
from gipspec.learn import NestedFit, QuantileFit

COLUMNS = (10, 10)


def request(trees: int = 5, **changes: object) -> FitTask:
    made = task(learner=learner("rf", trees=trees))
    return replace(made, request=replace(made.request, **changes))


def test_every_learner_has_a_cost() -> None:
    assert COSTS.keys() | {"stack"} == LEARNERS.keys()


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("binary", [False, True])
def test_more_rows_and_more_features_cost_more(name: str, binary: bool) -> None:
    one = learner(name)
    small = learner_cost(one, 500, COLUMNS, binary)
    assert 0 < small < learner_cost(one, 5000, COLUMNS, binary)
    assert small < learner_cost(one, 500, (40, 40), binary)


@pytest.mark.parametrize(
    ("name", "little", "much"),
    [
        ("rf", {"trees": 100}, {"trees": 500}),
        ("extratrees", {"features": 0.2}, {"features": 1.0}),
        ("gbm", {"leaves": 4}, {"leaves": 64}),
        ("xgb", {"depth": 2}, {"depth": 8}),
        ("lgbm", {"trees": 50}, {"trees": 500}),
        ("nnet", {"layers": (20,)}, {"layers": (200, 200)}),
        ("nnet", {"stop": True}, {"stop": False}),
        ("lasso", {"penalties": 20}, {"penalties": 100}),
        ("ridge", {"folds": 3}, {"folds": 10}),
    ],
)
def test_larger_parameters_cost_more(name: str, little: dict[str, object], much: dict[str, object]) -> None:
    costs = [learner_cost(learner(name, **given), 2000, COLUMNS, False) for given in (little, much)]
    assert costs[0] < costs[1]


def test_a_stack_costs_its_members_in_each_inner_fold_and_once_more() -> None:
    members = (learner("ols"), learner("rf"))
    each = sum(learner_cost(m, 900, COLUMNS, False) for m in members)
    stack = replace(learner("stack", folds=4), members=members)
    short = replace(learner("stack", short=True), members=members)
    assert learner_cost(stack, 900, COLUMNS, False) == pytest.approx(5 * each)
    assert learner_cost(short, 900, COLUMNS, False) == pytest.approx(each)


def test_dummies_are_features_of_what_takes_them_and_of_no_tree() -> None:
    assert learner_cost(learner("ols"), 900, (3, 300), False) > learner_cost(
        learner("ols"), 900, (3, 3), False
    )
    assert learner_cost(learner("gbm"), 900, (3, 300), False) == learner_cost(
        learner("gbm"), 900, (3, 3), False
    )


def test_requests_count_their_folds_and_the_rows_that_teach() -> None:
    unit = np.repeat(np.arange(30), 4)
    whole = cost_of(request())
    assert cost_of(request(fold=unit % 10)) > whole
    assert cost_of(request(teach=np.arange(120) < 30)) < whole
    plain = request().request
    arm = np.arange(120) % 2 == 0
    shared = {"learner": plain.learner, "x": plain.x, "fold": plain.fold, "group": plain.group, "seed": 1}
    nested = NestedFit(
        **shared,
        inner_learner=plain.learner,
        inner_x=plain.x,
        target=plain.target,
        teach=arm,
        inner_teach=~arm,
    )
    quantile = QuantileFit(
        **shared, propensity_learner=plain.learner, outcome=plain.target, arm=arm, quantile=0.5
    )
    half = cost_of(request(teach=arm))
    assert cost_of(FitTask(request=nested, estimate="m")) > half
    assert cost_of(FitTask(request=quantile, estimate="m")) > half


def test_a_search_costs_its_trials() -> None:
    plain = task().request

    def search(trials: int) -> TuneTask:
        return TuneTask(
            learner=plain.learner,
            x=plain.x,
            target=plain.target,
            group=plain.group,
            trials=trials,
            seed=1,
            categorical=(),
            name="y",
            estimate="m",
        )

    assert cost_of(search(20)) == pytest.approx(2 * cost_of(search(10)))
    assert cost_of(search(1)) == pytest.approx(cost_of(task()), rel=0.01)  # five fits on four fifths, both


def test_a_batch_costs_what_its_fits_do() -> None:
    fits = (request(5), request(50))
    assert cost_of(BatchTask(fits=fits)) == pytest.approx(sum(map(cost_of, fits)))


class Queue(Silent):
    """Keeps the tasks in the order in which they begin."""

    def queue(self, tasks: Sequence[Task], width: int) -> None:
        self.tasks, self.width = list(tasks), width


def test_the_longest_begin_first_and_equal_ones_as_they_were_asked_for() -> None:
    asked = [
        request(3),
        request(9),
        task(learner=Learner(name="ols")),
        request(6),
        task(seed=2),
        task(seed=3),
    ]
    queue = Queue()
    run(asked, progress=queue)
    assert queue.tasks == [asked[1], asked[3], asked[4], asked[5], asked[0], asked[2]]
    assert queue.width == 1

import sys

import numpy as np
import pytest
from learn_samples import PLAIN, learner, panel, quick

from gipspec.diagnostics import GipError
from gipspec.lang.vocabulary.learners import LEARNERS
from gipspec.learn import tune_learner
from gipspec.learn.folds import inner_splits

SAMPLE = panel()
GIVEN = {"group": SAMPLE.unit, "trials": 6, "seed": 3}
SEARCHED = [name for name in PLAIN if any(p.search for p in LEARNERS[name].parameters)]


def held_out_error(neighbours, x, y, unit):
    """Mean squared error of nearest neighbours over folds of units, by hand."""
    error = np.empty(y.size)
    for train, test in inner_splits(unit, 5):
        centre, scale = x[train].mean(axis=0), x[train].std(axis=0)
        z, z_new = (x[train] - centre) / scale, (x[test] - centre) / scale
        distance = ((z_new[:, None, :] - z[None, :, :]) ** 2).sum(axis=2)
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :neighbours]
        error[test] = y[test] - y[train][nearest].mean(axis=1)
    return (error**2).mean()


def test_the_search_finds_what_predicts_held_out_units():
    found = tune_learner(learner("knn", neighbours=100), SAMPLE.x, SAMPLE.y, **GIVEN | {"trials": 25})
    errors = {
        k: held_out_error(k, SAMPLE.x, SAMPLE.y, SAMPLE.unit) for k in (3, 100, found.parameter("neighbours"))
    }
    assert errors[found.parameter("neighbours")] <= 1.02 * min(
        held_out_error(k, SAMPLE.x, SAMPLE.y, SAMPLE.unit) for k in range(3, 101)
    )
    assert errors[found.parameter("neighbours")] < min(errors[3], errors[100])


def test_one_trial_is_the_learner_itself():
    assert tune_learner(quick("knn"), SAMPLE.x, SAMPLE.y, **GIVEN | {"trials": 1}) == quick("knn")


@pytest.mark.parametrize("binary", [False, True], ids=["regression", "classification"])
@pytest.mark.parametrize("name", SEARCHED)
def test_parameters_are_legal_and_the_same_every_time(name, binary):
    target = SAMPLE.d if binary else SAMPLE.y
    start = quick(name)
    found = tune_learner(start, SAMPLE.x, target, categorical=(4,), **GIVEN | {"trials": 3})
    assert found == tune_learner(start, SAMPLE.x, target, categorical=(4,), **GIVEN | {"trials": 3})
    assert found.name == name
    for p in LEARNERS[name].parameters:
        value = found.parameter(p.name)
        if p.search is None:
            assert value == start.parameter(p.name)
        else:
            assert p.kind.low <= value <= p.kind.high
            assert type(value) is type(p.default)


@pytest.mark.parametrize("name", ["ols", "lasso", "ridge", "enet"])
def test_learners_with_nothing_to_search_are_left_alone(name):
    assert tune_learner(quick(name), SAMPLE.x, SAMPLE.y, **GIVEN) is not None
    assert tune_learner(quick(name), SAMPLE.x, SAMPLE.y, **GIVEN) == quick(name)


def test_each_member_of_a_stack_is_tuned():
    stack = learner("stack", quick("knn"), quick("ols"), label="best")
    found = tune_learner(stack, SAMPLE.x, SAMPLE.y, **GIVEN)
    assert found.label == "best"
    assert found.members == (tune_learner(quick("knn"), SAMPLE.x, SAMPLE.y, **GIVEN), quick("ols"))


def test_trials_that_fail_are_passed_over_and_a_search_without_any_left_is_a_problem():
    few = panel(units=5, periods=4)
    given = {"group": few.unit, "seed": 3}
    found = tune_learner(learner("knn"), few.x, few.y, trials=15, **given)  # 20 neighbours need 20 rows
    assert found.parameter("neighbours") <= 16
    with pytest.raises(GipError) as caught:
        tune_learner(learner("knn"), few.x, few.y, trials=1, name="gdp", **given)
    assert caught.value.problems[0].code == "G406"


def test_a_missing_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(GipError) as caught:
        tune_learner(quick("knn"), SAMPLE.x, SAMPLE.y, **GIVEN)
    (only,) = caught.value.problems
    assert (only.code, only.help) == ("G409", "pip install 'gipspec[tune]'")


def test_nothing_is_said_on_stderr(capfd):
    tune_learner(quick("nnet"), SAMPLE.x, SAMPLE.y, **GIVEN | {"trials": 2})
    assert capfd.readouterr() == ("", "")

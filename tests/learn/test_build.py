"""The registry and the table of libraries agree, parameter by parameter."""

import pytest
from learn_samples import PLAIN, learner

from gipspec.diagnostics import GipError
from gipspec.lang.vocabulary.kinds import Numbers, Real, Whole, Word, YesNo
from gipspec.lang.vocabulary.learners import LEARNERS
from gipspec.learn import build_learner
from gipspec.learn.build import LIBRARIES

PARAMETERS = [(name, p) for name in PLAIN for p in LEARNERS[name].parameters]
IDS = [f"{name}-{p.name}" for name, p in PARAMETERS]


def other_value(parameter):
    match parameter.kind:
        case Whole(low=low, high=high):
            return parameter.default + 1 if parameter.default < high else low
        case Real(high=high):
            return parameter.default / 2 if parameter.default else high / 2
        case YesNo():
            return not parameter.default
        case Word(words=words):
            return next(w for w in words if w != parameter.default)
        case Numbers():
            return (7, 3)
    raise AssertionError(f"no other value for {parameter.kind}")


def settings(what, task):
    return build_learner(what, task, seed=1).estimator.get_params()


def test_every_plain_learner_has_a_library():
    assert set(LIBRARIES) == set(PLAIN)


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=IDS)
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_every_parameter_reaches_the_library_under_its_name(name, parameter, task):
    if task == "classification" and parameter.library_name in LIBRARIES[name].regression_only:
        pytest.skip("has no meaning for a classifier")
    value = other_value(parameter)
    base, changed = settings(learner(name), task), settings(learner(name, **{parameter.name: value}), task)
    assert {key for key in base if repr(base[key]) != repr(changed[key])} == {parameter.library_name}
    assert base[parameter.library_name] == parameter.default
    assert changed[parameter.library_name] == value


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=IDS)
def test_every_searched_range_is_legal_and_holds_the_default(name, parameter):
    search = parameter.search
    if search is None:
        return
    assert parameter.kind.low <= search.low < search.high <= parameter.kind.high
    assert search.low <= parameter.default <= search.high


def test_the_parameters_of_a_stack_are_used():
    assert {p.name for p in LEARNERS["stack"].parameters} == {"folds", "short"}  # `short`: test_stack
    for task in ("regression", "classification"):
        assert build_learner(learner("stack", learner("ols"), folds=7), task, seed=1).cv == 7


def test_a_whole_number_for_a_share_stays_a_share():
    value = settings(learner("rf", features=1), "regression")["max_features"]
    assert (value, type(value)) == (1.0, float)


def test_one_layer_may_be_a_number():
    assert settings(learner("nnet", layers=20), "regression")["hidden_layer_sizes"] == (20,)


@pytest.mark.parametrize("name", PLAIN)
def test_codes_are_dummies_except_for_trees(name):
    task = "classification" if LEARNERS[name].task == "classification" else "regression"
    built = build_learner(learner(name), task, seed=1, categorical=(2,))
    assert built.codes == (() if LEARNERS[name].tree else (2,))


def test_a_classifier_cannot_regress():
    with pytest.raises(GipError) as caught:
        build_learner(learner("logit"), "regression", seed=1)
    assert caught.value.problems[0].code == "G404"


def test_the_room_is_cheap_to_enter():
    import subprocess
    import sys

    heavy = "('sklearn', 'scipy', 'pandas', 'optuna')"
    code = f"import sys, gipspec.learn; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"

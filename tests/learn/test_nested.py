"""Nested nuisances against the same made by hand, fold by fold and half by half."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from learn_samples import learner, quick
from scipy.optimize import minimize

from gipspec.diagnostics import GipError
from gipspec.engine.tasks import FitTask
from gipspec.learn import NestedFit, regressor_of
from gipspec.learn.nested import cross_fit_nested

UNITS, PERIODS = 30, 6
RNG = np.random.default_rng(4)
UNIT = np.repeat(np.arange(UNITS), PERIODS)
FOLD = UNIT % 3
X = np.column_stack([RNG.normal(size=(UNIT.size, 3)), np.tile(np.arange(PERIODS), UNITS)])
D = RNG.uniform(size=UNIT.size) < 1 / (1 + np.exp(-X[:, 0]))
M = 0.7 * D + X[:, 0] + RNG.normal(size=UNIT.size)
MX = np.column_stack([M, X])
Y = 0.5 * D + M + X[:, 1] + RNG.normal(size=UNIT.size)
BINARY = (Y + 3 * RNG.normal(size=UNIT.size) > 0.5).astype(float)


def fit(outer=None, inner=None, *, x=X, inner_x=MX, target=Y, **more):
    arguments = {"teach": ~D, "inner_teach": D, "fold": FOLD, "group": UNIT, "seed": 7} | more
    return cross_fit_nested(outer or quick("ols"), x, inner or quick("ols"), inner_x, target, **arguments)


def least_squares(x, y, x_new):
    b = np.linalg.lstsq(np.column_stack([np.ones(y.size), x]), y, rcond=None)[0]
    return b[0] + x_new @ b[1:]


def logit(x, y, x_new):
    import statsmodels.api as sm

    b = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", maxiter=100, tol=1e-12).params
    return 1 / (1 + np.exp(-b[0] - x_new @ b[1:]))


def deal(share, folds):
    """Units' inner folds: dealt in turn, in the order of their share of teaching rows."""
    out = {}
    for place, unit in enumerate(sorted(share, key=lambda u: (share[u], u))):
        out[unit] = place % folds
    return out


def pseudo_by_hand(k, inner, target, inner_x, folds=2):
    """Held-out μ (n,) in the training set of fold k; nan outside."""
    train = k != FOLD
    part = deal({u: D[u == UNIT].mean() for u in np.unique(UNIT[train])}, folds)
    where = np.array([part.get(u, -1) for u in UNIT])
    pseudo = np.full(UNIT.size, np.nan)
    for j in range(folds):
        learn, held_out = train & (where != j) & D, train & (where == j)
        pseudo[held_out] = inner(inner_x[learn], target[learn], inner_x[held_out])
    return pseudo


def by_hand(inner, target, inner_x=MX, x=X, folds=2, outer=least_squares):
    out = np.empty(UNIT.size)
    for k in range(3):
        pseudo, test = pseudo_by_hand(k, inner, target, inner_x, folds), k == FOLD
        learn = ~test & ~D
        out[test] = outer(x[learn], pseudo[learn], x[test])
    return out


@pytest.mark.parametrize("folds", [2, 4])
def test_least_squares_twice(folds):
    found = fit(inner_folds=folds)
    np.testing.assert_allclose(found.prediction, by_hand(least_squares, Y, folds=folds), atol=1e-10)
    assert (found.task, found.weights) == ("regression", ())


def test_two_halves_are_the_default():
    assert np.array_equal(fit().prediction, fit(inner_folds=2).prediction)


def test_a_binary_target_is_classified_inside_and_regressed_outside():
    found = fit(inner=quick("logit"), target=BINARY)
    np.testing.assert_allclose(found.prediction, by_hand(logit, BINARY), atol=1e-5)
    assert found.task == "regression"


def test_codes_become_dummies_in_both_regressions():
    dummies = np.column_stack([X[:, :3], *(X[:, 3] == t for t in range(1, PERIODS))]).astype(float)
    found = fit(categorical=(3,), inner_categorical=(4,))
    expected = by_hand(least_squares, Y, np.column_stack([M, dummies]), dummies)
    np.testing.assert_allclose(found.prediction, expected, atol=1e-10)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_no_row_is_predicted_from_its_fold(k):
    y, inner_x = Y.copy(), MX.copy()
    y[k == FOLD] += 100
    inner_x[k == FOLD, 0] -= 50
    changed = fit(target=y, inner_x=inner_x).prediction
    same = changed == fit().prediction
    assert same[k == FOLD].all()
    assert not same[k != FOLD].any()


def test_no_pseudo_outcome_is_learned_from_its_own_half():
    """An inner learner that remembers rows meets each unit's features twice, and its outcome never."""
    own = np.repeat(RNG.normal(size=UNITS), PERIODS)
    everybody = np.ones(UNIT.size, dtype=bool)
    found = fit(
        quick("ols"), learner("knn", neighbours=1), target=own, x=own[:, None], inner_x=UNIT[:, None],
        teach=everybody, inner_teach=everybody,
    )  # fmt: skip
    # had a unit's outcome taught its pseudo-outcome, the regression of it on the outcome would have slope 1
    slope = np.polyfit(own, found.prediction, 1)[0]
    assert abs(slope) < 0.6


def test_each_regression_learns_from_its_own_rows_only():
    y = np.where(D, Y, 1e6)
    x = np.where(D[:, None], 1e6, X)
    base = fit().prediction
    assert np.array_equal(fit(target=y).prediction, base)
    assert np.array_equal(fit(x=x).prediction[~D], base[~D])


def test_the_truth_is_found_in_a_large_sample():
    rng = np.random.default_rng(0)
    n = 20_000
    x = rng.normal(size=(n, 2))
    d = rng.uniform(size=n) < 1 / (1 + np.exp(-x[:, 0]))
    m = 0.7 * d + x[:, 0] + rng.normal(size=n)
    y = 0.5 * d + m + 0.4 * d * m + x[:, 1] + rng.normal(size=n)
    found = cross_fit_nested(
        quick("ols"), x, quick("ols"), np.column_stack([m, x]), y,
        teach=~d, inner_teach=d, fold=np.arange(n) % 2, group=np.arange(n), seed=1,
    )  # fmt: skip
    error = found.prediction - (0.5 + 1.4 * x[:, 0] + x[:, 1])
    assert np.sqrt(np.mean(error**2)) < 0.1  # the mean of Y given X has a standard deviation of 1.7


def test_the_same_bytes_twice():
    outer, inner = quick("rf"), quick("gbm")
    first = fit(outer, inner)
    fit(inner, outer, target=BINARY)
    assert fit(outer, inner).prediction.tobytes() == first.prediction.tobytes()
    assert fit(outer, inner, seed=8).prediction.tobytes() != first.prediction.tobytes()


def test_few_treated_units_are_dealt_to_both_halves():
    few = D & np.isin(UNIT, [3, 4, 5, 6, 7, 8])  # two for each fold, hence four for each training set
    assert np.isfinite(fit(quick("gbm"), quick("gbm"), inner_teach=few).prediction).all()


def test_a_stack_has_the_mean_weights_of_its_folds():
    found = fit(quick("stack"))
    assert [name for name, _ in found.weights] == ["gbm", "ols"]
    assert sum(weight for _, weight in found.weights) == pytest.approx(1)


def test_a_short_stack_has_one_set_of_weights():
    members = learner("rf", trees=5, leaf=10), quick("ols")
    found = fit(learner("stack", *members, short=True))
    columns = np.column_stack([fit(member).prediction for member in members])
    pseudo = np.nanmean([pseudo_by_hand(k, least_squares, Y, MX) for k in range(3)], axis=0)
    gap, predicted = pseudo[~D], columns[~D]

    def loss(w):
        return float(np.sum((gap - predicted @ [w[0], 1 - w[0]]) ** 2))

    best = minimize(loss, [0.5], bounds=[(0, 1)], tol=1e-14).x[0]
    assert dict(found.weights)["rf"] == pytest.approx(best, abs=1e-5)
    np.testing.assert_allclose(found.prediction, columns @ [w for _, w in found.weights], atol=1e-12)


def test_an_outcome_that_is_constant_among_the_teachers_is_its_own_mean():
    found = fit(quick("lasso"), quick("logit"), target=np.where(D, 1.0, BINARY))
    assert np.array_equal(found.prediction, np.ones(UNIT.size))


def test_a_sub_sample_may_leave_folds_empty():
    keep = FOLD != 1
    found = cross_fit_nested(
        quick("ols"), X[keep], quick("ols"), MX[keep], Y[keep],
        teach=~D[keep], inner_teach=D[keep], fold=FOLD[keep], group=UNIT[keep], seed=1,
    )  # fmt: skip
    assert np.isfinite(found.prediction).all()


def problem_of(call):
    with pytest.raises(GipError) as caught:
        call()
    (only,) = caught.value.problems
    return only


def test_one_fold_is_too_few():
    found = problem_of(lambda: fit(fold=FOLD * 0))
    assert (found.code, found.message) == ("G403", "30 units are all in one fold")


def test_a_training_set_with_fewer_units_than_inner_folds():
    found = problem_of(lambda: fit(inner_folds=25))
    assert (found.code, found.message) == ("G403", "20 units cannot fill 25 folds")


def test_a_fold_without_rows_to_learn_from():
    found = problem_of(lambda: fit(teach=~D & (FOLD == 1), name="resilience"))
    assert found.code == "G414"
    assert found.message == "fold 2 leaves 0 rows to learn `resilience` from"


def test_halves_without_rows_to_learn_from():
    found = problem_of(lambda: fit(inner_teach=D & (FOLD == 0), name="resilience"))
    assert found.code == "G414"


def test_a_mean_of_means_cannot_be_classified():
    assert problem_of(lambda: fit(quick("logit"), target=BINARY)).code == "G404"


def test_a_numerical_failure_names_the_target():
    x = X.copy()
    x[3, 0] = np.inf
    found = problem_of(lambda: fit(x=x, name="resilience"))
    assert found.code == "G406"
    assert "resilience" in found.message


def request(**changes):
    given = {
        "learner": quick("ols"), "x": X, "inner_learner": quick("ols"), "inner_x": MX, "target": Y,
        "teach": ~D, "inner_teach": D, "fold": FOLD, "group": UNIT, "seed": 7, "name": "y",
    }  # fmt: skip
    return NestedFit(**(given | changes))


def test_a_request_is_performed_as_it_stands():
    asked = request(categorical=(3,), inner_categorical=(4,))
    expected = fit(categorical=(3,), inner_categorical=(4,)).prediction
    assert np.array_equal(asked.perform().prediction, expected)


def key(one):
    return FitTask(request=one, estimate="mech").key


@pytest.mark.parametrize(
    "change",
    [
        {"learner": quick("ridge")},
        {"inner_learner": quick("ridge")},
        {"x": X + 1},
        {"inner_x": MX + 1},
        {"target": Y + 1},
        {"teach": D, "inner_teach": ~D},
        {"fold": FOLD[::-1].copy()},
        {"group": UNIT[::-1].copy()},
        {"seed": 8},
        {"categorical": (3,)},
        {"inner_categorical": (4,)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_changes_a_number_changes_the_key(change):
    assert key(request(**change)) != key(request())


def test_names_change_no_key():
    assert key(request(name="outcome")) == key(request())
    assert key(request(learner=replace(quick("ols"), label="mine"))) == key(request())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (quick("gbm"), quick("gbm")),
        (quick("logit"), learner("ols")),
        (learner("stack", quick("logit"), quick("rf")), learner("stack", learner("ols"), quick("rf"))),
    ],
    ids=["a regressor", "a classifier", "a stack"],
)
def test_what_only_classifies_is_replaced_by_least_squares(given, expected):
    assert regressor_of(given) == expected
    assert regressor_of(given).label == ("ols" if given.name == "logit" else given.label)

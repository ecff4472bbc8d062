import numpy as np
import pytest
from learn_samples import learner, panel, quick
from scipy.optimize import minimize
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from gipspec.learn import build_learner, cross_fit
from gipspec.learn.build import member_seeds

SAMPLE = panel()
GIVEN = {"fold": SAMPLE.fold, "group": SAMPLE.unit, "seed": 7}


def least_squares(x, y, x_new):
    b = np.linalg.lstsq(np.column_stack([np.ones(y.size), x]), y, rcond=None)[0]
    return b[0] + x_new @ b[1:]


def nearest_neighbour(x, y, x_new):
    """The mean of the 20 nearest rows in standardised features."""
    centre, scale = x.mean(axis=0), x.std(axis=0)
    z, z_new = (x - centre) / scale, (x_new - centre) / scale
    distance = ((z_new[:, None, :] - z[None, :, :]) ** 2).sum(axis=2)
    return y[np.argsort(distance, axis=1, kind="stable")[:, :20]].mean(axis=1)


def constrained(z, y):
    """Weights on the simplex by a general-purpose solver."""
    start = np.full(z.shape[1], 1 / z.shape[1])
    found = minimize(
        lambda w: ((y - z @ w) ** 2).mean(),
        start,
        jac=lambda w: -2 * z.T @ (y - z @ w) / y.size,
        bounds=[(0, 1)] * start.size,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    )
    return found.x


def target_of_two_parts():
    rng = np.random.default_rng(4)
    return SAMPLE.x[:, 0] + 2 * np.abs(SAMPLE.x[:, 1]) + 0.5 * rng.normal(size=SAMPLE.y.size)


def test_weights_are_chosen_within_each_training_set_in_folds_of_units():
    y, x = target_of_two_parts(), SAMPLE.x
    expected, weights = np.empty(y.size), []
    for k in range(5):
        train, test = np.flatnonzero(SAMPLE.fold != k), np.flatnonzero(SAMPLE.fold == k)
        held_out = np.empty((train.size, 2))
        for a, b in GroupKFold(4).split(train, groups=SAMPLE.unit[train]):
            for j, predict in enumerate((least_squares, nearest_neighbour)):
                held_out[b, j] = predict(x[train][a], y[train][a], x[train][b])
        w = constrained(held_out, y[train])
        both = [predict(x[train], y[train], x[test]) for predict in (least_squares, nearest_neighbour)]
        expected[test] = np.column_stack(both) @ w
        weights.append(w)
    found = cross_fit(learner("stack", quick("ols"), quick("knn"), folds=4), x, y, **GIVEN)
    assert 0.05 < np.mean(weights, axis=0)[0] < 0.95
    assert [label for label, _ in found.weights] == ["ols", "knn"]
    np.testing.assert_allclose([w for _, w in found.weights], np.mean(weights, axis=0), atol=1e-5)
    np.testing.assert_allclose(found.prediction, expected, atol=1e-5)


def test_short_stacking_has_one_set_of_weights_over_the_cross_fitted_predictions():
    y = target_of_two_parts()
    members = (quick("ols"), quick("knn"), quick("gbm"))
    apart = np.column_stack([cross_fit(m, SAMPLE.x, y, **GIVEN).prediction for m in members])
    w = constrained(apart, y)
    found = cross_fit(learner("stack", *members, short=True), SAMPLE.x, y, **GIVEN)
    np.testing.assert_allclose([v for _, v in found.weights], w, atol=1e-5)
    np.testing.assert_allclose(found.prediction, apart @ w, atol=1e-4)


@pytest.mark.parametrize("short", [False, True])
def test_a_perfect_and_a_useless_member(short):
    y = SAMPLE.x @ np.arange(1.0, 6.0)
    stack = learner("stack", learner("gbm", trees=1, rate=0.01), learner("ols", label="exact"), short=short)
    weights = dict(cross_fit(stack, SAMPLE.x, y, **GIVEN).weights)
    assert weights["exact"] == pytest.approx(1, abs=1e-6)
    assert weights["gbm"] == pytest.approx(0, abs=1e-6)


def test_a_classifier_is_weighted_on_probabilities():
    d = SAMPLE.d
    members = (quick("logit"), quick("knn"))
    apart = np.column_stack([cross_fit(m, SAMPLE.x, d, **GIVEN).prediction for m in members])
    found = cross_fit(learner("stack", *members, short=True), SAMPLE.x, d, **GIVEN)
    assert found.task == "classification"
    np.testing.assert_allclose([v for _, v in found.weights], constrained(apart, d), atol=1e-5)


@pytest.mark.parametrize("short", [False, True])
def test_a_linear_probability_model_is_kept_within_zero_and_one(short):
    d = (SAMPLE.x[:, 0] > 0).astype(float)
    assert cross_fit(quick("ols"), SAMPLE.x, d, **GIVEN).prediction.max() > 1
    found = cross_fit(learner("stack", quick("ols"), short=short), SAMPLE.x, d, **GIVEN)
    assert found.prediction.min() == 0
    assert found.prediction.max() == 1


def test_a_stack_of_one_is_that_one():
    alone = cross_fit(quick("gbm"), SAMPLE.x, SAMPLE.y, **GIVEN)
    stacked = cross_fit(learner("stack", quick("gbm")), SAMPLE.x, SAMPLE.y, **GIVEN)
    assert np.array_equal(alone.prediction, stacked.prediction)
    assert stacked.weights == (("gbm", 1.0),)


def test_a_stack_in_a_stack():
    inner = learner("stack", quick("ols"), quick("knn"), folds=2, label="inner")
    found = cross_fit(learner("stack", inner, quick("gbm"), folds=2), SAMPLE.x, SAMPLE.y, **GIVEN)
    assert [label for label, _ in found.weights] == ["inner", "gbm"]
    assert sum(w for _, w in found.weights) == pytest.approx(1)


def test_members_keep_their_seeds_when_another_joins():
    rf, nnet = quick("rf"), quick("nnet")
    assert member_seeds(learner("stack", rf, nnet), 7) == (7, 7)
    assert member_seeds(learner("stack", quick("ols"), rf, nnet), 7) == (7, 7, 7)
    twins = member_seeds(learner("stack", nnet, nnet, nnet), 7)
    assert twins[0] == 7
    assert len(set(twins)) == 3


@threadpool_limits.wrap(limits=1)
def test_estimators_are_those_of_scikit_learn():
    """DoubleML clones what it is given, and asks whether it classifies."""
    stack = learner("stack", quick("gbm"), quick("lasso"), folds=3)
    for what in (stack, quick("gbm"), quick("lasso"), quick("ols")):
        regressor = build_learner(what, "regression", seed=1, categorical=(4,))
        assert is_regressor(regressor)
        fitted = clone(regressor).fit(SAMPLE.x, SAMPLE.y)
        assert np.array_equal(fitted.predict(SAMPLE.x), fitted.expected(SAMPLE.x))
        if what.name == "ols":
            continue
        classifier = build_learner(what, "classification", seed=1, categorical=(4,))
        assert is_classifier(classifier)
        shares = clone(classifier).fit(SAMPLE.x, SAMPLE.d).predict_proba(SAMPLE.x)
        assert shares.shape == (SAMPLE.d.size, 2)
        np.testing.assert_allclose(shares.sum(axis=1), 1)

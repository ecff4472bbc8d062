"""Cross-fitted predictions against the same made by hand with other tools."""

import numpy as np
import pytest
from learn_samples import PLAIN, learner, panel, quick
from scipy.special import expit
from sklearn.linear_model import ElasticNetCV, LassoCV, LogisticRegression, RidgeCV
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from gipspec.diagnostics import GipError
from gipspec.lang.vocabulary.learners import LEARNERS
from gipspec.learn import cross_fit, fold_map, task_of

SAMPLE = panel()


def fit(what, target, x=SAMPLE.x, **more):
    arguments = {"fold": SAMPLE.fold, "group": SAMPLE.unit, "seed": 7} | more
    return cross_fit(what, x, target, **arguments)


def by_hand(predict, x, target):
    """Cross-fit `predict(x_train, y_train, unit_train, x_test)` over the sample's folds."""
    out = np.empty(target.size)
    for k in range(5):
        train, test = SAMPLE.fold != k, SAMPLE.fold == k
        out[test] = predict(x[train], target[train], SAMPLE.unit[train], x[test])
    return out


def least_squares(x, y, _, x_new):
    b = np.linalg.lstsq(np.column_stack([np.ones(y.size), x]), y, rcond=None)[0]
    return b[0] + x_new @ b[1:]


def standardised(x, x_new):
    return (x - x.mean(axis=0)) / x.std(axis=0), (x_new - x.mean(axis=0)) / x.std(axis=0)


@pytest.mark.parametrize("target", [SAMPLE.y, SAMPLE.d], ids=["number", "binary"])
def test_ols(target):
    found = fit(quick("ols"), target)
    np.testing.assert_allclose(found.prediction, by_hand(least_squares, SAMPLE.x, target), atol=1e-10)
    assert found.task == "regression"
    assert found.weights == ()


def test_codes_become_dummies_of_a_linear_learner():
    x = SAMPLE.x
    dummies = np.column_stack([x[:, :4], *(x[:, 4] == t for t in range(1, 6))]).astype(float)
    found = fit(quick("ols"), SAMPLE.y, categorical=(4,))
    np.testing.assert_allclose(found.prediction, by_hand(least_squares, dummies, SAMPLE.y), atol=1e-10)


def test_codes_stay_numbers_for_trees():
    base = fit(quick("gbm"), SAMPLE.y).prediction
    assert np.array_equal(base, fit(quick("gbm"), SAMPLE.y, categorical=(4,)).prediction)


@pytest.mark.parametrize("name", ["ols", "lasso", "knn", "svm", "nnet"])
def test_a_code_that_training_has_not_seen(name):
    x = SAMPLE.x.copy()
    x[SAMPLE.fold == 2, 4] = 99
    assert np.isfinite(fit(quick(name), SAMPLE.y, x=x, categorical=(4,)).prediction).all()


def test_logit_is_that_of_statsmodels():
    import statsmodels.api as sm

    def logit(x, y, _, x_new):
        b = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", maxiter=100, tol=1e-12).params
        return expit(b[0] + x_new @ b[1:])

    found = fit(quick("logit"), SAMPLE.d)
    np.testing.assert_allclose(found.prediction, by_hand(logit, SAMPLE.x, SAMPLE.d), atol=1e-6)
    assert found.task == "classification"


def test_lasso_and_elastic_net_are_those_of_scikit_learn_on_the_same_inner_folds():
    def penalised(mix):
        def predict(x, y, unit, x_new):
            z, z_new = standardised(x, x_new)
            splits = list(GroupKFold(4).split(z, groups=unit))
            sd = y.std() if mix < 1 else 1.0  # as in glmnet: the squared penalty depends on the unit of y
            # scikit-learn's own path; eps is the registry's, so that the grids are the same
            kind = LassoCV(cv=splits, eps=1e-3, **path(20)) if mix == 1 else ElasticNetCV(
                l1_ratio=mix, cv=splits, eps=1e-3, **path(20)
            )  # fmt: skip
            return sd * kind.fit(z, y / sd).predict(z_new)

        return predict

    for what, mix in [
        (learner("lasso", folds=4, penalties=20), 1),
        (learner("enet", mix=0.4, folds=4, penalties=20), 0.4),
    ]:
        found = fit(what, SAMPLE.y).prediction
        np.testing.assert_allclose(found, by_hand(penalised(mix), SAMPLE.x, SAMPLE.y), atol=1e-6)


def path(length):
    """The length of the path, by the name that this version of scikit-learn has for it."""
    import inspect

    return {
        "alphas"
        if inspect.signature(LassoCV).parameters["alphas"].default is not None
        else "n_alphas": length
    }


def test_ridge_is_that_of_scikit_learn_on_the_same_inner_folds():
    def predict(x, y, unit, x_new):
        z, z_new = standardised(x, x_new)
        splits = list(GroupKFold(5).split(z, groups=unit))
        grid = y.size * np.geomspace(1e2, 1e-5, 8)
        return RidgeCV(alphas=grid, cv=splits, scoring="neg_mean_squared_error").fit(z, y).predict(z_new)

    found = fit(learner("ridge", penalties=8), SAMPLE.y).prediction
    np.testing.assert_allclose(found, by_hand(predict, SAMPLE.x, SAMPLE.y), atol=1e-10)


@pytest.mark.parametrize(("mix", "solver"), [(1.0, "saga"), (0.5, "saga"), (0.0, "lbfgs")])
def test_penalised_logistic_path_is_that_of_scikit_learn(mix, solver):
    import inspect

    from gipspec.learn.penalised import logistic_path, penalty_grid

    x, _ = standardised(SAMPLE.x, SAMPLE.x)
    grid = penalty_grid(x, SAMPLE.d, mix, 12)
    paths = logistic_path(x, SAMPLE.d, grid, mix)
    modern = inspect.signature(LogisticRegression).parameters["penalty"].default == "deprecated"
    kind = {} if modern else {"penalty": "elasticnet" if mix else "l2"}
    share = {"l1_ratio": mix} if mix or modern else {}
    for penalty, b in list(zip(grid, paths, strict=True))[::3]:
        other = LogisticRegression(
            C=1 / (penalty * SAMPLE.d.size),
            solver=solver,
            tol=1e-10,
            max_iter=20_000,
            random_state=0,
            **share,
            **kind,
        ).fit(x, SAMPLE.d)
        np.testing.assert_allclose(b[1:], other.coef_[0], atol=1e-5)
        np.testing.assert_allclose(b[0], other.intercept_[0], atol=1e-5)


def test_the_first_penalty_of_a_path_sets_all_slopes_to_zero_and_no_smaller_one_does():
    from gipspec.learn.penalised import logistic_path, penalty_grid

    x, _ = standardised(SAMPLE.x, SAMPLE.x)
    first = penalty_grid(x, SAMPLE.d, 1.0, 5)[0]
    at, below = logistic_path(x, SAMPLE.d, np.array([first * 1.0001, first * 0.98]), 1.0)
    assert np.abs(at[1:]).max() == 0
    assert np.abs(below[1:]).max() > 0


@pytest.mark.parametrize("binary", [False, True], ids=["regression", "classification"])
@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize("columns", [0, 5], ids=["no-features", "features"])
def test_every_learner_does_both_tasks(name, binary, columns):
    if name == "logit" and not binary:
        pytest.skip("a classifier only")
    target = SAMPLE.d if binary else SAMPLE.y
    x = SAMPLE.x[:, :columns]
    found = fit(quick(name), target, x=x, categorical=(4,) if columns else ())
    assert found.prediction.shape == target.shape
    assert np.isfinite(found.prediction).all()
    assert found.task == ("classification" if binary and name != "ols" else "regression")
    if columns == 0:
        means = by_hand(lambda _x, y, _u, x_new: np.full(len(x_new), y.mean()), x, target)
        np.testing.assert_allclose(found.prediction, means, atol=1e-10)
    if found.task == "classification":
        assert found.prediction.min() >= 0
        assert found.prediction.max() <= 1


@pytest.mark.parametrize("name", PLAIN)
def test_every_learner_learns(name):
    """Out of fold, each beats the mean on a target that it can see."""
    big = panel(units=60, periods=8, seed=3)
    target = big.d if name == "logit" else big.x[:, 0] + 0.3 * np.random.default_rng(0).normal(size=480)
    found = cross_fit(learner(name), big.x, target, fold=big.fold, group=big.unit, seed=1)
    error = np.mean((target - found.prediction) ** 2) / np.var(target)
    assert error < (0.9 if name == "logit" else 0.75)


@pytest.mark.parametrize("name", PLAIN)
def test_constant_columns_do_no_harm(name):
    x = np.column_stack([SAMPLE.x, np.full(SAMPLE.y.size, 3.7), np.zeros(SAMPLE.y.size)])
    assert np.isfinite(fit(quick(name), SAMPLE.d, x=x).prediction).all()
    if name != "logit":
        only_constant = fit(quick(name), SAMPLE.y, x=x[:, -2:]).prediction
        assert np.isfinite(only_constant).all()


@pytest.mark.parametrize("name", LEARNERS)
def test_the_same_bytes_twice_whatever_came_between_and_however_many_threads(name):
    first = fit(quick(name), SAMPLE.d).prediction.tobytes()
    fit(quick("rf"), SAMPLE.y)
    np.random.seed(5)
    with threadpool_limits(2):
        assert fit(quick(name), SAMPLE.d).prediction.tobytes() == first


@pytest.mark.parametrize("name", ["rf", "nnet", "extratrees"])
def test_the_seed_matters_where_there_is_chance(name):
    one, other = fit(quick(name), SAMPLE.y, seed=1), fit(quick(name), SAMPLE.y, seed=2)
    assert not np.array_equal(one.prediction, other.prediction)


def test_inner_folds_keep_units_whole():
    """A feature that names the unit predicts within units only; a lasso that split units would trust it."""
    rng = np.random.default_rng(0)
    units, periods = 20, 10
    unit = np.repeat(np.arange(units), periods)
    y = np.repeat(rng.normal(size=units), periods) + 0.01 * rng.normal(size=unit.size)
    x = np.repeat(rng.normal(size=(units, 12)), periods, axis=0)
    by_unit = cross_fit(learner("lasso"), x, y, fold=unit % 5, group=unit, seed=1).prediction
    by_row = cross_fit(learner("lasso"), x, y, fold=unit % 5, group=np.arange(unit.size), seed=1).prediction
    assert np.var(by_unit) < np.var(by_row)


def test_a_sub_sample_may_leave_folds_empty():
    keep = SAMPLE.fold != 3
    found = cross_fit(
        quick("ols"), SAMPLE.x[keep], SAMPLE.y[keep], fold=SAMPLE.fold[keep], group=SAMPLE.unit[keep], seed=1
    )
    assert np.isfinite(found.prediction).all()


def test_columns_of_the_inputs_are_left_as_they_are():
    x, y = SAMPLE.x.copy(), SAMPLE.y.copy()
    for name in LEARNERS:
        if name != "logit":
            fit(quick(name), y, x=x, categorical=(4,))
    assert np.array_equal(x, SAMPLE.x)
    assert np.array_equal(y, SAMPLE.y)


def problem_of(call):
    with pytest.raises(GipError) as caught:
        call()
    (only,) = caught.value.problems
    return only


def test_one_fold_is_too_few():
    found = problem_of(lambda: fit(quick("ols"), SAMPLE.y, fold=np.zeros(SAMPLE.y.size, dtype=int)))
    assert (found.code, found.message) == ("G403", "30 units are all in one fold")


def test_fewer_units_than_folds():
    few = SAMPLE.unit < 3
    fold = fold_map(30, 5, 1, 0)[SAMPLE.unit[few]]
    fold[:6] = 4
    found = problem_of(
        lambda: cross_fit(
            quick("ols"), SAMPLE.x[few], SAMPLE.y[few], fold=fold, group=SAMPLE.unit[few], seed=1
        )
    )
    assert (found.code, found.message) == ("G403", "3 units cannot fill 5 folds")


def test_a_classifier_without_a_binary_target():
    found = problem_of(lambda: fit(learner("logit", label="my logit"), SAMPLE.y, name="gdp"))
    assert (found.code, found.message) == ("G404", "`my logit` needs a target of 0 and 1, and `gdp` is not")
    stacked = problem_of(lambda: fit(learner("stack", quick("ols"), quick("logit")), SAMPLE.y))
    assert stacked.code == "G404"


def test_a_training_set_with_one_class():
    d = ((SAMPLE.fold == 2) & (SAMPLE.x[:, 0] > 0)).astype(float)
    found = problem_of(lambda: fit(quick("rf"), d, name="gip"))
    assert (found.code, found.message) == ("G412", "fold 3 has only zeros of `gip` to learn from")
    assert np.isfinite(fit(quick("ols"), d).prediction).all()


def test_a_numerical_failure_names_learner_and_target():
    found = problem_of(lambda: fit(learner("knn", neighbours=5000, label="near"), SAMPLE.y, name="gdp"))
    assert found.code == "G406"
    assert found.message.startswith("the learner `near` failed on `gdp`: ")
    x = SAMPLE.x.copy()
    x[0, 0] = np.inf
    assert problem_of(lambda: fit(quick("ols"), SAMPLE.y, x=x)).code == "G406"


def test_predictions_that_are_not_finite():
    y = SAMPLE.y / np.abs(SAMPLE.y).max() * 1e308  # finite, but not their sum
    assert problem_of(lambda: fit(quick("ols"), y)).code == "G406"


def test_a_missing_package(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "lightgbm", None)
    found = problem_of(lambda: fit(quick("lgbm"), SAMPLE.y))
    assert (found.code, found.help) == ("G409", "pip install 'gipspec[boost]'")


def test_nothing_is_said_on_stderr(capfd, recwarn):
    fit(learner("nnet", epochs=1), SAMPLE.y)
    fit(quick("lgbm"), SAMPLE.y)
    fit(learner("lasso", penalties=500), SAMPLE.y * 1e6)
    assert capfd.readouterr() == ("", "")
    assert not [w for w in recwarn if "sklearn" in str(w.category)]


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        ("gbm", [0, 1, 1], "classification"),
        ("logit", [0.0, 1.0], "classification"),
        ("ols", [0, 1, 1], "regression"),
        ("gbm", [0, 1, 2], "regression"),
        ("gbm", [0.2, 1.0], "regression"),
        ("gbm", [1, 1], "regression"),
        ("stack", [0, 1], "classification"),
    ],
)
def test_tasks(name, target, expected):
    assert task_of(quick(name), np.array(target)) == expected


def test_rows_that_do_not_teach_are_predicted_from_those_that_do() -> None:
    """The fits are those of a study of the teachers alone, on the same folds."""
    rng = np.random.default_rng(3)
    x, unit = rng.normal(size=(200, 2)), np.repeat(np.arange(40), 5)
    fold, teach = unit % 4, rng.random(200) < 0.5
    y = x @ [1.0, -2.0] + 3 * teach + rng.normal(size=200)
    found = cross_fit(learner("ols"), x, y, fold=fold, group=unit, seed=1, teach=teach).prediction
    for k in range(4):
        seen = teach & (fold != k)
        design = np.column_stack([np.ones(seen.sum()), x[seen]])
        b = np.linalg.lstsq(design, y[seen], rcond=None)[0]
        np.testing.assert_allclose(found[fold == k], b[0] + x[fold == k] @ b[1:], atol=1e-10)


def test_teachers_with_one_value_predict_it() -> None:
    unit = np.repeat(np.arange(20), 3)
    d, teach = (unit % 2).astype(float), unit % 2 == 0
    x = np.arange(60.0)[:, None]
    found = cross_fit(learner("gbm"), x, d, fold=unit % 5, group=unit, seed=1, teach=teach)
    np.testing.assert_array_equal(found.prediction, np.zeros(60))


def test_a_stack_is_weighed_on_the_rows_that_teach() -> None:
    rng = np.random.default_rng(5)
    x, unit = rng.normal(size=(300, 2)), np.repeat(np.arange(60), 5)
    teach = rng.random(300) < 0.6
    y = np.where(teach, x[:, 0], 100 * rng.normal(size=300))
    stack = learner("stack", quick("ols"), quick("knn"), short=True)
    weights = dict(cross_fit(stack, x, y, fold=unit % 5, group=unit, seed=1, teach=teach).weights)
    assert weights["ols"] > 0.95  # the linear learner is exact among teachers, whatever the others' outcomes


def test_a_fold_without_teachers_is_a_problem() -> None:
    unit = np.repeat(np.arange(20), 3)
    teach = unit % 5 == 0  # those of fold 0 have nobody to learn from
    with pytest.raises(GipError) as caught:
        cross_fit(
            learner("ols"), np.ones((60, 1)), unit * 1.0, fold=unit % 5, group=unit, seed=1, teach=teach
        )
    assert [p.code for p in caught.value.problems] == ["G414"]

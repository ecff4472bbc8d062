import numpy as np
import pytest
from sklearn import metrics

from gipspec.learn import fit_quality

RNG = np.random.default_rng(0)
Y = RNG.normal(size=200)
D = (RNG.uniform(size=200) < 0.3).astype(float)
P = np.round(RNG.uniform(size=200), 1)  # with ties, zeros and ones


def test_regression():
    prediction = Y + RNG.normal(size=200)
    found = dict(fit_quality(Y, prediction, "regression"))
    assert set(found) == {"r2", "rmse"}
    assert found["r2"] == pytest.approx(metrics.r2_score(Y, prediction), abs=1e-12)
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(Y, prediction), abs=1e-12)


def test_the_mean_itself_explains_nothing():
    assert dict(fit_quality(Y, np.full(200, Y.mean()), "regression"))["r2"] == pytest.approx(0, abs=1e-12)


def test_classification():
    found = dict(fit_quality(D, P, "classification"))
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(D, P), abs=1e-12)
    assert found["log_loss"] == pytest.approx(metrics.log_loss(D, P), abs=1e-9)
    assert found["r2"] == pytest.approx(metrics.r2_score(D, P), abs=1e-12)


def test_a_certain_error_has_a_finite_log_loss():
    assert np.isfinite(dict(fit_quality([0, 1], [1.0, 0.0], "classification"))["log_loss"])


def test_a_linear_probability_model_may_leave_the_interval():
    assert np.isfinite(dict(fit_quality([0, 1], [-0.1, 1.2], "classification"))["log_loss"])


def test_what_a_constant_target_leaves_undefined_is_left_out():
    assert [name for name, _ in fit_quality([1, 1], [0.5, 0.5], "classification")] == ["rmse", "log_loss"]

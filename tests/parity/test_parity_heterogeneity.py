"""Group effects and best linear predictors against DoubleML on the same signals, folds and predictions.

Tolerance 1e-8, absolute, on coefficients, standard errors and covariances; what is measured is near 1e-14.
DoubleMLBLP's default covariance is HC0; with clusters it passes on statsmodels' small-sample correction,
which is undone or asked not to be made.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pandas as pd
import pytest
from parity_samples import by, equal_folds, make_panel, quietly, set_folds
from sklearn.linear_model import LinearRegression, LogisticRegression

from gipspec.data.groups_by import group_by_quantile
from gipspec.estimate import stack_influence
from gipspec.estimate.curve import effect_curve
from gipspec.estimate.heterogeneity import gate, group_effects, linear_effects
from gipspec.estimate.projection import best_linear_predictor

TOLERANCE = 1e-8
REPS = 3
UNITS = 40


@pytest.fixture(scope="module")
def fitted():
    """Both models on one panel, three repetitions of folds by unit; frame, irm, plr."""
    frame = make_panel(units=UNITS, seed=5, binary=True)
    x = ["x0", "x1", "x2", "x3"]
    folds = [equal_folds(UNITS, 4, seed=r)[frame["unit"]] for r in range(REPS)]
    models = []
    with quietly():
        data = doubleml.DoubleMLData(frame, "y", "d", x)
        classifier = LogisticRegression()
        for model in (
            doubleml.DoubleMLIRM(data, LinearRegression(), classifier, n_folds=4, n_rep=REPS),
            doubleml.DoubleMLPLR(data, LinearRegression(), classifier, n_folds=4, n_rep=REPS),
        ):
            set_folds(model, folds, None)
            models.append(model.fit())
    return frame, *models


def by_unit(frame):
    return {"cov_type": "cluster", "cov_kwds": {"groups": frame["unit"], "use_correction": False}}


def signals(irm):
    return [irm.psi_elements["psi_b"][:, r, 0] for r in range(REPS)]


def residuals(frame, plr):
    l_hat, m_hat = (plr.predictions[n][:, :, 0] for n in ("ml_l", "ml_m"))
    return [(frame["y"].to_numpy() - l_hat[:, r], frame["d"].to_numpy() - m_hat[:, r]) for r in range(REPS)]


def dummies(grouping) -> pd.DataFrame:
    return pd.DataFrame({k: grouping.codes == i for i, k in enumerate(grouping.keys)})


def assert_equal(repetitions, theirs):
    """Splits (R, k) against coefficients and standard errors (k, R), and the covariance by repetition."""
    theta = np.array([[s.theta for s in splits] for splits in repetitions])
    se = np.array([[s.se for s in splits] for splits in repetitions])
    np.testing.assert_allclose(theta.T, theirs.all_coef, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(se.T, theirs.all_se, rtol=0, atol=TOLERANCE)
    for r, splits in enumerate(repetitions):
        influence = np.column_stack([s.influence[0] for s in splits])
        np.testing.assert_allclose(influence.T @ influence, theirs.blp_omega[:, :, r], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("count", [2, 4])
def test_gate_of_the_interactive_model_by_quantile(fitted, count):
    frame, irm, _ = fitted
    grouping = group_by_quantile(frame["x0"].to_numpy(), count, "x0")
    clusters = by("unit", frame["unit"].to_numpy())
    ours = [gate(signal, grouping.codes, clusters, keys=grouping.keys) for signal in signals(irm)]
    assert_equal(ours, irm.gate(dummies(grouping), **by_unit(frame)))


@pytest.mark.parametrize("count", [2, 4])
def test_gate_of_the_partially_linear_model_by_quantile(fitted, count):
    frame, _, plr = fitted
    grouping = group_by_quantile(frame["x0"].to_numpy(), count, "x0")
    clusters = by("unit", frame["unit"].to_numpy())
    ours = [group_effects(*r, grouping.codes, clusters, keys=grouping.keys) for r in residuals(frame, plr)]
    assert_equal(ours, plr.gate(dummies(grouping), **by_unit(frame)))


def test_best_linear_predictor_of_the_interactive_model(fitted):
    frame, irm, _ = fitted
    basis = pd.DataFrame({"1": 1.0, "x0": frame["x0"], "x0^2": frame["x0"] ** 2})
    clusters = by("unit", frame["unit"].to_numpy())
    ours = [best_linear_predictor(signal, basis.to_numpy(), clusters) for signal in signals(irm)]
    theirs = irm.cate(basis, **by_unit(frame))
    assert_equal(ours, theirs)

    grid = np.linspace(-1, 1, 9)
    points = np.column_stack([np.ones(9), grid, grid**2])
    first = [stack_influence([split], clusters) for split in ours[0]]
    curve = effect_curve(first, points, grid, level=0.95, critical=2.0)
    model = theirs.blp_model[0].get_prediction(points).summary_frame(alpha=0.05)
    np.testing.assert_allclose(curve.effect, model["mean"], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(curve.se, model["mean_se"], rtol=0, atol=TOLERANCE)


def test_best_linear_predictor_of_the_partially_linear_model(fitted):
    frame, _, plr = fitted
    clusters = by("unit", frame["unit"].to_numpy())
    w = frame[["x0", "x1"]].to_numpy()
    ours = [linear_effects(*r, w, clusters, names=("d", "d:x0", "d:x1")) for r in residuals(frame, plr)]
    basis = frame[["x0", "x1"]].assign(one=1.0)[["one", "x0", "x1"]]
    assert_equal(ours, plr.cate(basis, **by_unit(frame)))


def test_default_covariance_is_ours_without_clusters(fitted):
    frame, irm, plr = fitted
    grouping = group_by_quantile(frame["x0"].to_numpy(), 3, "x0")
    for ours, theirs in (
        ([gate(s, grouping.codes, keys=grouping.keys) for s in signals(irm)], irm.gate(dummies(grouping))),
        (
            [group_effects(*r, grouping.codes, keys=grouping.keys) for r in residuals(frame, plr)],
            plr.gate(dummies(grouping)),
        ),
    ):
        assert_equal(ours, theirs)


def test_the_small_sample_correction_is_a_factor(fitted):
    """statsmodels: C/(C-1) · (n-1)/(n-k) on the variance."""
    frame, irm, _ = fitted
    n, k = len(frame), 3
    grouping = group_by_quantile(frame["x0"].to_numpy(), k, "x0")
    corrected = irm.gate(dummies(grouping), cov_type="cluster", cov_kwds={"groups": frame["unit"]})
    factor = np.sqrt(UNITS / (UNITS - 1) * (n - 1) / (n - k))
    clusters = by("unit", frame["unit"].to_numpy())
    ours = [gate(signal, grouping.codes, clusters, keys=grouping.keys) for signal in signals(irm)]
    se = np.array([[s.se for s in splits] for splits in ours]).T
    np.testing.assert_allclose(se * factor, corrected.all_se, rtol=0, atol=TOLERANCE)
    assert factor > 1.01

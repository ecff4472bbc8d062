"""Sensitivity to unobserved confounding against DoubleML, from the same predictions.

Tolerance 1e-8, absolute. DoubleML 0.11.4 departs from Chernozhukov et al. (2022), and from the authors' R
package dml.sensemakr, in three ways, each shown here; tests/estimate/test_sensitivity.py proves the standard
errors of gipspec by derivatives.

1. It takes the influence of θ̂ with the opposite sign (ψ/J for -ψ/J), so that the standard error of the lower
   bound is that of the upper one and the other way round; `as_doubleml` does the same for the comparison.
2. Over repetitions `se` follows a rule of its own, and `ci` is the median of the repetitions' intervals.
3. For the att, the influence of ν² leaves the estimation of P(D = 1) out.

Its robustness values come from a minimiser with a tolerance of 1e-5.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import doubleml
import numpy as np
import pytest
from doubleml.utils import DMLDummyClassifier, DMLDummyRegressor
from doubleml.utils.gain_statistics import gain_statistics
from parity_samples import by, equal_folds, make_panel, quietly, set_folds

from gipspec.estimate import Clusters, Split, cluster_influence, plr
from gipspec.estimate.sensitivity import (
    irm_elements,
    plr_elements,
    robustness_value,
    sensitivity_benchmark,
    sensitivity_bounds,
    sensitivity_contours,
)

TOLERANCE = 1e-8
MINIMISER = 1e-4
REPS = 3
CF_Y, CF_D, RHO, LEVEL, NULL = 0.08, 0.11, 0.9, 0.9, 0.1


def sample(units=30, periods=6, seed=0):
    """A panel with a binary treatment, skewed errors, and predictions for three repetitions, two models."""
    frame = make_panel(units, periods, seed=seed, binary=True)
    rng = np.random.default_rng(seed + 1)
    n = len(frame)
    y = frame["y"].to_numpy() + frame["d"].to_numpy() * (rng.exponential(size=n) - 1) * 2
    noise = 0.2 * rng.normal(size=(3, n, REPS))
    x0, x1 = frame[["x0", "x1"]].to_numpy().T[:, :, None]
    g_hat = x0 * x1 + 0.3 * x0
    predictions = {
        "ml_l": 0.3 + g_hat + noise[0],
        "ml_g0": g_hat + noise[0],
        "ml_g1": 0.5 + g_hat + noise[1],
        "ml_m": np.clip(1 / (1 + np.exp(-x0 - noise[2])), 0.05, 0.95),
    }
    short = {name: 0.6 * p + 0.4 * p.mean(axis=0) for name, p in predictions.items()}
    return frame.assign(y=y), predictions, short


def keep(predictions, names, reps):
    return {"d": {name: predictions[name][:, :reps] for name in names}}


def doubleml_plr(frame, predictions, reps=REPS, folds=None):
    cluster = None if folds is None else "unit"
    data = doubleml.DoubleMLData(frame, "y", "d", ["x0"], cluster_cols=cluster)
    with quietly():
        model = doubleml.DoubleMLPLR(
            data,
            DMLDummyRegressor(),
            DMLDummyRegressor(),
            n_folds=5,
            n_rep=reps,
            draw_sample_splitting=folds is None,
        )
        if folds is not None:
            set_folds(model, [folds] * reps, frame["unit"].to_numpy())
        model.fit(external_predictions=keep(predictions, ("ml_l", "ml_m"), reps))
    return model


def doubleml_irm(frame, predictions, score, reps=REPS):
    data = doubleml.DoubleMLData(frame, "y", "d", ["x0"])
    with quietly():
        model = doubleml.DoubleMLIRM(data, DMLDummyRegressor(), DMLDummyClassifier(), n_rep=reps, score=score)
        model.fit(external_predictions=keep(predictions, ("ml_g0", "ml_g1", "ml_m"), reps))
    return model


def our_plr(frame, predictions, reps=REPS, clusters=None):
    clusters = clusters or Clusters()
    y, d = frame["y"].to_numpy(), frame["d"].to_numpy()
    found = []
    for r in range(reps):
        l_hat, m_hat = predictions["ml_l"][:, r], predictions["ml_m"][:, r]
        (split,) = plr(y, d[:, None], l_hat, m_hat[:, None], clusters)
        found.append(plr_elements(y, d, l_hat, m_hat, split, clusters))
    return found


def our_irm(frame, predictions, model, target, reps=REPS):
    """θ and its influence come from DoubleML; the sensitivity to what it omits is ours."""
    y, d = frame["y"].to_numpy(), frame["d"].to_numpy()
    found = []
    for r in range(reps):
        g0, g1, m = (predictions[name][:, r] for name in ("ml_g0", "ml_g1", "ml_m"))
        influence = cluster_influence(model.psi[:, r, 0], model.psi_deriv[:, r, 0], Clusters())
        split = Split(theta=model.all_coef[0, r], se=model.all_se[0, r], influence=influence)
        found.append(irm_elements(y, d, g0, g1, m, split, target=target))
    return found


def as_doubleml(elements):
    return [replace(e, covariance=-e.covariance) for e in elements]


def analysed(model, cf_y=CF_Y, cf_d=CF_D, null=NULL):
    model.sensitivity_analysis(cf_y=cf_y, cf_d=cf_d, rho=RHO, level=LEVEL, null_hypothesis=null)
    return {
        name: {side: float(value[0]) for side, value in model.sensitivity_params[name].items()}
        for name in ("theta", "se", "ci")
    }


def close(a, b, tolerance=TOLERANCE):
    return a == pytest.approx(b, rel=0, abs=tolerance)


def assert_elements(elements, model):
    for r, found in enumerate(elements):
        assert close(found.sigma2, model.sensitivity_elements["sigma2"][0, r, 0])
        assert close(found.nu2, model.sensitivity_elements["nu2"][0, r, 0])


def assert_bounds(elements, model):
    """One repetition: bounds, standard errors and interval, its sign of the covariance granted."""
    theirs = analysed(model)
    ours = sensitivity_bounds(as_doubleml(elements), CF_Y, CF_D, RHO, level=LEVEL)
    assert close(ours.lower, theirs["theta"]["lower"])
    assert close(ours.upper, theirs["theta"]["upper"])
    assert close(ours.se_lower, theirs["se"]["lower"])
    assert close(ours.se_upper, theirs["se"]["upper"])
    assert close(ours.ci[0], theirs["ci"]["lower"])
    assert close(ours.ci[1], theirs["ci"]["upper"])
    right = sensitivity_bounds(elements, CF_Y, CF_D, RHO, level=LEVEL)
    assert close(right.se_lower, theirs["se"]["upper"])
    assert close(right.se_upper, theirs["se"]["lower"])
    assert abs(right.se_lower - theirs["se"]["lower"]) > 1e-4


def test_plr():
    frame, predictions, _ = sample()
    elements, model = our_plr(frame, predictions, reps=1), doubleml_plr(frame, predictions, reps=1)
    assert_elements(elements, model)
    assert_bounds(elements, model)


@pytest.mark.parametrize("units", [30, 35])
def test_clustered_plr_with_equal_folds(units):
    frame, predictions, _ = sample(units)
    unit = frame["unit"].to_numpy()
    folds = equal_folds(units, 5, seed=0)[unit]
    elements = our_plr(frame, predictions, reps=1, clusters=by("unit", unit))
    model = doubleml_plr(frame, predictions, reps=1, folds=folds)
    assert_elements(elements, model)
    assert_bounds(elements, model)


def test_irm():
    frame, predictions, _ = sample()
    model = doubleml_irm(frame, predictions, "ATE", reps=1)
    elements = our_irm(frame, predictions, model, "ate", reps=1)
    assert_elements(elements, model)
    assert_bounds(elements, model)


def test_att_whose_standard_errors_leave_out_the_share_treated():
    frame, predictions, _ = sample()
    model = doubleml_irm(frame, predictions, "ATTE", reps=1)
    (found,) = our_irm(frame, predictions, model, "att", reps=1)
    assert_elements([found], model)
    theirs = analysed(model)
    ours = sensitivity_bounds([found], CF_Y, CF_D, RHO, level=LEVEL)
    assert close(ours.lower, theirs["theta"]["lower"])
    assert close(ours.upper, theirs["theta"]["upper"])

    d, sigma2, nu2 = frame["d"].to_numpy(), found.sigma2, found.nu2
    share = d.mean()
    psi_share = -2 * nu2 * (d - share) / share * sigma2 / (2 * np.sqrt(sigma2 * nu2))
    psi_bias = model.framework.sensitivity_elements["psi_max_bias"][:, 0, 0]
    n = len(d)
    assert close(found.bias_variance, np.sum((psi_bias + psi_share) ** 2) / n**2)
    assert abs(found.bias_variance / (np.sum(psi_bias**2) / n**2) - 1) > 0.05


@pytest.mark.parametrize("kind", ["plr", "irm"])
def test_repetitions(kind):
    frame, predictions, _ = sample()
    if kind == "plr":
        elements, model = our_plr(frame, predictions), doubleml_plr(frame, predictions)
    else:
        model = doubleml_irm(frame, predictions, "ATE")
        elements = our_irm(frame, predictions, model, "ate")
    assert_elements(elements, model)
    theirs = analysed(model)
    ours = sensitivity_bounds(elements, CF_Y, CF_D, RHO, level=LEVEL)
    assert close(ours.lower, theirs["theta"]["lower"])
    assert close(ours.upper, theirs["theta"]["upper"])
    each = [sensitivity_bounds([e], CF_Y, CF_D, RHO, level=LEVEL) for e in as_doubleml(elements)]
    assert close(np.median([b.ci[0] for b in each]), theirs["ci"]["lower"])
    assert close(np.median([b.ci[1] for b in each]), theirs["ci"]["upper"])
    highest = np.median([b.lower + 1.96 * b.se_lower for b in each])
    assert close((highest - ours.lower) / 1.96, theirs["se"]["lower"])


@pytest.mark.parametrize("null", [0.0, 0.1, 3.0])
def test_robustness_values(null):
    frame, predictions, _ = sample()
    for reps in (1, REPS):
        elements = our_plr(frame, predictions, reps)
        model = doubleml_plr(frame, predictions, reps)
        analysed(model, null=null)
        theirs = model.sensitivity_params
        ours = robustness_value(elements, null, RHO, level=LEVEL)
        assert close(ours.rv, theirs["rv"][0], MINIMISER)
        if reps == 1:
            f = abs(elements[0].theta - null) / (RHO * np.sqrt(elements[0].sigma2 * elements[0].nu2))
            assert close(ours.rv, (np.sqrt(f**4 + 4 * f**2) - f**2) / 2)
            assert close(
                robustness_value(as_doubleml(elements), null, RHO, level=LEVEL).rva,
                theirs["rva"][0],
                MINIMISER,
            )


def test_contours():
    frame, predictions, _ = sample()
    elements, model = our_plr(frame, predictions, reps=1), doubleml_plr(frame, predictions, reps=1)
    cf_y, cf_d = np.linspace(0, 0.3, 4), np.linspace(0, 0.2, 3)
    grid = sensitivity_contours(as_doubleml(elements), cf_y, cf_d, 0.0, RHO, level=LEVEL)
    for i, a in enumerate(cf_y):
        for j, b in enumerate(cf_d):
            theirs = analysed(model, float(a), float(b))
            assert close(grid.bound[i, j], theirs["theta"]["lower"])
            assert close(grid.ci[i, j], theirs["ci"]["lower"])


@pytest.mark.parametrize("kind", ["plr", "irm"])
def test_benchmarks(kind):
    frame, predictions, short = sample()
    models, ours = [], []
    for used in (predictions, short):
        if kind == "plr":
            models.append(doubleml_plr(frame, used))
            ours.append(our_plr(frame, used))
        else:
            models.append(doubleml_irm(frame, used, "ATE"))
            ours.append(our_irm(frame, used, models[-1], "ate"))
    theirs, found = gain_statistics(*models), sensitivity_benchmark(*ours)
    for name in ("cf_y", "cf_d", "rho", "delta_theta"):
        assert close(getattr(found, name), theirs[name][0])
    assert 0 < found.cf_y < 1
    assert kind == "irm" or 0 < found.cf_d < 1


def test_the_level_is_one_sided_on_either_side():
    frame, predictions, _ = sample()
    elements, model = our_plr(frame, predictions, reps=1), doubleml_plr(frame, predictions, reps=1)
    found = sensitivity_bounds(elements, 0.0, 0.0, level=LEVEL)
    quantile = NormalDist().inv_cdf(LEVEL)
    assert close(found.ci[0], model.coef[0] - quantile * model.se[0])
    assert close(found.ci[0], model.confint(level=2 * LEVEL - 1).iloc[0, 0])

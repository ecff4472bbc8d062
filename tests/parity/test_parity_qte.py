"""Quantiles of potential outcomes against DoubleMLPQ and DoubleMLQTE, given the same predictions.

Tolerance 1e-8, absolute. DoubleML seeks the root of a step function numerically and may end just below the
outcome at the step, whose rows its scores then do not count; scores, density and standard errors are
therefore compared at one and the same θ as well.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pandas as pd
import pytest
from doubleml.utils import DMLDummyClassifier, PSProcessorConfig
from parity_samples import by, equal_folds, quietly, set_folds
from scipy.stats import norm

from gipspec.estimate.influence import NO_CLUSTERS, split_of
from gipspec.estimate.qte import (
    arm_weights,
    density,
    potential_quantile,
    quantile_effect,
    quantile_score,
)

TOLERANCE = 1e-8
UNITS, PERIODS = 60, 5
QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9]


def make(seed=0, n=UNITS * PERIODS):
    """Predictions that err, propensities beyond the bounds."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(UNITS), n // UNITS)
    x = rng.normal(size=n) + 0.3 * rng.normal(size=UNITS)[unit]
    m = 1 / (1 + np.exp(-1.5 * x))
    d = (rng.uniform(size=n) < m).astype(float)
    y = np.exp(0.3 * x + 0.4 * d + 0.3 * rng.normal(size=UNITS)[unit] + 0.3 * rng.normal(size=n))
    m_hat = np.clip(m + rng.normal(scale=0.1, size=n), 0.001, 0.999)
    g = {
        (arm, q): norm.cdf((np.log(np.quantile(y[d == arm], q)) - 0.3 * x - 0.4 * arm) / 0.45)
        for arm in (0, 1)
        for q in QUANTILES
    }
    return y, d, m_hat, {key: np.clip(p + rng.normal(scale=0.05, size=n), 0, 1) for key, p in g.items()}, unit


def run_doubleml(y, d, m_hat, g_hat, arm, quantile, trim=0.02, cluster=None):
    folds = [equal_folds(UNITS, 5, seed=3)[np.repeat(np.arange(UNITS), PERIODS)]]
    frame = pd.DataFrame({"y": y, "d": d, "x": np.zeros(len(y))})
    if cluster is not None:
        frame = frame.assign(cluster=cluster)
    with quietly():
        data = doubleml.DoubleMLData(
            frame, "y", "d", "x", cluster_cols=None if cluster is None else "cluster"
        )
        model = doubleml.DoubleMLPQ(
            data,
            DMLDummyClassifier(),
            DMLDummyClassifier(),
            treatment=arm,
            quantile=quantile,
            n_folds=5,
            draw_sample_splitting=False,
            ps_processor_config=PSProcessorConfig(clipping_threshold=trim),
        )
        set_folds(model, folds, cluster)
        return model.fit(
            external_predictions={"d": {"ml_g": g_hat[:, None].copy(), "ml_m": m_hat[:, None].copy()}}
        )


def ours(y, d, m_hat, g_hat, arm, quantile, clusters=NO_CLUSTERS):
    p_hat = m_hat if arm else 1 - m_hat
    return potential_quantile(y, d == arm, g_hat, p_hat, quantile, clusters, trim=0.02)


def at_its_root(model, y, d, m_hat, g_hat, arm, quantile, clusters=NO_CLUSTERS):
    """Our scores and density at DoubleML's θ."""
    theta = model.all_coef[0, 0]
    weights = arm_weights(d == arm, m_hat if arm else 1 - m_hat, 0.02)
    psi = quantile_score(y, weights, g_hat, quantile, theta)
    slope = np.full(len(y), density(y, weights, theta))
    return psi, slope, split_of(theta, psi, slope, clusters)


@pytest.mark.parametrize("quantile", QUANTILES)
@pytest.mark.parametrize("arm", [0, 1])
def test_potential_quantiles(arm, quantile):
    for seed in range(3):
        y, d, m_hat, g_hats, _ = make(seed)
        sample = (y, d, m_hat, g_hats[arm, quantile], arm, quantile)
        model = run_doubleml(*sample)
        psi, slope, split = at_its_root(model, *sample)
        np.testing.assert_allclose(psi, model.psi[:, 0, 0], rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(slope, model.psi_deriv[:, 0, 0], rtol=0, atol=TOLERANCE)
        assert split.se == pytest.approx(model.all_se[0, 0], abs=TOLERANCE)
        found = ours(*sample)
        assert found.theta == pytest.approx(model.all_coef[0, 0], abs=TOLERANCE)
        if model.all_coef[0, 0] >= found.theta:
            assert found.se == pytest.approx(model.all_se[0, 0], abs=TOLERANCE)


def test_clustered():
    for arm, quantile in [(0, 0.25), (1, 0.5), (1, 0.9)]:
        y, d, m_hat, g_hats, unit = make(5)
        sample = (y, d, m_hat, g_hats[arm, quantile], arm, quantile)
        model = run_doubleml(*sample, cluster=unit)
        *_, split = at_its_root(model, *sample, by("unit", unit))
        assert split.se == pytest.approx(model.all_se[0, 0], abs=TOLERANCE)
        found = ours(*sample, by("unit", unit))
        assert found.theta == pytest.approx(model.all_coef[0, 0], abs=TOLERANCE)


@pytest.mark.parametrize("quantile", QUANTILES)
def test_the_effect_is_the_difference_that_doublemlqte_makes(quantile):
    """DoubleMLQTE takes no predictions; what it does with two DoubleMLPQ is their frameworks' difference."""
    compared = 0
    for seed in range(8):
        y, d, m_hat, g_hats, _ = make(seed)
        models = [run_doubleml(y, d, m_hat, g_hats[arm, quantile], arm, quantile) for arm in (0, 1)]
        gap = models[1].framework - models[0].framework
        found = quantile_effect(y, d, g_hats[1, quantile], g_hats[0, quantile], m_hat, quantile, trim=0.02)
        assert found.effect.theta == pytest.approx(gap.all_thetas[0, 0], abs=TOLERANCE)
        splits = (found.untreated, found.treated)
        if all(m.all_coef[0, 0] >= s.theta for m, s in zip(models, splits, strict=True)):
            assert found.effect.se == pytest.approx(gap.all_ses[0, 0], abs=TOLERANCE)
            compared += 1
    assert compared > 0

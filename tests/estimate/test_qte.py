"""Quantiles of potential outcomes by definition, under known nuisances, and where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from estimate_samples import by_unit
from scipy.stats import gaussian_kde, norm

from gipspec.diagnostics import GipError
from gipspec.estimate.qte import arm_weights, density, potential_quantile, quantile_effect, quantile_score

N = 400


def make(seed=0, n=N):
    """Y(0) = x + e, Y(1) = 1 + x + 2e; the nuisances are those that are true."""
    rng = np.random.default_rng(seed)
    x, e = rng.normal(size=(2, n))
    m = 1 / (1 + np.exp(-0.7 * x))
    d = (rng.uniform(size=n) < m).astype(float)
    return np.where(d == 1, 1 + x + 2 * e, x + e), d, m, x


def true_g(x, quantile):
    z = norm.ppf(quantile)
    return norm.cdf((5**0.5 * z - x) / 2), norm.cdf(2**0.5 * z - x)


def truth(quantile):
    return 1 + (5**0.5 - 2**0.5) * norm.ppf(quantile)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_without_confounding_it_is_the_quantile_of_the_arm(quantile):
    y, d, _, _ = make()
    found = potential_quantile(y, d == 1, np.full(N, quantile), np.full(N, 0.5), quantile)
    assert found.theta == np.quantile(y[d == 1], quantile, method="inverted_cdf")


@pytest.mark.parametrize("quantile", [0.15, 0.5, 0.9])
def test_estimates_and_standard_errors_under_true_nuisances(quantile):
    effects = []
    for seed in range(200):
        y, d, m, x = make(seed)
        g1, g0 = true_g(x, quantile)
        effects.append(quantile_effect(y, d, g1, g0, m, quantile).effect)
    theta, se = np.array([e.theta for e in effects]), np.array([e.se for e in effects])
    assert abs(theta.mean() - truth(quantile)) < 3 * theta.std() / 200**0.5
    assert se.mean() == pytest.approx(theta.std(), rel=0.15)
    assert 0.9 <= np.mean(np.abs(theta - truth(quantile)) < 1.96 * se) <= 0.99


def test_an_error_in_one_nuisance_alone_does_no_harm():
    """The score is doubly robust: g far off with the true propensity, and the other way round."""
    y, d, m, x = make(7, 40_000)
    g1, _ = true_g(x, 0.5)
    for g_hat, p_hat in ((np.full(y.size, 0.2), m), (g1, np.full(y.size, 0.5))):
        found = potential_quantile(y, d == 1, g_hat, p_hat, 0.5)
        assert found.theta == pytest.approx(1, abs=0.06)
    both = potential_quantile(y, d == 1, np.full(y.size, 0.2), np.full(y.size, 0.5), 0.5)
    assert both.theta > 1.2


def test_the_score_has_its_root_at_the_estimate():
    y, d, m, x = make(1)
    y = np.round(y, 1)  # several rows have one and the same outcome
    g1, _ = true_g(x, 0.3)
    weights = arm_weights(d == 1, m, 0.01)
    theta = potential_quantile(y, d == 1, g1, m, 0.3).theta
    assert quantile_score(y, weights, g1, 0.3, theta).mean() >= 0
    assert quantile_score(y, weights, g1, 0.3, theta - 1e-9).mean() < 0
    assert weights.mean() == pytest.approx(1)
    assert weights[d == 0].max() == 0


def test_the_standard_error_by_hand_with_clusters():
    y, d, m, x = make(2)
    g1, g0 = true_g(x, 0.5)
    unit = np.arange(N) // 4
    found = quantile_effect(y, d, g1, g0, m, 0.5, by_unit(unit))
    psi = {}
    for name, arm, g, p in (("treated", d == 1, g1, m), ("untreated", d == 0, g0, 1 - m)):
        weights = (arm / p) / np.mean(arm / p)
        theta = getattr(found, name).theta
        psi[name] = (weights * ((y <= theta) - g) + g - 0.5) / density(y, weights, theta)
    sums = np.bincount(unit, psi["treated"] - psi["untreated"])
    assert found.effect.se == pytest.approx(np.sqrt(np.sum(sums**2)) / N, rel=1e-12)
    assert found.effect.theta == found.treated.theta - found.untreated.theta


def test_the_density_is_a_weighted_kernel_estimate_with_silvermans_bandwidth():
    rng = np.random.default_rng(3)
    y, weights = rng.normal(size=300), rng.uniform(size=300)
    upper, lower = np.percentile(y, [75, 25])
    h = 0.9 * min(y.std(ddof=1), (upper - lower) / 1.349) * 300**-0.2
    scale = h / np.sqrt(np.cov(y, aweights=weights))
    assert density(y, weights, 0.3) == pytest.approx(
        gaussian_kde(y, bw_method=float(scale), weights=weights)(0.3)[0], rel=1e-10
    )
    half = np.append(np.zeros(200), np.linspace(1, 2, 40))  # no interquartile range
    h = 0.9 * half.std(ddof=1) * 240**-0.2
    by_hand = np.mean(norm.pdf((half - 1.5) / h)) / h
    assert density(half, np.ones(240), 1.5) == pytest.approx(by_hand, rel=1e-12)


def test_units_of_measurement_and_the_roles_of_the_arms():
    y, d, m, x = make(4)
    g1, g0 = true_g(x, 0.6)
    base = quantile_effect(y, d, g1, g0, m, 0.6)
    scaled = quantile_effect(5 + 100 * y, d, g1, g0, m, 0.6)
    assert scaled.treated.theta == pytest.approx(5 + 100 * base.treated.theta, rel=1e-12)
    assert scaled.effect.se == pytest.approx(100 * base.effect.se, rel=1e-9)
    swapped = quantile_effect(y, 1 - d, g0, g1, 1 - m, 0.6)
    assert swapped.effect.theta == pytest.approx(-base.effect.theta, rel=1e-12)
    assert swapped.effect.se == pytest.approx(base.effect.se, rel=1e-12)


def test_quantiles_rise():
    y, d, m, x = make(5)
    found = [potential_quantile(y, d == 1, true_g(x, q)[0], m, q).theta for q in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert found == sorted(found)


def code(*args, **more):
    with pytest.raises(GipError) as error:
        potential_quantile(*args, **more)
    return [p.code for p in error.value.problems]


def test_what_cannot_be_estimated_is_refused():
    y, d, m, x = make(6)
    arm, g1 = d == 1, true_g(x, 0.5)[0]
    low, high = np.where(arm, 0.0, 0.9), np.where(arm, 0.9, 0.0)
    assert code(y, arm, low, m, 0.05) == ["G420"]
    assert code(y, arm, high, m, 0.95) == ["G420"]
    assert code(y, arm, np.where(x > 0, np.nan, g1), m, 0.5) == ["G406"]
    assert code(y, arm, g1, 1 - d, 0.5) == ["G406"]
    assert code(y, arm, g1, m, 0.5, by_unit(np.zeros(N, dtype=np.int64))) == ["G407"]

"""Sensitivity to unobserved confounding: formulas, derivatives by weights, and a model with a confounder."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from estimate_samples import by_unit, make

from gipspec.estimate import Clusters, Split, aggregate, cluster_influence, plr
from gipspec.estimate.residuals import single_treatment
from gipspec.estimate.sensitivity import (
    SensitivityElements,
    irm_elements,
    plr_elements,
    robustness_value,
    sensitivity_benchmark,
    sensitivity_bounds,
    sensitivity_contours,
    strength,
)

QUANTILE = NormalDist().inv_cdf(0.95)


def skewed(units=40, seed=3):
    """Unequal clusters, errors and treatments so skewed that θ̂ and its largest bias move together."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(1, 8, units))
    n = len(unit)
    m_hat, l_hat = rng.normal(size=n), rng.normal(size=n)
    v = rng.exponential(size=n) - 1 + 0.5 * (rng.exponential(size=units) - 1)[unit]
    y = l_hat + 0.7 * v + v * (rng.exponential(size=n) - 1) + rng.exponential(size=n) - 1
    return y, m_hat + v, l_hat, m_hat, unit


def interactive(units=60, seed=4):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(1, 6, units))
    n = len(unit)
    x = rng.normal(size=n) + 0.5 * rng.normal(size=units)[unit]
    m_hat = np.clip(1 / (1 + np.exp(-x)), 0.1, 0.9)
    d = (rng.uniform(size=n) < m_hat).astype(float)
    g0_hat, g1_hat = x + 0.1 * rng.normal(size=n), 1 + 0.5 * x
    y = np.where(d == 1, g1_hat, g0_hat) + (1 + d) * (rng.exponential(size=n) - 1)
    return y, d, g0_hat, g1_hat, m_hat, unit


def irm_split(y, d, g0, g1, m, clusters, target):
    """The doubly robust estimate by hand: θ = Σ(weight·(g1 - g0) + α(Y - g_D)) / Σ weight."""
    weight, size = (d, m) if target == "att" else (np.ones(len(d)), np.ones(len(d)))
    alpha = size * (d / m - (1 - d) / (1 - m))
    psi_b = weight * (g1 - g0) + alpha * (y - np.where(d == 1, g1, g0))
    theta = psi_b.sum() / weight.sum()
    influence = cluster_influence(psi_b - theta * weight, -weight, clusters)
    return Split(theta=theta, se=np.sqrt(sum(np.sum(i**2) for i in influence)), influence=influence)


def plr_bound(weight, size, y, d, l_hat, m_hat):
    """θ + size · S with rows weighted, from its definition."""
    u, v = y - l_hat, d - m_hat
    theta = np.average(u * v, weights=weight) / np.average(v**2, weights=weight)
    sigma2 = np.average((u - theta * v) ** 2, weights=weight)
    return theta + size * np.sqrt(sigma2 / np.average(v**2, weights=weight))


def irm_bound(weight, size, y, d, g0, g1, m, target):
    share = np.average(d, weights=weight)
    of, factor = (d / share, m / share) if target == "att" else (np.ones(len(d)), np.ones(len(d)))
    alpha = factor * (d / m - (1 - d) / (1 - m))
    error = y - np.where(d == 1, g1, g0)
    theta = np.average(of * (g1 - g0) + alpha * error, weights=weight)
    nu2 = np.average(2 * of * factor * (1 / m + 1 / (1 - m)) - alpha**2, weights=weight)
    return theta + size * np.sqrt(np.average(error**2, weights=weight) * nu2)


def by_weights(bound, unit, step=1e-4):
    """The infinitesimal jackknife: the squared derivatives of a statistic by the weight of each cluster."""
    slopes = []
    for c in np.unique(unit):
        move = step * (unit == c)
        slopes.append((bound(1 + move) - bound(1 - move)) / (2 * step))
    return np.sqrt(np.sum(np.square(slopes)))


def by_formula(elements, size, level=0.95):
    bounds = sensitivity_bounds(elements, size**2, 0.5, level=level)
    assert strength(size**2, 0.5) == pytest.approx(size)
    return bounds


@pytest.mark.parametrize("clustered", [True, False])
def test_standard_errors_of_plr_bounds_are_derivatives_by_weights(clustered):
    *arrays, unit = skewed()
    y, d, l_hat, m_hat = arrays
    clusters, groups = (by_unit(unit), unit) if clustered else (Clusters(), np.arange(len(y)))
    (split,) = plr(y, d[:, None], l_hat, m_hat[:, None], clusters)
    found = by_formula([plr_elements(*arrays, split, clusters)], 0.6)
    for side, bound, se in ((-0.6, found.lower, found.se_lower), (0.6, found.upper, found.se_upper)):
        assert bound == pytest.approx(plr_bound(np.ones(len(y)), side, *arrays), rel=1e-10)
        assert se == pytest.approx(by_weights(lambda w, s=side: plr_bound(w, s, *arrays), groups), rel=1e-6)
    assert abs(found.se_upper / found.se_lower - 1) > 0.1


@pytest.mark.parametrize("target", ["ate", "att"])
@pytest.mark.parametrize("clustered", [True, False])
def test_standard_errors_of_irm_bounds_are_derivatives_by_weights(target, clustered):
    *arrays, unit = interactive()
    clusters, groups = (by_unit(unit), unit) if clustered else (Clusters(), np.arange(len(unit)))
    elements = irm_elements(*arrays, irm_split(*arrays, clusters, target), clusters, target=target)
    found = by_formula([elements], 0.6)
    for side, bound, se in ((-0.6, found.lower, found.se_lower), (0.6, found.upper, found.se_upper)):
        assert bound == pytest.approx(irm_bound(np.ones(len(unit)), side, *arrays, target), rel=1e-10)
        derived = by_weights(lambda w, s=side: irm_bound(w, s, *arrays, target), groups)
        assert se == pytest.approx(derived, rel=1e-6)
    assert not elements.plugin


def test_two_dimensions_of_clusters_add_up():
    y, d, l_hat, m_hat, unit = skewed()
    time = np.random.default_rng(0).integers(0, 5, len(y))
    both = Clusters(
        dimensions=("unit", "time"),
        names=(by_unit(unit).names[0], tuple("01234")),
        codes=(unit, time),
    )

    def by(clusters):
        (split,) = plr(y, d[:, None], l_hat, m_hat[:, None], clusters)
        return by_formula([plr_elements(y, d, l_hat, m_hat, split, clusters)], 0.4)

    parts = [by(c) for c in (by_unit(unit), replace(by_unit(time), dimensions=("time",)))]
    assert by(both).se_lower ** 2 == pytest.approx(sum(p.se_lower**2 for p in parts), rel=1e-10)
    assert by(both).se_upper ** 2 == pytest.approx(sum(p.se_upper**2 for p in parts), rel=1e-10)


def test_without_confounding_bounds_are_the_estimate():
    *arrays, unit = skewed()
    y, d, l_hat, m_hat = arrays
    rng = np.random.default_rng(0)
    splits, elements = [], []
    for _ in range(3):
        l_r = l_hat + 0.3 * rng.normal(size=len(y))
        (split,) = plr(y, d[:, None], l_r, m_hat[:, None], by_unit(unit))
        splits.append(split)
        elements.append(plr_elements(y, d, l_r, m_hat, split, by_unit(unit)))
    reported = aggregate(splits, 0.9)
    for cf_y, cf_d, rho in ((0, 0.3, 1), (0.3, 0, 1), (0.3, 0.3, 0)):
        found = sensitivity_bounds(elements, cf_y, cf_d, rho, level=0.95)
        assert found.lower == found.upper == reported.coef
        assert found.se_lower == pytest.approx(reported.se, rel=1e-10)
        assert found.ci == pytest.approx(reported.ci, rel=1e-10)


def test_strength_is_the_formula_of_the_paper():
    assert strength(0.04, 0.2) == pytest.approx(np.sqrt(0.04 * 0.25))
    assert strength(0.04, 0.2, -0.5) == pytest.approx(0.5 * np.sqrt(0.04 * 0.25))


def test_an_omitted_confounder_moves_the_effect_by_exactly_the_bound():
    """A normal linear model in which the shares of the confounder are known: its bias is strength · S."""
    rng = np.random.default_rng(5)
    n, theta, in_d, in_y = 400_000, 0.5, 0.6, 0.8
    a, e, u = rng.normal(size=(3, n))
    d = in_d * a + e
    y = theta * d + in_y * a + u
    nothing = np.zeros(n)
    (short,) = plr(y, d[:, None], nothing, nothing[:, None])
    elements = plr_elements(y, d, nothing, nothing, short)
    cf_d = in_d**2 / (in_d**2 + 1)  # the share of D's variance that A explains
    error = in_y**2 / (in_d**2 + 1) + 1  # variance of the short regression's error
    cf_y = (error - 1) / error
    found = sensitivity_bounds([elements], cf_y, cf_d)
    assert found.lower == pytest.approx(theta, abs=4 * found.se_lower)
    assert found.lower < short.theta - 0.3

    (long,) = plr(y, d[:, None], in_y * a + theta * in_d * a, in_d * a[:, None])
    gains = sensitivity_benchmark([plr_elements(y, d, (in_y + theta * in_d) * a, in_d * a, long)], [elements])
    assert gains.cf_y == pytest.approx(error - 1, abs=0.01)  # relative to what the long regression leaves
    assert gains.cf_d == pytest.approx(in_d**2, abs=0.01)
    assert gains.rho == pytest.approx(1, abs=0.01)
    assert gains.delta_theta == pytest.approx(in_y * in_d / (in_d**2 + 1), abs=0.01)


def one(theta=0.5, sigma2=4.0, nu2=0.25, variance=0.01, bias_variance=0.0025, covariance=0.002):
    return SensitivityElements(
        theta=theta,
        sigma2=sigma2,
        nu2=nu2,
        variance=variance,
        bias_variance=bias_variance,
        covariance=covariance,
    )


@pytest.mark.parametrize(("null", "rho"), [(0.0, 1.0), (0.2, 1.0), (1.3, 1.0), (0.0, -0.4), (0.5001, 0.7)])
def test_robustness_value_has_its_closed_form(null, rho):
    f = abs(0.5 - null) / abs(rho)  # S is one
    found = robustness_value([one()], null, rho)
    assert found.rv == pytest.approx((np.sqrt(f**4 + 4 * f**2) - f**2) / 2, rel=1e-9)


@pytest.mark.parametrize(("null", "rho", "level"), [(0.0, 1.0, 0.95), (1.0, 0.6, 0.9), (0.1, -1.0, 0.99)])
def test_confounding_of_that_robustness_reaches_the_null(null, rho, level):
    elements = [one(0.5), one(0.55, covariance=0.001), one(0.47, sigma2=3.6), one(0.5, nu2=0.3)]
    found = robustness_value(elements, null, rho, level=level)
    at_rv = sensitivity_bounds(elements, found.rv, found.rv, rho, level=level)
    at_rva = sensitivity_bounds(elements, found.rva, found.rva, rho, level=level)
    side = 0 if null < 0.5 else 1
    assert (at_rv.lower, at_rv.upper)[side] == pytest.approx(null, abs=1e-9)
    assert at_rva.ci[side] == pytest.approx(null, abs=1e-9)
    assert 0 < found.rva < found.rv < 1


def test_insignificant_estimates_have_no_robust_confidence():
    found = robustness_value([one(theta=0.1)], 0.0)
    assert found.rva == 0
    assert found.rv > 0


def test_what_cannot_move_the_effect_never_reaches_the_null():
    assert robustness_value([one()], 0.0, rho=0.0).rv == 1
    assert robustness_value([one(sigma2=0.0)], 0.0).rv == 1


def test_repetitions_by_hand():
    elements = [one(0.4, variance=0.01), one(0.5, variance=0.04), one(0.7, variance=0.02)]
    found = sensitivity_bounds(elements, 0.04, 0.5, level=0.95)  # a strength of 0.2, S is one
    variances = [v - 2 * 0.2 * 0.002 + 0.04 * 0.0025 for v in (0.01, 0.04, 0.02)]
    away = [(b - 0.3) ** 2 for b in (0.2, 0.3, 0.5)]
    se = np.sqrt(np.median(np.add(variances, away)))
    assert found.lower == pytest.approx(0.3)
    assert found.se_lower == pytest.approx(se, rel=1e-12)
    assert found.ci[0] == pytest.approx(0.3 - QUANTILE * se, rel=1e-12)


def test_mirrored_outcomes_mirror_the_bounds():
    y, d, l_hat, m_hat, unit = skewed()

    def bounds(sign):
        (split,) = plr(sign * y, d[:, None], sign * l_hat, m_hat[:, None], by_unit(unit))
        elements = [plr_elements(sign * y, d, sign * l_hat, m_hat, split, by_unit(unit))]
        return sensitivity_bounds(elements, 0.1, 0.1), robustness_value(elements, sign * 0.05)

    (there, robust), (back, robust_back) = bounds(1), bounds(-1)
    assert there.lower == pytest.approx(-back.upper)
    assert there.se_lower == pytest.approx(back.se_upper)
    assert there.ci == pytest.approx((-back.ci[1], -back.ci[0]))
    assert robust.rva == pytest.approx(robust_back.rva)


def test_contours_are_the_bounds_over_a_grid():
    elements = [one(0.5), one(0.55), one(0.45, sigma2=5.0)]
    cf_y, cf_d = np.array([0.0, 0.1, 0.2]), np.array([0.05, 0.3])
    for null, side in ((0.0, 0), (1.0, 1)):
        grid = sensitivity_contours(elements, cf_y, cf_d, null, 0.8, level=0.9)
        for i, a in enumerate(cf_y):
            for j, b in enumerate(cf_d):
                point = sensitivity_bounds(elements, a, b, 0.8, level=0.9)
                assert grid.bound[i, j] == pytest.approx((point.lower, point.upper)[side], rel=1e-12)
                assert grid.ci[i, j] == pytest.approx(point.ci[side], rel=1e-12)


def test_each_of_several_treatments():
    """ν² of a joint treatment is its diagonal entry in the inverse of the residuals' second moments."""
    y, d, l_hat, m_hat, unit = make(2)
    splits = plr(y, d, l_hat, m_hat, by_unit(unit))
    inverse = np.linalg.inv((d - m_hat).T @ (d - m_hat) / len(y))
    residual = y - l_hat - (d - m_hat) @ np.array([s.theta for s in splits])
    for j, split in enumerate(splits):
        found = plr_elements(y, d[:, j], *single_treatment(y, d, l_hat, m_hat, j), split, by_unit(unit))
        assert found.nu2 == pytest.approx(inverse[j, j], rel=1e-9)
        assert found.sigma2 == pytest.approx(np.mean(residual**2), rel=1e-9)
        assert found.variance == pytest.approx(split.se**2, rel=1e-9)


def test_benchmark_of_a_control_that_does_nothing():
    found = sensitivity_benchmark([one(0.5), one(0.6)], [one(0.5), one(0.7, sigma2=3.9)])
    assert (found.cf_y, found.cf_d) == (0, 0)
    assert found.delta_theta == pytest.approx(0.05)
    assert found.rho == 0.5  # the median of 0 and 1, as in DoubleML


def test_a_debiased_size_of_the_riesz_representer_that_is_negative_is_replaced():
    """Propensities of rare treatments that are far too large for those treated early."""
    d = np.array([1.0, 1.0, 1.0, 0.0])
    m_hat = np.array([0.05, 0.05, 0.05, 0.5])
    y = np.array([1.0, 2.0, 3.0, 4.0])
    split = irm_split(y, d, y * 0, y * 0, m_hat, Clusters(), "ate")
    found = irm_elements(y, d, y * 0, y * 0, m_hat, split)
    assert found.plugin
    assert found.nu2 == pytest.approx((3 * 20**2 + 2**2) / 4)

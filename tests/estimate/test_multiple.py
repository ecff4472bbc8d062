"""Adjusted p-values and joint bands: statsmodels, normal integrals, and error rates in simulations."""

from __future__ import annotations

import time

import numpy as np
import pytest
from estimate_samples import by_unit, make
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm
from statsmodels.stats.multitest import multipletests

from gipspec.diagnostics import GipError
from gipspec.estimate import Clusters, Influence, difference, median_rule, plr, stack_influence
from gipspec.estimate.difference import standard_errors
from gipspec.estimate.multiple import adjust_p, correlation, holm, joint_band, romano_wolf, sup_t

MONTE_CARLO = 4 * 0.5 / np.sqrt(100_000)  # four standard errors of a share, at most, of the default draws


def p_of(t):
    return 2 * norm.sf(np.abs(t))


def influence(theta, values, names=None, dimension="unit") -> Influence:
    """Build an Influence with repetitions: `theta` (R,), `values` (R, C)."""
    values = np.atleast_2d(np.asarray(values, dtype=float))
    names = tuple(names) if names is not None else tuple(f"u{i:03d}" for i in range(values.shape[1]))
    return Influence(
        theta=np.atleast_1d(np.asarray(theta, dtype=float)),
        dimensions=(dimension,),
        clusters=(names,),
        values=(values,),
    )


def of_means(sample) -> list[Influence]:
    """Estimate the means of the columns (C, k) of a sample of clusters."""
    mean = sample.mean(axis=0)
    return [influence(m, (x - m) / len(sample)) for m, x in zip(mean, sample.T, strict=True)]


def equicorrelated(k, r):
    return np.full((k, k), r) + (1 - r) * np.eye(k)


def tail_of_largest(t, k, r):
    """P(max of k standard normals with correlation r exceeds t in absolute value), by one integral."""

    def inside(u):
        a, b = np.sqrt(r) * u, np.sqrt(1 - r)
        return norm.pdf(u) * (norm.cdf((t - a) / b) - norm.cdf((-t - a) / b)) ** k

    return 1 - quad(inside, -9, 9, epsabs=1e-12)[0]


def test_holm_is_that_of_statsmodels():
    rng = np.random.default_rng(0)
    for k in (1, 2, 7, 30):
        p = rng.uniform(size=k) ** 3
        np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-12)
    np.testing.assert_allclose(holm(np.array([0.01, 0.01, 1.0])), [0.03, 0.03, 1.0], rtol=1e-12)


def test_independent_statistics_have_sidaks_formula():
    t = np.array([2.4, -3.1, 0.4, 1.8])
    expected = multipletests(p_of(t), method="holm-sidak")[1]
    by_hand = [1 - (1 - p) ** m for p, m in zip(sorted(p_of(t)), (4, 3, 2, 1), strict=True)]
    np.testing.assert_allclose(sorted(expected), by_hand, rtol=1e-10)
    np.testing.assert_allclose(romano_wolf(t, np.eye(4), seed=1), expected, atol=MONTE_CARLO)
    critical = norm.ppf((1 + 0.95**0.25) / 2)
    assert sup_t(np.eye(4), 0.95, seed=1) == pytest.approx(critical, abs=0.02)


@pytest.mark.parametrize("r", [0.3, 0.8])
def test_correlated_statistics_have_the_integral_of_the_largest(r):
    t = np.array([1.2, -2.6, 2.2, 1.9])
    steps = [tail_of_largest(x, k, r) for x, k in zip(sorted(np.abs(t))[::-1], (4, 3, 2, 1), strict=True)]
    expected = np.maximum.accumulate(steps)[[3, 0, 1, 2]]
    found = romano_wolf(t, equicorrelated(4, r), seed=3)
    np.testing.assert_allclose(found, expected, atol=MONTE_CARLO)
    assert found[1] < multipletests(p_of(t), method="holm-sidak")[1][1]  # the bound does not bind
    critical = sup_t(equicorrelated(4, r), 0.9, seed=3)
    assert tail_of_largest(critical, 4, r) == pytest.approx(0.1, abs=MONTE_CARLO)


def test_any_correlation_has_the_probability_of_a_rectangle():
    factor = np.random.default_rng(4).normal(size=(3, 3))
    v = factor @ factor.T
    v /= np.sqrt(np.outer(np.diag(v), np.diag(v)))
    t = np.array([2.0, 1.5, -1.0])
    largest = 1 - multivariate_normal(cov=v).cdf(np.full(3, 2.0), lower_limit=np.full(3, -2.0))
    assert romano_wolf(t, v, seed=5)[0] == pytest.approx(largest, abs=MONTE_CARLO)


def test_perfect_correlation_costs_nothing():
    t = np.array([2.1, -2.1, 1.0])
    np.testing.assert_allclose(romano_wolf(t, np.ones((3, 3)), seed=1), p_of(t), atol=MONTE_CARLO)
    assert sup_t(np.ones((3, 3)), 0.95, seed=1) == pytest.approx(norm.ppf(0.975), abs=0.02)


def test_one_hypothesis_keeps_its_p_and_its_interval():
    estimate = influence([0.5, 0.52, 0.47], np.random.default_rng(0).normal(0, 0.03, (3, 40)))
    plain = median_rule(estimate.theta, standard_errors(estimate), 0.9)
    found, band = adjust_p([estimate], seed=1), joint_band([estimate], 0.9, seed=1)
    assert found.p[0] == found.holm[0] == plain.p
    assert found.romano_wolf[0] == pytest.approx(plain.p, rel=1e-12)
    assert (band.low[0], band.high[0]) == pytest.approx(plain.ci, abs=1e-12)


def test_small_p_values_do_not_stop_at_one_over_the_draws():
    t = np.array([9.0, 8.0, 1.0])
    found = romano_wolf(t, equicorrelated(3, 0.5), seed=1, draws=100)
    assert np.all(found >= p_of(t))
    assert found[0] <= 3 * p_of(9.0) * (1 + 1e-12)
    assert found[1] <= 2 * p_of(8.0) * (1 + 1e-12)


def test_never_below_the_plain_p_nor_above_holm():
    rng = np.random.default_rng(6)
    for seed in range(50):
        k = int(rng.integers(1, 8))
        sample = rng.normal(size=(30, k)) @ rng.normal(size=(k, k))
        found = adjust_p(of_means(sample), seed=seed, draws=500)
        assert np.all(found.romano_wolf >= found.p - 1e-12)
        assert np.all(found.romano_wolf <= found.holm + 1e-12)


def test_raw_shares_are_below_holm_up_to_monte_carlo_error():
    """The bounds put aside: shares counted here, from draws of Σ_c e_c S_c itself."""
    rng = np.random.default_rng(7)
    sample = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)) + 0.3
    estimates = of_means(sample)
    scores = np.column_stack([e.values[0][0] for e in estimates])
    scores = scores / np.linalg.norm(scores, axis=0)
    draws = np.abs(rng.normal(size=(100_000, 60)) @ scores)
    t = np.array([e.theta[0] / standard_errors(e)[0] for e in estimates])
    order = np.argsort(-np.abs(t))
    shares = [np.mean(draws[:, order[i:]].max(axis=1) >= abs(t[order[i]])) for i in range(5)]
    counted = np.empty(5)
    counted[order] = np.maximum.accumulate(shares)
    found = adjust_p(estimates, seed=7)
    assert np.all(counted <= found.holm + MONTE_CARLO)
    np.testing.assert_allclose(found.romano_wolf, counted, atol=np.sqrt(2) * MONTE_CARLO)


def test_correlation_is_that_of_the_joint_regression():
    y, d, l_hat, m_hat, unit = make(3)
    clusters = by_unit(unit)
    splits = plr(y, d, l_hat, m_hat, clusters)
    v = (d - m_hat).T @ (d - m_hat)
    residual = y - l_hat - (d - m_hat) @ np.array([s.theta for s in splits])
    sums = np.column_stack([np.bincount(unit, weights=(d - m_hat)[:, j] * residual) for j in range(3)])
    covariance = np.linalg.inv(v) @ sums.T @ sums @ np.linalg.inv(v)
    scale = np.sqrt(np.diag(covariance))
    found = correlation([stack_influence([s], clusters) for s in splits])
    np.testing.assert_allclose(found, covariance / np.outer(scale, scale), atol=1e-10)


def test_clusters_are_matched_by_name_in_overlapping_samples():
    a = influence(1.0, [3.0, 4.0], names="ab")
    b = influence(1.0, [4.0, 3.0], names="bc")
    disjoint = influence(1.0, [5.0], names="z")
    expected = [[1, 16 / 25, 0], [16 / 25, 1, 0], [0, 0, 1]]
    np.testing.assert_allclose(correlation([a, b, disjoint]), expected, atol=1e-12)


def test_two_dimensions_of_clusters_add_up():
    def two_way(rows, columns):
        names = (("a", "b"), ("1", "2", "3"))
        values = (np.array([rows], dtype=float), np.array([columns], dtype=float))
        return Influence(theta=np.array([1.0]), dimensions=("unit", "time"), clusters=names, values=values)

    found = correlation([two_way([1, 2], [2, 0, 4]), two_way([2, 1], [4, 2, 2])])
    product, left, right = 1 * 2 + 2 * 1 + 2 * 4 + 4 * 2, 1 + 4 + 4 + 16, 4 + 1 + 16 + 4 + 4
    assert found[0, 1] == pytest.approx(product / np.sqrt(left * right), rel=1e-12)


def test_the_order_of_estimates_does_not_matter():
    rng = np.random.default_rng(8)
    estimates = of_means(rng.normal(size=(25, 6)) @ rng.normal(size=(6, 6)) + 0.2)
    order = rng.permutation(6)
    forward, shuffled = (adjust_p(e, seed=2, draws=2000) for e in (estimates, [estimates[j] for j in order]))
    np.testing.assert_allclose(shuffled.romano_wolf, forward.romano_wolf[order], atol=1e-12)
    bands = [joint_band(e, 0.9, seed=2, draws=2000) for e in (estimates, [estimates[j] for j in order])]
    assert bands[0].critical == pytest.approx(bands[1].critical, abs=1e-9)


def test_the_same_seed_gives_the_same_numbers():
    estimates = of_means(np.random.default_rng(9).normal(size=(25, 4)) + 0.3)
    one, other = (adjust_p(estimates, seed=3, draws=1500) for _ in range(2))
    np.testing.assert_array_equal(one.romano_wolf, other.romano_wolf)
    another = adjust_p(estimates, seed=4, draws=1500)
    assert not np.array_equal(one.romano_wolf, another.romano_wolf)


def test_an_estimate_that_is_no_hypothesis_does_not_count():
    estimates = of_means(np.random.default_rng(10).normal(size=(25, 3)) + 0.4)
    itself, _ = difference(estimates[0], estimates[0], 0.95)
    assert np.isnan(itself.t)
    nothing = influence(0.0, np.zeros(25))
    with_it = adjust_p([estimates[0], nothing, *estimates[1:]], seed=1, draws=1000)
    without = adjust_p(estimates, seed=1, draws=1000)
    assert np.isnan([with_it.p[1], with_it.holm[1], with_it.romano_wolf[1]]).all()
    np.testing.assert_array_equal(np.delete(with_it.romano_wolf, 1), without.romano_wolf)


def test_estimates_with_different_clusters_are_refused():
    a, b = influence(1.0, [1.0, 2.0]), influence(1.0, [1.0, 2.0], dimension="province")
    for attempt in (lambda: adjust_p([a, b], seed=1), lambda: joint_band([a, b], 0.95, seed=1)):
        with pytest.raises(GipError) as error:
            attempt()
        assert error.value.problems[0].code == "G413"


def test_rows_that_are_clusters_of_their_own():
    y, d, l_hat, m_hat, _ = make(2)
    clusters = Clusters.of_rows(range(len(y)))
    splits = plr(y, d, l_hat, m_hat)
    found = adjust_p([stack_influence([s], clusters) for s in splits], seed=1, draws=1000)
    expected = p_of([s.theta / s.se for s in splits])
    np.testing.assert_allclose(found.p, expected, rtol=1e-9)


def test_family_wise_error_coverage_and_power():
    """400 families of five true hypotheses, skewed and correlated, 60 clusters."""
    rng, families, hit, covered, rejected_holm, rejected_rw = np.random.default_rng(11), 400, 0, 0, 0, 0
    root = np.linalg.cholesky(equicorrelated(5, 0.6))
    effect = np.array([0.0, 0.0, 0.0, 0.0, 0.45])
    for seed in range(families):
        sample = (rng.gamma(4.0, size=(60, 5)) - 4.0) / 2.0 @ root.T
        null = of_means(sample)
        hit += adjust_p(null, seed=seed, draws=2000).romano_wolf.min() <= 0.05
        band = joint_band(null, 0.95, seed=seed, draws=2000)
        covered += bool(np.all((band.low <= 0) & (band.high >= 0)))
        one_effect = adjust_p(of_means(sample + effect), seed=seed, draws=2000)
        rejected_holm += one_effect.holm[4] <= 0.05
        rejected_rw += one_effect.romano_wolf[4] <= 0.05
    assert 0.02 <= hit / families <= 0.09
    assert 0.91 <= covered / families <= 0.98
    assert rejected_rw > rejected_holm


def test_sixty_columns_take_little_time():
    rng = np.random.default_rng(12)
    estimates = of_means(rng.normal(size=(281, 60)))
    start = time.perf_counter()
    adjust_p(estimates, seed=1)
    assert time.perf_counter() - start < 5

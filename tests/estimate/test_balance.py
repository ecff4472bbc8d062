"""Balance of controls, histograms and calibration, by hand and against pandas and statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.weightstats import DescrStatsW

from gipspec.estimate import (
    calibration,
    correlations,
    counts,
    mean_difference,
    pooled_deviation,
    score_weights,
    slopes,
)

RNG = np.random.default_rng(5)
X = RNG.normal(size=(200, 3)) * [1.0, 5.0, 0.1] + [0.0, 100.0, 1.0]
D = (RNG.random(200) < 1 / (1 + np.exp(-X[:, 0]))).astype(float)
M = np.clip(1 / (1 + np.exp(-X[:, 0])), 0.1, 0.9)


def test_a_difference_in_units_of_the_pooled_deviation() -> None:
    x, d = np.array([[1.0], [3.0], [2.0], [6.0], [7.0]]), np.array([0, 0, 1, 1, 1])
    deviation = np.sqrt((2.0 + 7.0) / 2)  # variances of (1, 3) and of (2, 6, 7)
    assert mean_difference(x, d) == pytest.approx([3.0])
    assert pooled_deviation(x, d) == pytest.approx([deviation])


def test_it_is_what_pandas_has() -> None:
    by = pd.DataFrame(X).groupby(D)
    assert mean_difference(X, D) == pytest.approx((by.mean().loc[1] - by.mean().loc[0]).to_numpy(), rel=1e-10)
    assert pooled_deviation(X, D) == pytest.approx(np.sqrt(by.var().mean()).to_numpy(), rel=1e-10)


@pytest.mark.parametrize("target", ["ate", "att"])
def test_weighted_differences_are_those_of_statsmodels(target: str) -> None:
    weight = score_weights(D, M, trim=0.2, target=target)
    m = np.clip(M, 0.2, 0.8)
    by_hand = {"ate": D / m + (1 - D) / (1 - m), "att": D + (1 - D) * m / (1 - m)}[target]
    assert weight == pytest.approx(by_hand, rel=1e-12)
    arms = [DescrStatsW(X[level == D], weights=by_hand[level == D]).mean for level in (0, 1)]
    assert mean_difference(X, D, weight) == pytest.approx(arms[1] - arms[0], rel=1e-10)


def test_weights_balance_what_the_propensity_knows() -> None:
    x = np.random.default_rng(1).normal(size=(40_000, 1))
    m = 1 / (1 + np.exp(-x[:, 0]))
    d = (np.random.default_rng(2).random(len(m)) < m).astype(float)
    for target in ("ate", "att"):
        weight = score_weights(d, m, trim=0.001, target=target)
        left = mean_difference(x, d, weight) / pooled_deviation(x, d)
        assert abs(left[0]) < 0.05 < 0.7 < mean_difference(x, d)[0] / pooled_deviation(x, d)[0]


def test_slopes_are_those_of_least_squares_and_differences_for_two_arms() -> None:
    dose = RNG.normal(size=200)
    fitted = [sm.OLS(column, sm.add_constant(dose)).fit().params[1] for column in X.T]
    assert slopes(X, dose) == pytest.approx(fitted, rel=1e-8)
    assert slopes(X, D) == pytest.approx(mean_difference(X, D), rel=1e-8)
    assert correlations(X, dose) == pytest.approx([np.corrcoef(c, dose)[0, 1] for c in X.T], rel=1e-8)


def test_what_does_not_vary_has_no_difference() -> None:
    x, d = np.column_stack([np.ones(6), np.arange(6.0)]), np.array([0, 0, 0, 1, 1, 1])
    assert np.isnan(pooled_deviation(x, d)).tolist() == [True, False]
    assert np.isnan(correlations(x, d)).tolist() == [True, False]
    assert np.isnan(pooled_deviation(x, np.array([0, 0, 0, 0, 0, 1]))).all()


def test_a_constant_that_binary_fractions_round_is_one() -> None:
    """The mean of 300 times 0.1 is not 0.1, and the deviation from it not nought."""
    x, d = np.full((300, 1), 0.1), np.arange(300) % 2
    assert x.std() > 0
    assert np.isnan(pooled_deviation(x, d)).all()
    assert np.isnan(correlations(x, RNG.normal(size=300))).all()


def test_counts_are_means_over_repetitions_and_outer_bins_hold_what_lies_beyond() -> None:
    values = np.array([[0.1, 0.2, 0.9], [-3.0, 0.5, 7.0]])
    assert counts(values, np.array([0.0, 0.5, 1.0])).tolist() == [1.5, 1.5]
    draws = RNG.random((1, 500))
    edges = np.linspace(0, 1, 11)
    by_pandas = pd.cut(draws[0], edges, right=False).value_counts().to_numpy()
    assert counts(draws, edges).tolist() == by_pandas.tolist()


def test_calibration_by_deciles_is_that_of_pandas() -> None:
    m = RNG.random(500)
    d = (RNG.random(500) < m**2).astype(float)
    found = calibration(d, m[None])
    by = pd.DataFrame({"m": m, "d": d}).groupby(pd.qcut(m, 10), observed=True)
    assert found.predicted == pytest.approx(by.m.mean().to_numpy(), rel=1e-10)
    assert found.observed == pytest.approx(by.d.mean().to_numpy(), rel=1e-10)
    assert found.rows.tolist() == [50.0] * 10


def test_equal_propensities_are_one_group_and_repetitions_share_the_rows() -> None:
    d = np.array([0.0, 1.0, 1.0, 0.0])
    found = calibration(d, np.array([[0.25, 0.25, 0.75, 0.25], [0.25, 0.75, 0.75, 0.25]]))
    assert found.predicted.tolist() == [0.25, 0.75]
    assert found.observed.tolist() == [pytest.approx(1 / 5), 1.0]
    assert found.rows.tolist() == [2.5, 1.5]


def test_a_constant_that_was_computed_is_a_constant() -> None:
    """Rounding of 1e6 is 1e-10: what varies by that has no deviation, and no share of it either."""
    noise = np.random.default_rng(3).normal(size=len(D))
    x = np.column_stack([1e6 + 1e-9 * noise, 1e6 + noise, np.full(len(D), 0.1)])
    assert np.isfinite(pooled_deviation(x, D)).tolist() == [False, True, False]
    assert np.isfinite(correlations(x, D)).tolist() == [False, True, False]

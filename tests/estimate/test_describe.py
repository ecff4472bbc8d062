"""Moments, means by arm, correlations and variance inflation against pandas, scipy and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.outliers_influence import variance_inflation_factor

from gipspec.estimate import correlation, gap_of_means, summarise, variance_inflation

RNG = np.random.default_rng(7)
N = 240
UNIT = np.repeat(np.arange(24), 10)
FRAME = pd.DataFrame(
    {
        "a": RNG.normal(size=N) + 0.3 * (UNIT % 5),
        "b": RNG.lognormal(size=N),
        "d": (UNIT % 3 == 0).astype(float),
    }
)
FRAME["c"] = 0.8 * FRAME["a"] + RNG.normal(size=N)
FRAME.loc[RNG.choice(N, 17, replace=False), "b"] = np.nan
TIGHT = 1e-10


@pytest.mark.parametrize("name", ["a", "b", "d"])
def test_moments_are_those_of_pandas(name: str) -> None:
    found, x = summarise(FRAME[name].to_numpy()), FRAME[name]
    assert (found.n, found.missing) == (x.count(), x.isna().sum())
    expected = [x.mean(), x.std(), x.min(), x.quantile(0.25), x.median(), x.quantile(0.75), x.max()]
    got = [found.mean, found.sd, found.min, found.p25, found.median, found.p75, found.max]
    np.testing.assert_allclose(got, expected, rtol=TIGHT)


def test_nothing_and_one_value() -> None:
    assert summarise(np.array([np.nan])).n == 0 and math.isnan(summarise(np.array([np.nan])).mean)
    assert summarise(np.array([2.0])).mean == 2 and math.isnan(summarise(np.array([2.0])).sd)


@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize("clustered", [True, False])
def test_differences_are_those_of_least_squares(name: str, clustered: bool) -> None:
    x, d = FRAME[name].to_numpy(), FRAME["d"].to_numpy()
    known = ~np.isnan(x)
    model = sm.OLS(x[known], sm.add_constant(d[known]))
    how = {"cov_type": "cluster", "cov_kwds": {"groups": UNIT[known]}} if clustered else {"cov_type": "HC1"}
    expected = model.fit(**how)
    found = gap_of_means(x, d, UNIT if clustered else None)
    assert found.difference == pytest.approx(expected.params[1], rel=TIGHT)
    assert found.se == pytest.approx(expected.bse[1], rel=1e-9)
    assert found.p == pytest.approx(expected.pvalues[1], rel=1e-8)


def test_no_difference_without_two_arms() -> None:
    assert math.isnan(gap_of_means(FRAME["a"].to_numpy(), np.ones(N), UNIT).difference)
    one = gap_of_means(FRAME["a"].to_numpy(), FRAME["d"].to_numpy(), np.zeros(N, dtype=np.int64))
    assert math.isfinite(one.difference) and math.isnan(one.se)


@pytest.mark.parametrize(("one", "other"), [("a", "c"), ("b", "a"), ("d", "b")])
def test_correlations_are_those_of_scipy(one: str, other: str) -> None:
    both = FRAME[[one, other]].dropna()
    expected = stats.pearsonr(both[one], both[other])
    found = correlation(FRAME[one].to_numpy(), FRAME[other].to_numpy())
    assert found.n == len(both)
    assert found.r == pytest.approx(expected.statistic, rel=TIGHT)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-8)


def test_a_constant_has_no_correlation() -> None:
    assert math.isnan(correlation(np.ones(N), FRAME["a"].to_numpy()).r)
    a = FRAME["a"].to_numpy()
    assert correlation(a, -2 * a).r == pytest.approx(-1)


def test_variance_inflation_is_that_of_statsmodels() -> None:
    names = ["a", "b", "c", "d"]
    rows = sm.add_constant(FRAME[names].dropna().to_numpy())
    expected = [variance_inflation_factor(rows, i + 1) for i in range(len(names))]
    np.testing.assert_allclose(variance_inflation(FRAME[names].to_numpy()), expected, rtol=1e-8)


def test_what_follows_from_the_others_and_what_does_not_vary() -> None:
    a, c = FRAME["a"].to_numpy(), FRAME["c"].to_numpy()
    found = variance_inflation(np.column_stack([a, c, a - 2 * c + 1, np.ones(N)]))
    assert np.isinf(found[:3]).all() and math.isnan(found[3])


@pytest.mark.parametrize("value", [0.1, 0.3, 2.7])
def test_a_constant_that_binary_fractions_round_is_one(value: float) -> None:
    x, arm = np.full(300, value), np.arange(300) % 2.0
    noise = np.random.default_rng(1).normal(size=(300, 2))
    assert math.isnan(variance_inflation(np.column_stack([x, noise]))[0])
    same, apart = gap_of_means(x, arm, None), gap_of_means(np.where(arm == 1, value, 2 * value), arm, None)
    assert apart.difference == pytest.approx(-value)
    for gap in (same, apart):
        assert math.isnan(gap.se) and math.isnan(gap.p)


def test_variance_inflation_does_not_depend_on_units() -> None:
    rows = FRAME[["a", "c", "d"]].to_numpy()
    there = variance_inflation(rows * [1e12, 1e-3, 1] + [1e14, 5, 2000])
    np.testing.assert_allclose(there, variance_inflation(rows), rtol=1e-6)

"""The effect along a moderator: against statsmodels, and the joint band against its exact distribution."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from estimate_samples import by_unit, make
from scipy.integrate import quad
from scipy.optimize import brentq

from gipspec.estimate import plr, stack_influence
from gipspec.estimate.aggregate import median_rule
from gipspec.estimate.curve import critical_value, effect_curve, linear_basis
from gipspec.estimate.joint import median_covariance, side_by_side
from gipspec.estimate.projection import best_linear_predictor

GRID = np.linspace(-1, 2, 61)


def complementarity(reps: int = 1, units: int = 40):
    """Joint estimates of d and d·w over splits, with the data of the first."""
    y, d, l_hat, m_hat, unit = make(units=units)
    w = np.random.default_rng(2).normal(size=len(y))
    both, m_both = np.hstack([d, d * w[:, None]]), np.hstack([m_hat, m_hat * w[:, None]])
    rng, clusters = np.random.default_rng(3), by_unit(unit)
    noise = [0.3 * r * rng.normal(size=len(y)) for r in range(reps)]
    splits = [plr(y, both, l_hat + e, m_both, clusters) for e in noise]
    return [stack_influence([s[k] for s in splits], clusters) for k in (0, 1)], (
        y - l_hat,
        both - m_both,
        unit,
    )


def test_points_are_linear_combinations_of_one_regression():
    effects, (y, basis, unit) = complementarity()
    found = effect_curve(effects, linear_basis(GRID), GRID, level=0.9, critical=2.5)
    joint = sm.OLS(y, basis).fit(cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False})
    expected = joint.t_test(linear_basis(GRID))
    np.testing.assert_allclose(found.effect, expected.effect, atol=1e-12)
    np.testing.assert_allclose(found.se, np.ravel(expected.sd), atol=1e-12)
    np.testing.assert_allclose(np.column_stack([found.low, found.high]), expected.conf_int(0.1), atol=1e-9)
    np.testing.assert_allclose(found.joint_high - found.effect, 2.5 * expected.sd.ravel(), atol=1e-12)
    np.testing.assert_allclose(found.effect - found.joint_low, 2.5 * expected.sd.ravel(), atol=1e-12)
    np.testing.assert_array_equal(found.at, GRID)


def test_each_point_is_the_median_over_splits():
    effects, _ = complementarity(reps=5)
    found = effect_curve(effects, linear_basis(GRID), GRID, level=0.95, critical=2.0)
    for i in (0, 30):
        point = effects[0].theta + GRID[i] * effects[1].theta
        values = effects[0].values[0] + GRID[i] * effects[1].values[0]
        expected = median_rule(point, np.linalg.norm(values, axis=1), 0.95)
        assert found.effect[i] == pytest.approx(expected.coef, abs=1e-13)
        assert found.se[i] == pytest.approx(expected.se, abs=1e-13)


def exact(effects, low: float, high: float, level: float) -> float:
    """The quantile of max |Z_w| over an interval of w, in two dimensions.

    Standardised, the points are unit vectors along an arc of angle φ, and the maximum exceeds c where a
    standard normal vector of direction δ away from the (double) arc has length above c / cos δ.
    """
    v = median_covariance(side_by_side(effects))
    root = np.linalg.cholesky(v)
    ends = [root.T @ [1.0, w] for w in (low, high)]
    cosine = ends[0] @ ends[1] / np.linalg.norm(ends[0]) / np.linalg.norm(ends[1])
    arc = math.acos(cosine)

    def beyond(c: float) -> float:
        rest = quad(lambda a: math.exp(-(c**2) / (2 * math.cos(a) ** 2)), 0, (math.pi - arc) / 2)[0]
        return arc / math.pi * math.exp(-(c**2) / 2) + 2 / math.pi * rest

    return brentq(lambda c: beyond(c) - (1 - level), 0.5, 6)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("reps", [1, 4])
def test_critical_value_is_the_exact_one(level, reps):
    effects, _ = complementarity(reps=reps)
    grid = np.linspace(-1, 2, 100)
    found = critical_value(effects, linear_basis(grid), level=level, seed=1, draws=100_000)
    assert found == pytest.approx(exact(effects, -1, 2, level), abs=0.02)


def test_one_point_needs_no_more_than_its_interval():
    effects, _ = complementarity()
    found = critical_value(effects, linear_basis(np.array([0.5])), level=0.95, seed=1)
    assert found == pytest.approx(1.96, abs=0.05)
    assert found >= 1.9599


def test_wider_range_wider_band_and_the_same_seed_the_same_value():
    effects, _ = complementarity()
    values = [
        critical_value(effects, linear_basis(np.linspace(0, end, 50)), level=0.95, seed=1)
        for end in (0.1, 1, 10)
    ]
    assert values[0] < values[1] < values[2] < math.sqrt(5.9915) + 0.05  # χ²(2): all directions at once
    again = critical_value(effects, linear_basis(np.linspace(0, 1, 50)), level=0.95, seed=1)
    assert again == values[1]


def test_the_band_covers_the_whole_line():
    """400 samples of 60 units: the band covers the line in about 95%, the intervals of its points less."""
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(60), 4)
    clusters, grid = by_unit(unit), np.linspace(-2, 2, 41)
    truth = 1 + 0.5 * grid
    joint = pointwise = 0
    for seed in range(400):
        d, w = rng.normal(size=240), rng.normal(size=240)
        y = (1 + 0.5 * w) * d + rng.normal(size=240)
        both = np.column_stack([d, d * w])
        splits = best_linear_predictor(y, both, clusters)
        effects = [stack_influence([s], clusters) for s in splits]
        critical = critical_value(effects, linear_basis(grid), level=0.95, seed=seed, draws=2000)
        curve = effect_curve(effects, linear_basis(grid), grid, level=0.95, critical=critical)
        joint += np.all((curve.joint_low < truth) & (truth < curve.joint_high))
        pointwise += np.all((curve.low < truth) & (truth < curve.high))
    assert 0.88 < joint / 400 < 0.98
    assert pointwise < joint - 12

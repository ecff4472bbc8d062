"""The median over splits, against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from gipspec.estimate import Split, aggregate, infer, median_rule


def split(theta: float, se: float) -> Split:
    return Split(theta=theta, se=se, influence=(np.array([se]),))


def test_median_of_three_by_hand():
    found = aggregate([split(1.0, 0.3), split(2.0, 0.1), split(4.0, 0.2)], 0.95)
    # squares: .09 + 1, .01 + 0, .04 + 4, whose median is 1.09
    assert found.coef == 2.0
    assert found.se == pytest.approx(math.sqrt(1.09), abs=1e-15)
    assert found.t == pytest.approx(2 / math.sqrt(1.09), abs=1e-15)
    assert found.spread == (1.0, 4.0)


def test_even_number_of_splits_takes_the_middle():
    found = aggregate([split(1.0, 0.1), split(3.0, 0.1)], 0.95)
    assert (found.coef, found.se) == (2.0, pytest.approx(math.sqrt(1.01), abs=1e-15))


def test_one_split_keeps_its_own_numbers():
    found = aggregate([split(0.5, 0.25)], 0.9)
    assert (found.coef, found.se, found.t) == (0.5, 0.25, 2.0)
    assert found.p == pytest.approx(2 * norm.sf(2), rel=1e-13)
    assert found.ci == pytest.approx((0.5 - 0.25 * norm.ppf(0.95), 0.5 + 0.25 * norm.ppf(0.95)), rel=1e-13)
    assert found.spread == (0.5, 0.5)


def test_order_of_splits_does_not_matter():
    rng = np.random.default_rng(0)
    theta, se = rng.normal(size=7), rng.uniform(1, 2, size=7)
    at = rng.permutation(7)
    assert median_rule(theta, se, 0.95) == median_rule(theta[at], se[at], 0.95)


@pytest.mark.parametrize("t", [-12.5, -1.96, 0.0, 0.3, 8.0])
def test_p_values_in_the_far_tail(t):
    assert infer(t, 1.0, 0.95).p == pytest.approx(2 * norm.sf(abs(t)), rel=1e-12)


def test_no_uncertainty_is_not_a_division_by_zero():
    assert infer(-1.0, 0.0, 0.95).t == -math.inf
    assert infer(-1.0, 0.0, 0.95).p == 0.0
    assert math.isnan(infer(0.0, 0.0, 0.95).p)

"""Shared factorisations against scikit-learn's estimators, and many targets against one at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from learn_samples import learner, panel
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression, RidgeCV

from gipspec.diagnostics import GipError
from gipspec.learn import Fit, perform_together, shares
from gipspec.learn.folds import inner_splits
from gipspec.learn.linear import RIDGE_RANGE, LeastSquares, RidgeRegressor

TOLERANCE = 1e-9
Array = NDArray[np.float64]


def standardised(rows: int, columns: int, seed: int) -> tuple[Array, Array, NDArray[np.int64]]:
    """Correlated features on one scale, a target with a large mean, and unit codes."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns)) @ rng.normal(size=(columns, columns))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    y = 40 + x[:, 0] + rng.normal(size=rows) * rng.choice([0.1, 3.0])
    return x, y, np.sort(rng.integers(0, 20, rows))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("rows", "columns"), [(60, 3), (300, 25), (80, 60)])
def test_ridge_is_scikit_learns_with_folds_of_units(rows: int, columns: int, seed: int) -> None:
    x, y, unit = standardised(rows, columns, seed)
    penalties = np.geomspace(RIDGE_RANGE[1], RIDGE_RANGE[0], 25) * rows
    theirs = RidgeCV(alphas=penalties, cv=inner_splits(unit, 5), scoring="neg_mean_squared_error").fit(x, y)
    ours = RidgeRegressor(cv=5, alphas=25).fit(x, y, unit)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=0, atol=TOLERANCE)


def test_least_squares_are_scikit_learns() -> None:
    x, y, unit = standardised(90, 7, 0)
    ours, theirs = LeastSquares().fit(x, y, unit), LinearRegression().fit(x, y)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=0, atol=TOLERANCE)


def test_of_equal_fits_the_shortest_is_taken() -> None:
    x, y, unit = standardised(90, 4, 0)
    slopes = LeastSquares().fit(np.column_stack([x, x[:, :1]]), y, unit).fitted_.slopes
    alone = LeastSquares().fit(x, y, unit).fitted_.slopes
    np.testing.assert_allclose(slopes[[0, 4]], alone[0] / 2, atol=TOLERANCE)
    np.testing.assert_allclose(slopes[1:4], alone[1:], atol=TOLERANCE)


def test_units_do_not_decide_which_features_count() -> None:
    """Output in yuan is 10^14 times a share, which is no reason to take the share for rounding."""
    x, y, unit = standardised(90, 4, 0)
    units, means = np.array([1e12, 1e-2, 1e-30, 1.0]), np.array([1e13, 0.1, 0.0, 2010.0])
    alone = LeastSquares().fit(x, y, unit)
    changed = LeastSquares().fit(x * units + means, y, unit)
    np.testing.assert_allclose(changed.predict(x * units + means), alone.predict(x), rtol=0, atol=1e-7)


def test_shares_that_sum_to_one_but_for_rounding_do_not_explode() -> None:
    rng = np.random.default_rng(8)
    shares = rng.dirichlet(np.ones(4), size=300).astype(np.float32).astype(np.float64)
    y = shares @ [1.0, 2.0, 3.0, 4.0] + 0.1 * rng.normal(size=300)
    unit, learned, rest = np.arange(200), slice(200), slice(200, None)
    whole = LeastSquares().fit(shares[learned], y[learned], unit).predict(shares[rest])
    fewer = LeastSquares().fit(shares[learned, 1:], y[learned], unit).predict(shares[rest, 1:])
    np.testing.assert_allclose(whole, fewer, rtol=0, atol=1e-6)


def test_what_does_not_vary_says_nothing_of_other_rows() -> None:
    """A dummy that no row of the training part has, and a constant whose mean is rounded."""
    x, y, unit = standardised(90, 3, 0)
    constant = np.column_stack([x, np.zeros(90), np.full(90, 0.1)])
    elsewhere = np.column_stack([x, np.ones(90), np.full(90, 7.0)])
    found = LeastSquares().fit(constant, y, unit).predict(elsewhere)
    np.testing.assert_allclose(found, LeastSquares().fit(x, y, unit).predict(x), rtol=0, atol=TOLERANCE)


def fits(name: str, count: int = 7) -> list[Fit]:
    sample = panel()
    rng = np.random.default_rng(1)
    first = Fit(
        learner=learner(name),
        x=sample.x,
        target=sample.y,
        fold=sample.fold,
        group=sample.unit,
        seed=1,
        categorical=(sample.x.shape[1] - 1,),
    )
    return [first, *(replace(first, target=rng.normal(size=sample.y.size)) for _ in range(count - 1))]


@pytest.mark.parametrize("name", ["ols", "ridge"])
def test_a_target_does_not_depend_on_its_company(name: str) -> None:
    """Byte for byte: alone, in a pair, among seven, and by the plain cross-fit."""
    asked = fits(name)
    alone = [one.perform().prediction.tobytes() for one in asked]
    for company in (asked, asked[:2], asked[:1]):
        found = [
            one.prediction.tobytes() for one in perform_together(company) if not isinstance(one, GipError)
        ]
        assert found == alone[: len(company)]


def test_a_target_that_fails_spares_the_others() -> None:
    good, bad, last = fits("ols", 3)
    huge = np.where(np.arange(bad.target.size) % 2 == 0, 1.7e308, -1.7e308)
    found = perform_together([good, replace(bad, target=huge, name="huge"), last])
    assert [isinstance(one, GipError) for one in found] == [False, True, False]
    assert isinstance(found[1], GipError)
    assert found[1].problems[0].code == "G406"
    assert "`huge`" in found[1].problems[0].message


def test_what_can_be_shared() -> None:
    plain = fits("ols", 1)[0]
    binary = (np.arange(plain.target.size) % 2).astype(float)
    taught = np.ones(plain.target.size, dtype=bool)
    assert shares(plain)
    assert shares(replace(plain, target=binary))  # the linear probability model
    assert shares(replace(plain, learner=learner("ridge")))
    assert not shares(replace(plain, learner=learner("ridge"), target=binary))  # a logistic regression
    assert not shares(replace(plain, learner=learner("gbm")))
    assert not shares(replace(plain, teach=taught))
    assert not shares(replace(plain, x=plain.x[:, :0]))

"""What is learned does not depend on the units of measurement: an output in yuan, a share of it."""

from __future__ import annotations

import numpy as np
import pytest
from learn_samples import PLAIN, panel, quick

from gipspec.learn import cross_fit
from gipspec.learn.prepare import enlargement

SAMPLE = panel()
REGRESSORS = [name for name in PLAIN if name != "logit"]
UNITS = [2.0**-40, 2.0**40]  # 1e-12 and 1e12, without a digit of their own
LOOSE = {"nnet": 1e-6, "svm": 1e-6, "lasso": 1e-6, "enet": 1e-6}


def predicted(name, x, y):
    optional = {"xgb": "xgboost", "lgbm": "lightgbm"}
    if name in optional:
        pytest.importorskip(optional[name])
    return cross_fit(quick(name), x, y, fold=SAMPLE.fold, group=SAMPLE.unit, seed=1).prediction


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", REGRESSORS)
def test_of_the_target(name, unit):
    plain, moved = predicted(name, SAMPLE.x, SAMPLE.y), predicted(name, SAMPLE.x, unit * SAMPLE.y)
    assert np.std(plain) > 0.1
    np.testing.assert_allclose(moved / unit, plain, rtol=0, atol=LOOSE.get(name, 1e-9))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", REGRESSORS)
def test_of_the_features(name, unit):
    plain, moved = predicted(name, SAMPLE.x, SAMPLE.y), predicted(name, unit * SAMPLE.x, SAMPLE.y)
    np.testing.assert_allclose(moved, plain, rtol=0, atol=LOOSE.get(name, 1e-9))


@pytest.mark.parametrize("spread", [1e-300, 3e-12, 2.0**-11, 2.0**-10, 0.3, 1e9])
def test_only_what_is_small_is_enlarged_and_by_a_power_of_two(spread):
    factor = enlargement(spread)
    assert np.frexp(factor)[0] == 0.5
    assert (1 <= factor * spread < 2) if spread < 2.0**-10 else factor == 1


def test_what_does_not_vary_stays():
    assert enlargement(0.0) == 1

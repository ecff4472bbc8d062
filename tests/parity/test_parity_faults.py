"""What DoubleML 0.11.4 makes of clusters beyond one estimate, beside the value by hand, which gipspec has.

Tolerance 1e-8, absolute. Other known differences stand with their models: weights of unequal folds
(`test_parity_plr`, `test_parity_irm`), staggered adoption (`test_parity_did`), sensitivity
(`test_parity_sensitivity`), several treatments (`test_parity_treatments`).
"""

from __future__ import annotations

import doubleml
import numpy as np
import pytest
import statsmodels.api as sm
from parity_samples import SEED, TWINS, by, equal_folds, make_panel, quietly, set_folds
from sklearn.linear_model import LinearRegression

from gipspec.estimate import difference, plr, stack_influence
from gipspec.learn import cross_fit

TOLERANCE = 1e-8
UNITS, FOLDS = 30, 3
FRAME = make_panel(units=UNITS)
FRAME = FRAME.assign(y2=0.8 * FRAME["y"] + np.random.default_rng(3).normal(size=len(FRAME)))
X = [c for c in FRAME if c.startswith("x")]
UNIT = FRAME["unit"].to_numpy()
FOLD = equal_folds(UNITS, FOLDS, seed=4)[UNIT]


def by_doubleml(outcome: str = "y", n_folds: int = FOLDS):
    data = doubleml.DoubleMLData(FRAME[[outcome, "d", *X, "unit"]], outcome, "d", X, cluster_cols="unit")
    line = LinearRegression()
    model = doubleml.DoubleMLPLR(data, line, line, n_folds=n_folds, draw_sample_splitting=False)
    set_folds(model, [FOLD], UNIT)
    with quietly():
        return model.fit()


def residual(name: str) -> np.ndarray:
    target = FRAME[name].to_numpy()
    fit = cross_fit(TWINS["ols"][0], FRAME[X].to_numpy(), target, fold=FOLD, group=UNIT, seed=SEED)
    return target - fit.prediction


def ours(outcome: str = "y"):
    nothing = np.zeros(len(FRAME))
    return plr(residual(outcome), residual("d")[:, None], nothing, nothing[:, None], by("unit", UNIT))[0]


def by_hand(y: np.ndarray, d: np.ndarray) -> tuple[float, float]:
    settings = {"groups": UNIT, "use_correction": False}
    fit = sm.OLS(y, d).fit(cov_type="cluster", cov_kwds=settings)
    return float(fit.params[0]), float(fit.bse[0])


def test_folds_that_are_set_keep_the_number_of_the_construction():
    """Built for 5 folds and given 3, DoubleML still divides its clustered variance by that of 5."""
    expected = by_hand(residual("y"), residual("d"))
    built_for_five = by_doubleml(n_folds=5)
    assert built_for_five.coef[0] == pytest.approx(expected[0], abs=TOLERANCE)
    assert abs(built_for_five.se[0] / expected[1] - 1) > 0.2
    for theta, se in ((by_doubleml().coef[0], by_doubleml().se[0]), (ours().theta, ours().se)):
        assert (theta, se) == pytest.approx(expected, abs=TOLERANCE)


def test_the_difference_of_two_clustered_estimates():
    expected = by_hand(residual("y") - residual("y2"), residual("d"))  # of one treatment
    theirs = by_doubleml("y").framework - by_doubleml("y2").framework
    assert theirs.thetas[0] == pytest.approx(expected[0], abs=TOLERANCE)
    assert abs(theirs.ses[0] / expected[1] - 1) > 0.2
    clusters = by("unit", UNIT)
    influences = [stack_influence([ours(y)], clusters) for y in ("y", "y2")]
    found, _ = difference(*influences, 0.95)
    assert (found.coef, found.se) == pytest.approx(expected, abs=TOLERANCE)


def test_clustered_bands_and_several_estimates_are_not_there():
    one, other = by_doubleml("y").framework, by_doubleml("y2").framework
    with pytest.raises(NotImplementedError):
        one.bootstrap()
    with pytest.raises(NotImplementedError):
        doubleml.double_ml_framework.concat([one, other])

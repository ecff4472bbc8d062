"""`within`: its transformation and estimate against pyfixest, dummies, and loops written out.

Tolerance 1e-8, absolute. Without cross-fitting, `within` with ols is the two-way fixed effects regression on
a balanced panel: X, its unit means and period dummies span the demeaned X, and what else they span is
orthogonal to the demeaned Y and D (Mundlak 1978; Wooldridge 2021). With cross-fitting the comparison is a
loop by hand.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from parity_rooms import clusters_of, estimate, room_design
from parity_samples import TWINS, equal_folds, make_learner, make_panel
from pyfixest.estimation import demean
from sklearn.linear_model import LinearRegression

from gipspec.estimate import plr
from gipspec.learn import build_learner

TOLERANCE = 1e-8
CONTROLS = ["x0", "x1", "x2", "x3"]
TWO_WAY = ("unit", "time")


def unbalanced_panel():
    frame = make_panel(units=25, periods=7)
    return frame[np.random.default_rng(5).random(len(frame)) > 0.25].reset_index(drop=True)


PANELS = {"balanced": lambda: make_panel(units=25), "unbalanced": unbalanced_panel}


def within_design(frame, folder, fe=TWO_WAY):
    return room_design(frame, folder, "within", fe, CONTROLS, TWO_WAY)


@pytest.mark.parametrize("fe", [("unit",), ("time",), TWO_WAY, ("unit", "time", "region")], ids="+".join)
@pytest.mark.parametrize("shape", PANELS)
def test_demeaning_against_pyfixest_and_dummies(shape, fe, tmp_path):
    frame = PANELS[shape]()
    frame = frame.assign(region=(frame["unit"] * 3 + frame["time"]) % 4)
    design = within_design(frame, tmp_path, fe)
    raw = frame[["y", "d"]].to_numpy()
    codes = frame[list(fe)].to_numpy()
    expected, converged = demean(raw, codes.astype(np.uint64), np.ones(len(raw)), tol=1e-13)
    assert converged
    found = np.column_stack([design.y, design.d])
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)
    dummies = pd.get_dummies(frame[list(fe)].astype(str)).to_numpy(dtype=float)
    residual = raw - dummies @ np.linalg.lstsq(dummies, raw, rcond=None)[0]
    np.testing.assert_allclose(found, residual, rtol=0, atol=TOLERANCE)


def test_without_cross_fitting_it_is_two_way_fixed_effects(tmp_path):
    frame = make_panel(units=25)
    design = within_design(frame, tmp_path)
    fits = []
    for target in (design.y, design.d[:, 0]):
        ols = build_learner(make_learner("ols"), "regression", seed=0, categorical=design.categorical)
        fits.append(ols.fit(design.features, target, design.unit).expected(design.features))
    (split,) = plr(design.y, design.d, fits[0], fits[1][:, None], clusters_of(design))
    no_correction = pf.ssc(k_adj=False, G_adj=False)
    fixed = pf.feols(
        f"y ~ d + {' + '.join(CONTROLS)} | unit + time", frame, vcov={"CRV1": "unit"}, ssc=no_correction
    )
    assert split.theta == pytest.approx(fixed.coef()["d"], abs=TOLERANCE)
    assert split.se == pytest.approx(fixed.se()["d"], abs=TOLERANCE)


@pytest.mark.parametrize("shape", PANELS)
def test_cross_fitted_against_a_loop(shape, tmp_path):
    """Ols on raw X, their unit means and a dummy for each period but the first, fold by fold; the residual
    treatment has mean zero in every unit."""
    frame = PANELS[shape]()
    design = within_design(frame, tmp_path)
    fold = equal_folds(25, 5, seed=2)
    split = estimate(design, TWINS["ols"][0], fold)

    unit, codes = frame["unit"].to_numpy(), frame[["unit", "time"]].to_numpy().astype(np.uint64)
    target, _ = demean(frame[["y", "d"]].to_numpy(), codes, np.ones(len(frame)), tol=1e-13)
    means = frame.groupby("unit")[CONTROLS].transform("mean")
    periods = pd.get_dummies(frame["time"], drop_first=True, dtype=float)
    x = np.column_stack([frame[CONTROLS], means, periods])
    residual = np.zeros_like(target)
    for k in range(5):
        test = fold[unit] == k
        residual[test] = target[test] - LinearRegression().fit(x[~test], target[~test]).predict(x[test])
    u, v = residual.T
    v = v - pd.Series(v).groupby(unit).transform("mean").to_numpy()  # as d has it, in every unit
    theta = (u @ v) / (v @ v)
    sums = np.bincount(unit, weights=v * (u - theta * v))
    assert split.theta == pytest.approx(theta, abs=TOLERANCE)
    assert split.se == pytest.approx(np.sqrt(sums @ sums) / (v @ v), abs=TOLERANCE)

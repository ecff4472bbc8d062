"""Several treatments jointly, and two-way clusters, against statsmodels, the formula by hand, and DoubleML.

Tolerance 1e-8, absolute, on θ and SE; what is measured is near 1e-15. statsmodels runs without small-sample
corrections: the variances of docs/statistics.md have none.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from doubleml.utils import DMLDummyRegressor
from parity_samples import SEED, TWINS, by, equal_folds, make_panel, quietly

from gipspec.estimate import Clusters, plr
from gipspec.learn import cross_fit

TOLERANCE = 1e-8


def residual_problem(units=24, interact=False):
    """Two treatments, or d and d·w, with cross-fitted predictions of each: y, d, l_hat, m_hat, unit, time."""
    frame = make_panel(units=units, seed=3)
    unit, time = frame["unit"].to_numpy(), frame["time"].to_numpy()
    rng = np.random.default_rng(4)
    other = frame["d"] * frame["x1"] if interact else 0.6 * frame["d"] + rng.normal(size=len(frame))
    y = (frame["y"] + 0.3 * other).to_numpy()
    d = np.column_stack([frame["d"], other])
    x, fold = frame[["x0", "x1", "x2", "x3"]].to_numpy(), equal_folds(units, 4, seed=0)[unit]
    predictions = [
        cross_fit(TWINS["gbm"][0], x, target, fold=fold, group=unit, seed=SEED).prediction
        for target in (y, d[:, 0], d[:, 1])
    ]
    return y, d, predictions[0], np.column_stack(predictions[1:]), unit, time


def two_way(unit, time) -> Clusters:
    parts = by("unit", unit), by("time", time)
    return Clusters(
        dimensions=("unit", "time"),
        names=tuple(p.names[0] for p in parts),
        codes=tuple(p.codes[0] for p in parts),
    )


def numbers(splits):
    return np.array([s.theta for s in splits]), np.array([s.se for s in splits])


def assert_equal(splits, theta, se):
    ours = numbers(splits)
    np.testing.assert_allclose(ours[0], theta, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(ours[1], se, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("interact", [False, True], ids=["d1 + d2", "d + d:w"])
def test_joint_treatments_are_least_squares_on_residuals(interact):
    y, d, l_hat, m_hat, unit, _ = residual_problem(interact=interact)
    model = sm.OLS(y - l_hat, d - m_hat)
    robust = model.fit(cov_type="HC0")
    assert_equal(plr(y, d, l_hat, m_hat), robust.params, robust.bse)
    clustered = model.fit(cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False})
    splits = plr(y, d, l_hat, m_hat, by("unit", unit))
    assert_equal(splits, clustered.params, clustered.bse)
    influence = np.column_stack([s.influence[0] for s in splits])
    np.testing.assert_allclose(influence.T @ influence, clustered.cov_params(), rtol=0, atol=TOLERANCE)


def test_one_treatment_at_a_time_is_another_question():
    y, d, l_hat, m_hat, *_ = residual_problem()
    joint = plr(y, d, l_hat, m_hat)[0].theta
    alone = plr(y, d[:, :1], l_hat, m_hat[:, :1])[0].theta
    assert abs(joint - alone) > 0.05


def test_two_way_variance_adds_both_ways_and_keeps_the_intersection():
    """Cameron, Gelbach and Miller (2011) subtract the intersection; adding it back gives ours."""
    y, d, l_hat, m_hat, unit, time = residual_problem()
    splits = plr(y, d, l_hat, m_hat, two_way(unit, time))
    model = sm.OLS(y - l_hat, d - m_hat)
    groups = {"groups": np.column_stack([unit, time]), "use_correction": False}
    subtracting = model.fit(cov_type="cluster", cov_kwds=groups)
    intersection = model.fit(cov_type="HC0")  # unit and time together name a row
    expected = np.sqrt(subtracting.bse**2 + intersection.bse**2)
    assert_equal(splits, subtracting.params, expected)
    assert np.all(numbers(splits)[1] > subtracting.bse)


def test_two_way_clusters_against_doubleml():
    """DoubleML's multiway formula (Chiang, Kato, Ma and Sasaki 2022) with the whole sample as one block."""
    y, d, l_hat, m_hat, unit, time = residual_problem()
    frame = pd.DataFrame({"y": y, "d": d[:, 0], "x": 0.0, "unit": unit, "time": time})
    data = doubleml.DoubleMLData(frame, "y", "d", "x", cluster_cols=["unit", "time"])
    model = doubleml.DoubleMLPLR(
        data, DMLDummyRegressor(), DMLDummyRegressor(), n_folds=1, draw_sample_splitting=False
    )
    nothing, everything = np.array([], dtype=int), np.arange(len(y))
    model.set_sample_splitting(
        [[(nothing, everything)]], [[([nothing, nothing], [np.unique(unit), np.unique(time)])]]
    )
    with quietly():
        model.fit(external_predictions={"d": {"ml_l": l_hat[:, None], "ml_m": m_hat[:, :1]}})
    splits = plr(y, d[:, :1], l_hat, m_hat[:, :1], two_way(unit, time))
    assert_equal(splits, model.all_coef[0], model.all_se[0])

    v = d[:, 0] - m_hat[:, 0]
    psi = v * (y - l_hat - splits[0].theta * v)
    by_hand = sum(psi[unit == c].sum() ** 2 for c in np.unique(unit))
    by_hand += sum(psi[time == c].sum() ** 2 for c in np.unique(time))
    assert splits[0].se == pytest.approx(np.sqrt(by_hand) / np.sum(v**2), abs=TOLERANCE)

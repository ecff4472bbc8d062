"""The interactive IV model against DoubleMLIIVM on the same folds: θ, SE and the set for weak instruments.

Tolerance 1e-8, absolute. Clusters are in equal folds, where DoubleML's weights are the pooled ones.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pytest
from parity_samples import SEED, TWINS, by, equal_folds, make_panel, quietly, set_folds
from sklearn.linear_model import LinearRegression, LogisticRegression

from gipspec.estimate import (
    Clusters,
    InstrumentNuisances,
    anderson_rubin,
    compliers,
    iivm,
    instrument_effects,
)
from gipspec.learn import cross_fit

TOLERANCE = 1e-8
ALWAYS, NEVER = 0.2, 0.2


def sample(units=30, periods=12, seed=0, *, always=True, never=True, strength=1.0, binary_outcome=False):
    """An encouragement that depends on a control, and takers of three kinds."""
    frame = make_panel(units=units, periods=periods, seed=seed)
    rng = np.random.default_rng(seed + 1)
    n = len(frame)
    z = (rng.random(n) < 1 / (1 + np.exp(-0.5 * frame["x0"]))).astype(float)
    kind = rng.random(n)
    moved = z * (rng.random(n) < strength)
    d = np.where(always & (kind < ALWAYS), 1.0, np.where(never & (kind > 1 - NEVER), 0.0, moved))
    y = frame["x0"] * frame["x1"] + d + 2 * kind + rng.normal(size=n)
    return frame.assign(z=z, d=d, y=(y > 1).astype(float) if binary_outcome else y)


def run_doubleml(frame, fold, clustered, subgroups):
    x = [c for c in frame if c.startswith("x")]
    columns = ["y", "d", "z", *x] + (["unit"] if clustered else [])
    data = doubleml.DoubleMLData(
        frame[columns], "y", "d", x, z_cols="z", cluster_cols="unit" if clustered else None
    )
    model = doubleml.DoubleMLIIVM(
        data,
        LinearRegression(),
        LogisticRegression(),
        LogisticRegression(),
        n_folds=len(np.unique(fold)),
        subgroups=subgroups,
        draw_sample_splitting=False,
    )
    set_folds(model, [fold], frame["unit"].to_numpy() if clustered else None)
    with quietly():
        return model.fit(store_predictions=True)


def handed_over(model):
    """DoubleML's own predictions: its logit has no twin among the learners of the spec."""
    p = {name: model.predictions[name][:, 0, 0] for name in ("ml_g0", "ml_g1", "ml_r0", "ml_r1", "ml_m")}
    return InstrumentNuisances(
        g0_hat=p["ml_g0"], g1_hat=p["ml_g1"], r0_hat=p["ml_r0"], r1_hat=p["ml_r1"], m_hat=p["ml_m"]
    )


def run_both(frame, *, clustered, subgroups=None):
    unit = frame["unit"].to_numpy()
    fold = equal_folds(unit.max() + 1, 5, seed=2)[unit]
    model = run_doubleml(frame, fold, clustered, subgroups)
    clusters = by("unit", unit) if clustered else Clusters()
    data = tuple(frame[name].to_numpy() for name in ("y", "d", "z"))
    return model, data, handed_over(model), clusters


@pytest.mark.parametrize("binary_outcome", [False, True])
@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize(("always", "never"), [(True, True), (False, True), (True, False)])
def test_against_doubleml(always, never, clustered, binary_outcome):
    frame = sample(always=always, never=never, binary_outcome=binary_outcome)
    subgroups = {"always_takers": always, "never_takers": never}
    model, data, nuisances, clusters = run_both(frame, clustered=clustered, subgroups=subgroups)
    split = iivm(*data, nuisances, clusters)
    assert split.theta == pytest.approx(model.all_coef[0, 0], abs=TOLERANCE)
    assert split.se == pytest.approx(model.all_se[0, 0], abs=TOLERANCE)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_constant_treatments_are_predicted_as_they_are(level):
    """Where nobody takes the treatment without the instrument, cross-fitting says so without a learner."""
    frame = sample(always=False, never=False)
    unit = frame["unit"].to_numpy()
    fit = cross_fit(
        TWINS["gbm"][0],
        frame[["x0", "x1"]],
        frame["d"],
        fold=equal_folds(30, 5, seed=2)[unit],
        group=unit,
        seed=SEED,
        teach=frame["z"] == level,
    )
    np.testing.assert_array_equal(fit.prediction, level)


SHAPES = [(1.0, 0, "interval"), (0.15, 1, "rays"), (0.15, 0, "line")]


@pytest.mark.parametrize(("strength", "seed", "shape"), SHAPES)
def test_the_weak_instrument_set_against_doubleml(strength, seed, shape):
    frame = sample(seed=seed, strength=strength)
    model, data, nuisances, _ = run_both(frame, clustered=False)
    reduced, first = instrument_effects(*data, nuisances)
    for level in (0.9, 0.95):
        expected = model.robust_confset(level=level)
        found = anderson_rubin(reduced[:, None], first[:, None], level=level).pieces
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=TOLERANCE)
    ends = np.isfinite(np.ravel(found))
    assert {(2, 2): "interval", (4, 2): "rays", (2, 0): "line"}[len(ends), int(ends.sum())] == shape


def test_share_of_compliers_is_the_mean_of_the_first_stage():
    frame = sample()
    model, data, nuisances, clusters = run_both(frame, clustered=True)
    first = instrument_effects(*data, nuisances)[1]
    share = compliers(first, clusters)
    assert share.theta == pytest.approx(-np.mean(model.psi_elements["psi_a"]), abs=TOLERANCE)
    sums = np.bincount(clusters.codes[0], weights=first - first.mean())
    assert share.se == pytest.approx(np.sqrt(sums @ sums) / len(first), abs=TOLERANCE)

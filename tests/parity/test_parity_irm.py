"""The interactive model against DoubleMLIRM, which fits learners of its own on the same folds.

Tolerance 1e-8, absolute. Clusters are in equal folds, where DoubleML's weights are those of the pooled
formula; the last test shows what it does elsewhere, and that gipspec keeps to the formula.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pytest
from parity_samples import SEED, TWINS, by, equal_folds, make_panel, quietly, set_folds
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from gipspec.estimate import Clusters, doubly_robust, irm
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary.learners import LEARNERS
from gipspec.learn import cross_fit

TOLERANCE = 1e-8
SCORES = {"ate": "ATE", "att": "ATTE"}


def sample(units=30, binary_outcome=False):
    frame = make_panel(units=units, binary=True)
    if binary_outcome:
        frame["y"] = (frame["y"] > 0).astype(float)
    return frame


def forest():
    parameters = {p.name: p.default for p in LEARNERS["rf"].parameters} | {"trees": 15, "leaf": 5}
    ours = Learner(name="rf", parameters=tuple(parameters.items()))
    twin = RandomForestClassifier(
        n_estimators=15, min_samples_leaf=5, max_features=parameters["features"], random_state=SEED
    )
    return ours, twin


def run_doubleml(frame, target, fold, *, clustered=True, trim=0.01):
    x = [c for c in frame if c.startswith("x")]
    columns = ["y", "d", *x] + (["unit"] if clustered else [])
    data = doubleml.DoubleMLData(frame[columns], "y", "d", x, cluster_cols="unit" if clustered else None)
    config = doubleml.utils.PSProcessorConfig(clipping_threshold=trim)
    model = doubleml.DoubleMLIRM(
        data,
        LinearRegression(),
        forest()[1],
        n_folds=len(np.unique(fold)),
        score=SCORES[target],
        ps_processor_config=config,
        draw_sample_splitting=False,
    )
    set_folds(model, [fold], frame["unit"].to_numpy() if clustered else None)
    with quietly():
        return model.fit(store_predictions=True)


def our_predictions(frame, fold):
    x = frame[[c for c in frame if c.startswith("x")]].to_numpy()
    y, d, unit = (frame[name].to_numpy() for name in ("y", "d", "unit"))
    shared = {"fold": fold, "group": unit, "seed": SEED}
    g0, g1 = (cross_fit(TWINS["ols"][0], x, y, teach=d == level, **shared).prediction for level in (0, 1))
    return y, d, g0, g1, cross_fit(forest()[0], x, d, **shared).prediction


@pytest.mark.parametrize("binary_outcome", [False, True])
@pytest.mark.parametrize("trim", [0.01, 0.2])
@pytest.mark.parametrize("target", ["ate", "att"])
def test_clustered_with_equal_folds(target, trim, binary_outcome):
    frame = sample(binary_outcome=binary_outcome)
    unit = frame["unit"].to_numpy()
    fold = equal_folds(30, 5, seed=3)[unit]
    model = run_doubleml(frame, target, fold, trim=trim)
    y, d, g0, g1, m = our_predictions(frame, fold)
    split = irm(y, d, g0, None if target == "att" else g1, m, by("unit", unit), target=target, trim=trim)
    assert split.theta == pytest.approx(model.all_coef[0, 0], abs=TOLERANCE)
    assert split.se == pytest.approx(model.all_se[0, 0], abs=TOLERANCE)


@pytest.mark.parametrize("target", ["ate", "att"])
def test_without_clusters_any_folds(target):
    frame = sample()
    rng = np.random.default_rng(1)
    fold = np.append(rng.integers(0, 4, len(frame) - 4), range(4))
    model = run_doubleml(frame, target, fold, clustered=False)
    y, d, g0, g1, m = our_predictions(frame, fold)
    split = irm(y, d, g0, None if target == "att" else g1, m, Clusters(), target=target)
    assert split.theta == pytest.approx(model.all_coef[0, 0], abs=TOLERANCE)
    assert split.se == pytest.approx(model.all_se[0, 0], abs=TOLERANCE)


def test_signals_are_those_of_doubleml():
    frame = sample()
    fold = equal_folds(30, 5, seed=3)[frame["unit"].to_numpy()]
    model = run_doubleml(frame, "ate", fold, clustered=False)
    np.testing.assert_allclose(
        doubly_robust(*our_predictions(frame, fold)),
        model.psi_elements["psi_b"][:, 0, 0],
        rtol=0,
        atol=TOLERANCE,
    )


def test_unequal_folds_doubleml_weighs_them_and_gipspec_does_not():
    frame = sample(units=23)
    unit = frame["unit"].to_numpy()
    fold = equal_folds(23, 5, seed=0)[unit]
    model = run_doubleml(frame, "ate", fold)
    y, d, g0, g1, m = our_predictions(frame, fold)
    split = irm(y, d, g0, g1, m, by("unit", unit))
    m = np.clip(m, 0.01, 0.99)
    signal = g1 - g0 + d * (y - g1) / m - (1 - d) * (y - g0) / (1 - m)
    weight = np.array([1 / len(np.unique(unit[fold == k])) for k in fold])
    assert model.all_coef[0, 0] == pytest.approx(np.average(signal, weights=weight), abs=TOLERANCE)
    sums = np.bincount(unit, weights=signal - signal.mean())
    assert split.theta == pytest.approx(signal.mean(), abs=TOLERANCE)
    assert split.se == pytest.approx(np.sqrt(np.sum(sums**2)) / len(y), abs=TOLERANCE)
    assert abs(model.all_coef[0, 0] - split.theta) > 1e-4

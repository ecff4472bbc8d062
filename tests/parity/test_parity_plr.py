"""PLR without effects against DoubleMLPLR, which fits learners of its own on the same folds.

Tolerance 1e-8, absolute, on every repetition's θ and SE; what is measured is near 1e-15. On clustered data
DoubleML agrees where folds hold equal numbers of clusters; the last test shows what it does elsewhere, and
that gipspec keeps to the pooled formula of docs/statistics.md.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pytest
from parity_samples import SEED, TWINS, by, equal_folds, make_learner, make_panel, quietly, set_folds
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LassoCV, LinearRegression

from gipspec.estimate import Clusters, aggregate, plr
from gipspec.learn import cross_fit

TOLERANCE = 1e-8
LEARNERS = ["ols", "rf", "gbm", "lassocv"]


def features(frame):
    return [c for c in frame if c.startswith("x")]


def library_learner(name):
    return LassoCV(cv=3, eps=0.02) if name == "lassocv" else TWINS[name][1]


def run_doubleml(frame, ml_l, ml_m, folds, clustered):
    """Run DoubleML in its usual way: its own learners, the folds given, their number at construction."""
    columns = ["y", "d", *features(frame)] + (["unit"] if clustered else [])
    data = doubleml.DoubleMLData(
        frame[columns], "y", "d", features(frame), cluster_cols="unit" if clustered else None
    )
    n_folds = len(np.unique(folds[0]))
    model = doubleml.DoubleMLPLR(
        data, ml_l, ml_m, n_folds=n_folds, n_rep=len(folds), draw_sample_splitting=False
    )
    set_folds(model, folds, frame["unit"].to_numpy() if clustered else None)
    with quietly():
        return model.fit()


def predict(name, x, target, fold, group):
    """Cross-fit by gipspec; by a plain loop where it has no learner that is exactly the library's."""
    if name in TWINS:
        return cross_fit(TWINS[name][0], x, target, fold=fold, group=group, seed=SEED).prediction
    prediction = np.zeros(len(target))
    with quietly():
        for k in np.unique(fold):
            fitted = clone(library_learner(name)).fit(x[fold != k], target[fold != k])
            prediction[fold == k] = fitted.predict(x[fold == k])
    return prediction


def our_splits(frame, name, folds, clusters):
    x, y, d = frame[features(frame)].to_numpy(), frame["y"].to_numpy(), frame["d"].to_numpy()
    group = clusters.codes[0] if clusters.codes else np.arange(len(y))
    splits = []
    for fold in folds:
        l_hat, m_hat = (predict(name, x, target, fold, group) for target in (y, d))
        splits += plr(y, d[:, None], l_hat, m_hat[:, None], clusters)
    return splits


def assert_equal(splits, model):
    np.testing.assert_allclose([s.theta for s in splits], model.all_coef[0], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose([s.se for s in splits], model.all_se[0], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("reps", [1, 5])
@pytest.mark.parametrize("name", LEARNERS)
def test_without_clusters_any_folds(name, reps):
    frame = make_panel()
    rng = np.random.default_rng(1)
    folds = [np.append(rng.integers(0, 4, len(frame) - 4), range(4)) for _ in range(reps)]
    model = run_doubleml(frame, library_learner(name), library_learner(name), folds, clustered=False)
    assert_equal(our_splits(frame, name, folds, Clusters()), model)


@pytest.mark.parametrize("reps", [1, 5])
@pytest.mark.parametrize("name", LEARNERS)
def test_clustered_with_equal_folds(name, reps):
    frame = make_panel(units=30)
    unit = frame["unit"].to_numpy()
    folds = [equal_folds(30, 5, seed=r)[unit] for r in range(reps)]
    model = run_doubleml(frame, library_learner(name), library_learner(name), folds, clustered=True)
    splits = our_splits(frame, name, folds, by("unit", unit))
    assert_equal(splits, model)
    found = aggregate(splits, 0.95)
    theta, se = model.all_coef[0], model.all_se[0]
    assert found.coef == pytest.approx(np.median(theta), abs=TOLERANCE)
    assert found.se == pytest.approx(np.sqrt(np.median(se**2 + (theta - found.coef) ** 2)), abs=TOLERANCE)


def test_binary_treatment_with_a_classifier():
    frame = make_panel(units=30, binary=True)
    unit = frame["unit"].to_numpy()
    fold = equal_folds(30, 5, seed=0)[unit]
    forest = RandomForestClassifier(
        n_estimators=15, min_samples_leaf=5, max_features=1 / 3, random_state=SEED
    )
    model = run_doubleml(frame, LinearRegression(), forest, [fold], clustered=True)
    x, y, d = frame[features(frame)].to_numpy(), frame["y"].to_numpy(), frame["d"].to_numpy()
    l_hat = cross_fit(make_learner("ols"), x, y, fold=fold, group=unit, seed=SEED).prediction
    rf = make_learner("rf", trees=15, leaf=5, features=1 / 3)
    propensity = cross_fit(rf, x, d, fold=fold, group=unit, seed=SEED)
    assert propensity.task == "classification"
    assert_equal(plr(y, d[:, None], l_hat, propensity.prediction[:, None], by("unit", unit)), model)


def test_unequal_folds_doubleml_weighs_them_and_gipspec_does_not():
    """DoubleML gives a fold the weight 1 / (its number of clusters), in θ, in J and in the variance."""
    frame = make_panel(units=23)
    unit = frame["unit"].to_numpy()
    fold = equal_folds(23, 5, seed=0)[unit]
    model = run_doubleml(frame, LinearRegression(), LinearRegression(), [fold], clustered=True)
    u = frame["y"].to_numpy() - model.predictions["ml_l"][:, 0, 0]
    v = frame["d"].to_numpy() - model.predictions["ml_m"][:, 0, 0]

    clusters_of = {k: len(np.unique(unit[fold == k])) for k in range(5)}
    assert sorted(clusters_of.values()) == [4, 4, 5, 5, 5]
    weight = np.array([1 / clusters_of[k] for k in fold])
    weighted = np.sum(weight * u * v) / np.sum(weight * v * v)
    assert model.all_coef[0, 0] == pytest.approx(weighted, abs=TOLERANCE)

    pooled = np.sum(u * v) / np.sum(v * v)
    sums = np.bincount(unit, weights=v * (u - pooled * v))
    (split,) = our_splits(frame, "ols", [fold], by("unit", unit))
    assert split.theta == pytest.approx(pooled, abs=TOLERANCE)
    assert split.se == pytest.approx(np.sqrt(np.sum(sums**2)) / np.sum(v * v), abs=TOLERANCE)
    assert abs(weighted - pooled) > 1e-4

"""Average potential outcomes against DoubleMLAPOS, given the same predictions. Tolerance 1e-8, absolute.

On clustered data DoubleML's difference of two estimates is wrong; there the contrast is compared
with the sums of its scores over clusters, by hand.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pandas as pd
import pytest
from doubleml.utils import DMLDummyClassifier, DMLDummyRegressor, PSProcessorConfig
from parity_samples import by, equal_folds, quietly, set_folds

from gipspec.estimate.apo import potential_means
from gipspec.estimate.influence import NO_CLUSTERS

TOLERANCE = 1e-8
UNITS, PERIODS, TRIM = 50, 6, 0.03
UNIT = np.repeat(np.arange(UNITS), PERIODS)
FOLDS = [equal_folds(UNITS, 5, seed=1)[UNIT]]
LEVELS = [0.0, 1.0, 2.0]


def make(seed=0, binary=False):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=UNIT.size) + 0.5 * rng.normal(size=UNITS)[UNIT]
    odds = np.exp(np.column_stack([np.zeros(UNIT.size), 0.8 * x, -1.2 * x]))
    m = odds / odds.sum(axis=1, keepdims=True)
    level = (rng.uniform(size=UNIT.size)[:, None] > m.cumsum(axis=1)).sum(axis=1)
    y = 0.5 * level + x + rng.normal(size=UNITS)[UNIT] + rng.normal(size=UNIT.size)
    g_hat = np.column_stack([x + 0.4 * j for j in range(3)]) + rng.normal(scale=0.2, size=m.shape)
    if binary:
        y, g_hat = (y > 0.5).astype(float), 1 / (1 + np.exp(-g_hat))
    return y, level, g_hat, m * rng.uniform(0.5, 1.1, size=m.shape)


def predictions(g_hat, m_hat, j):
    names = {"ml_g_d_lvl0": g_hat, "ml_g_d_lvl1": g_hat, "ml_m": m_hat}
    return {name: values[:, [j]].copy() for name, values in names.items()}


def data_of(y, level, cluster=None):
    frame = pd.DataFrame({"y": y, "d": level.astype(float), "x": np.zeros(len(y))})
    if cluster is None:
        return doubleml.DoubleMLData(frame, "y", "d", "x")
    return doubleml.DoubleMLData(frame.assign(cluster=cluster), "y", "d", "x", cluster_cols="cluster")


def learners():
    config = PSProcessorConfig(clipping_threshold=TRIM)
    return {"ml_g": DMLDummyRegressor(), "ml_m": DMLDummyClassifier(), "ps_processor_config": config}


def run_all_levels(y, level, g_hat, m_hat):
    with quietly():
        model = doubleml.DoubleMLAPOS(
            data_of(y, level),
            treatment_levels=LEVELS,
            n_folds=5,
            draw_sample_splitting=False,
            **learners(),
        )
        set_folds(model, FOLDS, None)
        given = {value: predictions(g_hat, m_hat, j) for j, value in enumerate(LEVELS)}
        return model.fit(external_predictions=given)


def run_level(y, level, g_hat, m_hat, j, cluster):
    """One level by DoubleMLAPO: DoubleMLAPOS passes no folds of clusters on to it."""
    with quietly():
        model = doubleml.DoubleMLAPO(
            data_of(y, level, cluster),
            treatment_level=LEVELS[j],
            n_folds=5,
            draw_sample_splitting=False,
            **learners(),
        )
        set_folds(model, FOLDS, cluster)
        return model.fit(external_predictions={"d": predictions(g_hat, m_hat, j)})


def ours(y, level, g_hat, m_hat, clusters=NO_CLUSTERS):
    return potential_means(y, level, g_hat, m_hat, clusters, trim=TRIM)


def assert_equal(splits, thetas, ses):
    np.testing.assert_allclose([s.theta for s in splits], thetas, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose([s.se for s in splits], ses, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("binary", [False, True])
def test_levels_and_contrasts(binary):
    sample = make(binary=binary)
    model, found = run_all_levels(*sample), ours(*sample)
    assert_equal(found.levels, model.all_coef[:, 0], model.all_se[:, 0])
    contrast = model.causal_contrast(reference_levels=0.0)
    assert_equal(found.contrasts, contrast.all_thetas[:, 0], contrast.all_ses[:, 0])


def test_clustered():
    y, level, g_hat, m_hat = sample = make(seed=4)
    found = ours(*sample, by("unit", UNIT))
    models = [run_level(*sample, j, UNIT) for j in range(3)]
    assert_equal(found.levels, [m.all_coef[0, 0] for m in models], [m.all_se[0, 0] for m in models])
    m = m_hat.clip(TRIM, 1 - TRIM)
    psi = g_hat + (level[:, None] == np.arange(3)) * (y[:, None] - g_hat) / m
    for j in (1, 2):
        gap = psi[:, j] - psi[:, 0]
        sums = pd.Series(gap - gap.mean()).groupby(UNIT).sum()
        assert_equal([found.contrasts[j - 1]], [gap.mean()], [np.sqrt((sums**2).sum()) / len(y)])


def test_two_levels_are_the_interactive_model():
    """With P(D=0|X) = 1 - P(D=1|X) the contrast is the average effect of DoubleMLIRM."""
    y, level, g_hat, m_hat = make(seed=2)
    d = (level > 0).astype(float)
    m = m_hat[:, 1].clip(TRIM, 1 - TRIM)
    with quietly():
        model = doubleml.DoubleMLIRM(data_of(y, d), n_folds=5, draw_sample_splitting=False, **learners())
        set_folds(model, FOLDS, None)
        names = {"ml_g0": g_hat[:, [0]], "ml_g1": g_hat[:, [1]], "ml_m": m[:, None]}
        model.fit(external_predictions={"d": names})
    found = ours(y, d.astype(int), g_hat[:, :2], np.column_stack([1 - m, m]))
    assert_equal(found.contrasts, model.all_coef[0], model.all_se[0])

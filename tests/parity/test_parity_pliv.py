"""The partially linear IV model against DoubleMLPLIV on the same folds, and two-stage least squares.

Tolerance 1e-8, absolute. Clusters are in equal folds, where DoubleML's weights are the pooled ones.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pytest
import statsmodels.api as sm
from parity_samples import SEED, TWINS, by, equal_folds, make_panel, quietly, set_folds
from statsmodels.sandbox.regression.gmm import IV2SLS

from gipspec.estimate import Clusters, first_stage, first_stage_f, pliv
from gipspec.learn import cross_fit

TOLERANCE = 1e-8


def sample(q, units=30, seed=0):
    """A treatment with an unobserved confounder, and `q` instruments that depend on the controls."""
    frame = make_panel(units=units, seed=seed)
    rng = np.random.default_rng(seed + 1)
    hidden = rng.normal(size=len(frame))
    z = np.column_stack([np.tanh(frame["x0"]) + rng.normal(size=len(frame)) for _ in range(q)])
    frame["d"] += z @ np.linspace(1, 0.5, q) + hidden
    frame["y"] += 0.5 * z @ np.linspace(1, 0.5, q) + 2 * hidden
    return frame.assign(**{f"z{j}": z[:, j] for j in range(q)})


def columns_of(frame, letter):
    return [c for c in frame if c.startswith(letter)]


def run_doubleml(frame, name, fold, clustered):
    x, z = columns_of(frame, "x"), columns_of(frame, "z")
    columns = ["y", "d", *x, *z] + (["unit"] if clustered else [])
    data = doubleml.DoubleMLData(
        frame[columns], "y", "d", x, z_cols=z, cluster_cols="unit" if clustered else None
    )
    learner = TWINS[name][1]
    model = doubleml.DoubleMLPLIV(
        data, learner, learner, learner, n_folds=len(np.unique(fold)), draw_sample_splitting=False
    )
    set_folds(model, [fold], frame["unit"].to_numpy() if clustered else None)
    with quietly():
        return model.fit()


def predictions(frame, name, fold):
    x = frame[columns_of(frame, "x")].to_numpy()
    y, d, z = frame["y"].to_numpy(), frame["d"].to_numpy(), frame[columns_of(frame, "z")].to_numpy()
    l_hat, r_hat, *m_hat = (
        cross_fit(TWINS[name][0], x, t, fold=fold, group=frame["unit"], seed=SEED).prediction
        for t in (y, d, *z.T)
    )
    return y, d, z, l_hat, r_hat, np.column_stack(m_hat)


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("q", [1, 3])
@pytest.mark.parametrize("name", ["ols", "rf", "gbm"])
def test_against_doubleml(name, q, clustered):
    frame = sample(q)
    unit = frame["unit"].to_numpy()
    fold = equal_folds(30, 5, seed=2)[unit]
    model = run_doubleml(frame, name, fold, clustered)
    split = pliv(*predictions(frame, name, fold), by("unit", unit) if clustered else Clusters())
    assert split.theta == pytest.approx(model.all_coef[0, 0], abs=TOLERANCE)
    assert split.se == pytest.approx(model.all_se[0, 0], abs=TOLERANCE)


def test_unequal_folds_pool_all_rows():
    frame = sample(2, units=23)
    unit = frame["unit"].to_numpy()
    y, d, z, l_hat, r_hat, m_hat = predictions(frame, "ols", equal_folds(23, 5, seed=0)[unit])
    split = pliv(y, d, z, l_hat, r_hat, m_hat, by("unit", unit))
    stages = IV2SLS(y - l_hat, d - r_hat, sm.add_constant(z - m_hat)).fit()
    assert split.theta == pytest.approx(stages.params[0], abs=TOLERANCE)
    fitted = sm.OLS(d - r_hat, sm.add_constant(z - m_hat)).fit().fittedvalues
    sums = np.bincount(unit, weights=fitted * (y - l_hat - split.theta * (d - r_hat)))
    assert split.se == pytest.approx(np.sqrt(sums @ sums) / (fitted @ (d - r_hat)), abs=TOLERANCE)


def test_first_stage_against_least_squares_with_clustered_errors():
    frame = sample(1, units=23)
    unit = frame["unit"].to_numpy()
    _, d, z, _, r_hat, m_hat = predictions(frame, "ols", equal_folds(23, 5, seed=0)[unit])
    ols = sm.OLS(d - r_hat, z - m_hat).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    split = first_stage(d - r_hat, (z - m_hat)[:, 0], by("unit", unit))
    assert split.theta == pytest.approx(ols.params[0], abs=TOLERANCE)
    assert split.se == pytest.approx(ols.bse[0], abs=TOLERANCE)
    f = first_stage_f(d - r_hat, z - m_hat, by("unit", unit))
    assert f == pytest.approx(ols.tvalues[0] ** 2, rel=1e-9)

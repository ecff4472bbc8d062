"""Whole specs against DoubleML with its own fits: the study's folds, repetitions, with and without clusters.

Tolerance 1e-8, absolute, on the median and its standard error; what is measured is near 1e-14. What other
parity tests hand over to DoubleML is fitted by DoubleML here, from learners that both sides build alike.
Folds hold the same number of units, where DoubleML's weights of clustered folds are the pooled ones.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pandas as pd
import pytest
from parity_samples import make_panel, quietly, set_folds
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import gipspec
from gipspec.learn import fold_map

TOLERANCE = 1e-8
UNITS, PERIODS, FOLDS, REPS = 30, 8, 5, 3
SEED = 42  # the default of a study
X = ["x0", "x1"]
MODELS = {
    "plr": "y ~ c | x0 + x1",
    "irm": "y ~ d | x0 + x1; model=irm",
    "att": "y ~ d | x0 + x1; model=irm; target=att",
    "pliv": "y ~ c | x0 + x1; iv=z1",
    "pliv2": "y ~ c | x0 + x1; iv=z1 + z2",
    "iivm": "y ~ d | x0 + x1; model=iivm; iv=z",
}
SPEC = """data "d.csv"
panel unit time
defaults fe=none; folds=5; reps=3; learner=ols; trim=5%
learner near = knn(neighbours=25)
"""


def make() -> pd.DataFrame:
    frame = make_panel(units=UNITS, periods=PERIODS, p=2)
    rng = np.random.default_rng(5)
    n = len(frame)
    z = (rng.random(n) < 1 / (1 + np.exp(-0.5 * frame["x0"]))).astype(float)
    d = np.where(rng.random(n) < 0.7, z, rng.random(n) < 0.4)
    instruments = rng.normal(size=(n, 2)) + np.tanh(frame[["x0"]].to_numpy())
    c = frame["d"] + instruments @ [1.0, 0.5]
    return frame.assign(c=c, z=z, d=d, z1=instruments[:, 0], z2=instruments[:, 1], y=frame["y"] + d)


def near():
    return make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=25))


def by_doubleml(frame: pd.DataFrame, name: str, clustered: bool):
    treatment = "c" if name.startswith("pl") else "d"
    z = {"pliv": ["z1"], "pliv2": ["z1", "z2"], "iivm": ["z"]}.get(name, [])
    columns = ["y", treatment, *X, *z] + (["unit"] if clustered else [])
    data = doubleml.DoubleMLData(
        frame[columns], "y", treatment, X, z_cols=z or None, cluster_cols="unit" if clustered else None
    )
    shared = {"n_folds": FOLDS, "n_rep": REPS, "draw_sample_splitting": False}
    bounds = doubleml.utils.PSProcessorConfig(clipping_threshold=0.05)
    line = LinearRegression()
    match name:
        case "plr":
            model = doubleml.DoubleMLPLR(data, line, line, **shared)
        case "irm" | "att":
            score = {"irm": "ATE", "att": "ATTE"}[name]
            model = doubleml.DoubleMLIRM(
                data, line, near(), score=score, ps_processor_config=bounds, **shared
            )
        case "iivm":
            model = doubleml.DoubleMLIIVM(data, line, near(), near(), ps_processor_config=bounds, **shared)
        case _:
            model = doubleml.DoubleMLPLIV(data, line, line, line, **shared)
    unit = frame["unit"].to_numpy()
    folds = [fold_map(UNITS, FOLDS, SEED, rep)[unit] for rep in range(REPS)]
    set_folds(model, folds, unit if clustered else None)
    with quietly():
        return model.fit()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("study")
    frame = make()
    frame.to_csv(folder / "d.csv", index=False)
    near_for = {"irm": "; learner_d=near", "att": "; learner_d=near"}
    near_for["iivm"] = "; learner_d=near; learner_z=near"
    lines = [f"{name} <- {line}{near_for.get(name, '')}" for name, line in MODELS.items()]
    loose = [f"{name}_rows <- {name}; cluster=none" for name in MODELS]
    results = gipspec.loads(SPEC + "\n".join([*lines, *loose]), folder=folder).run()
    return pd.read_csv(folder / "d.csv"), results


@pytest.mark.parametrize("clustered", [True, False], ids=["clustered", "rows"])
@pytest.mark.parametrize("name", MODELS)
def test_median_and_spread_over_repetitions(study, name: str, clustered: bool):
    frame, results = study
    model = by_doubleml(frame, name, clustered)
    theta, se = model.all_coef[0], model.all_se[0]
    found = results[name if clustered else f"{name}_rows"]
    median = np.median(theta)
    assert np.ptp(theta) > 1e-4  # splits that differ
    assert found.coef == pytest.approx(median, abs=TOLERANCE)
    assert found.se == pytest.approx(np.sqrt(np.median(se**2 + (theta - median) ** 2)), abs=TOLERANCE)
    assert found.spread == pytest.approx((theta.min(), theta.max()), abs=TOLERANCE)

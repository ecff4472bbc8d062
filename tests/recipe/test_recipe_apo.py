"""`model=apo` from the spec to the estimates: known truth, DoubleMLAPOS, and the tests by hand."""

from __future__ import annotations

import warnings

import doubleml
import numpy as np
import pandas as pd
import pytest
from doubleml.utils import DMLDummyClassifier, DMLDummyRegressor, PSProcessorConfig
from potential_samples import FOLDS, UNIT, cross_fitted, panel, run
from scipy.stats import chi2
from sound_runs import error_codes

TRIM = 0.02
LEVELS = [0.0, 1.0, 2.0]
SPEC = f"""
data "d.csv"
panel city year
defaults learner=ols; folds=fold; reps=1; fe=none; trim={TRIM}
sizes <- y ~ size | x1 + x2; model=apo
loose <- sizes; cluster=none
"""


def predictions(frame):
    x, fold = frame[["x1", "x2"]].to_numpy(), frame["fold"].to_numpy()
    y, size = frame["y"].to_numpy(), frame["size"].to_numpy()
    g_hat = np.column_stack([cross_fitted(x, y, fold, size == level) for level in LEVELS])
    m_hat = np.column_stack([cross_fitted(x, (size == level).astype(float), fold) for level in LEVELS])
    return g_hat, m_hat


def by_doubleml(frame):
    g_hat, m_hat = predictions(frame)
    given = {
        level: {"ml_g_d_lvl0": g_hat[:, [j]], "ml_g_d_lvl1": g_hat[:, [j]], "ml_m": m_hat[:, [j]]}
        for j, level in enumerate(LEVELS)
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = doubleml.DoubleMLAPOS(
            doubleml.DoubleMLData(frame[["y", "size", "x1"]], "y", "size", "x1"),
            DMLDummyRegressor(),
            DMLDummyClassifier(),
            treatment_levels=LEVELS,
            n_folds=FOLDS,
            ps_processor_config=PSProcessorConfig(clipping_threshold=TRIM),
        )
        return model.fit(external_predictions=given)


def scores(frame):
    g_hat, m_hat = predictions(frame)
    arm = frame["size"].to_numpy()[:, None] == np.array(LEVELS)
    return g_hat + arm * (frame["y"].to_numpy()[:, None] - g_hat) / m_hat.clip(TRIM, 1 - TRIM)


def test_it_is_doublemlapos_on_the_same_folds(tmp_path):
    frame = panel()
    frame.to_csv(tmp_path / "d.csv", index=False)
    _, results = run(SPEC, tmp_path)
    model = by_doubleml(frame)
    contrast = model.causal_contrast(reference_levels=0.0)
    found = [results[f"loose.{level:g}"] for level in LEVELS]
    np.testing.assert_allclose([e.coef for e in found], model.all_coef[:, 0], atol=1e-8)
    np.testing.assert_allclose([e.se for e in found], model.all_se[:, 0], atol=1e-8)
    gaps = [results[f"loose.{level:g}.difference"] for level in LEVELS[1:]]
    np.testing.assert_allclose([e.coef for e in gaps], contrast.all_thetas[:, 0], atol=1e-8)
    np.testing.assert_allclose([e.se for e in gaps], contrast.all_ses[:, 0], atol=1e-8)


def test_clusters_and_the_test_that_all_levels_are_equal(tmp_path):
    frame = panel()
    frame.to_csv(tmp_path / "d.csv", index=False)
    _, results = run(SPEC, tmp_path)
    psi = scores(frame)
    means = psi.mean(axis=0)
    sums = pd.DataFrame(psi - means).groupby(UNIT).sum().to_numpy() / len(frame)
    v = sums.T @ sums
    for j, level in enumerate(LEVELS):
        assert results[f"sizes.{level:g}"].coef == pytest.approx(means[j], abs=1e-8)
        assert results[f"sizes.{level:g}"].se == pytest.approx(v[j, j] ** 0.5, abs=1e-8)
    contrast = np.array([[-1, 1, 0], [-1, 0, 1]])
    gap, spread = contrast @ means, contrast @ v @ contrast.T
    statistic = gap @ np.linalg.solve(spread, gap)
    for j, level in enumerate(LEVELS[1:]):
        found = results[f"sizes.{level:g}.difference"]
        assert found.se == pytest.approx(spread[j, j] ** 0.5, abs=1e-8)
        measures = dict(found.measures)
        assert measures["equality.chi2"] == pytest.approx(statistic, rel=1e-8)
        assert measures["equality.df"] == 2
        assert measures["equality.p"] == pytest.approx(chi2.sf(statistic, 2), rel=1e-6)


def test_known_means(tmp_path):
    """Y(l) = l² + x + e with x of mean one half; the level is drawn by lot given x."""
    rng = np.random.default_rng(5)
    n = 4000
    x = rng.normal(loc=0.5, size=n)
    odds = np.exp(np.column_stack([np.zeros(n), x, -x]))
    level = (rng.uniform(size=n)[:, None] > (odds / odds.sum(axis=1, keepdims=True)).cumsum(axis=1)).sum(
        axis=1
    )
    y = level**2 + x + rng.normal(size=n)
    pd.DataFrame({"y": y, "level": level, "x": x}).to_csv(tmp_path / "d.csv", index=False)
    _, results = run(
        'data "d.csv"\nm <- y ~ level | x; model=apo; learner_y=ols; learner_d=logit; reps=1', tmp_path
    )
    for value in (0, 1, 2):
        found = results[f"m.{value}"]
        assert abs(found.coef - (value**2 + 0.5)) < 3 * found.se
        assert found.se < 0.08
    for value in (1, 2):
        found = results[f"m.{value}.difference"]
        assert abs(found.coef - value**2) < 3 * found.se
    raw = y[level == 2].mean() - y[level == 1].mean() - 3
    assert abs(raw) > 0.5  # confounded, before x is taken into account


def test_two_levels_are_the_interactive_model(tmp_path):
    """A linear probability of one level is one less that of the other."""
    panel().to_csv(tmp_path / "d.csv", index=False)
    text = SPEC + "two <- y ~ d | x1 + x2; model=apo\ninter <- y ~ d | x1 + x2; model=irm\n"
    _, results = run(text, tmp_path)
    assert results["two.1.difference"].coef == pytest.approx(results["inter"].coef, abs=1e-10)
    assert results["two.1.difference"].se == pytest.approx(results["inter"].se, abs=1e-10)
    assert "equality.p" not in dict(results["two.1.difference"].measures)


def test_value_labels_name_the_levels(tmp_path):
    names = {0: "Small", 1: "Quite large", 2: "Huge"}
    frame = panel().astype({"size": int})
    frame.to_stata(
        tmp_path / "d.dta",
        write_index=False,
        value_labels={"size": names},
        variable_labels={"size": "Park size"},
    )
    text = SPEC.replace("d.csv", "d.dta") + 'table t "Sizes": sizes\n'
    loaded, results = run(text, tmp_path)
    keys = ["small", "quite_large", "huge", "quite_large.difference", "huge.difference"]
    assert [e.key for e in results.of_model("sizes")] == keys
    assert results["sizes.huge.difference"].term_label == "Park size: Huge − Small"
    assert [results[f"sizes.{k}"].kind for k in ("huge", "huge.difference")] == ["level", "contrast"]
    assert dict(results["sizes.small"].measures)["rows"] == (frame["size"] == 0).sum()
    frame.astype({"size": float}).to_csv(tmp_path / "d.csv", index=False)
    _, plain = run(SPEC, tmp_path)
    assert results["sizes.huge"].coef == pytest.approx(plain["sizes.2"].coef, abs=1e-12)
    loaded.write(results, tmp_path / "out")
    table = " ".join((tmp_path / "out" / "tables" / "t.tex").read_text().split())
    assert "Park size: Huge" in table
    assert "test that all levels have the same mean" in table.lower()


def test_winsorising_leaves_a_rare_level_alone(tmp_path):
    frame = panel()
    rare = np.flatnonzero(frame["size"] == 2)[20:]
    frame.loc[rare, "size"] = 1.0
    frame.to_csv(tmp_path / "d.csv", index=False)
    _, results = run(SPEC + "cut <- sizes; winsor=10%\n", tmp_path)
    assert dict(results["cut.2"].measures)["rows"] == dict(results["sizes.2"].measures)["rows"] == 20
    assert results["cut.2"].coef != results["sizes.2"].coef


def test_text_is_not_a_treatment(tmp_path):
    panel().assign(size="large").to_csv(tmp_path / "d.csv", index=False)
    assert error_codes(SPEC, tmp_path) == ["G307"] * 2

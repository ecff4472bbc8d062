"""`model=qte` from the spec to the estimates: known truth, DoubleMLPQ and the formula by hand."""

from __future__ import annotations

import warnings

import doubleml
import numpy as np
import pandas as pd
import pytest
from doubleml.utils import DMLDummyClassifier, PSProcessorConfig
from potential_samples import FOLDS, UNIT, cross_fitted, cross_section, panel, run
from scipy.stats import norm
from sound_runs import error_codes
from statsmodels.nonparametric.kde import KDEUnivariate

import gipspec
from gipspec.lang.study import Learner
from gipspec.learn import cross_fit_quantile
from gipspec.recipe.qte import quantile_key

OLS = Learner(name="ols", parameters=(), label="ols")
TRIM = 0.02
SPEC = """
data "d.csv"
spread <- y ~ d | x1 + x2; model=qte; quantiles=[0.1, 0.5, 0.975]; learner=logit; reps=1
"""
BY_HAND = f"""
data "d.csv"
panel city year
defaults learner=ols; folds=fold; reps=1; fe=none; trim={TRIM}
spread <- y ~ d | x1 + x2; model=qte; quantiles=[0.3, 0.6]
loose <- spread; cluster=none
"""


def test_the_effects_on_quantiles_of_known_distributions(tmp_path):
    cross_section().to_csv(tmp_path / "d.csv", index=False)
    _, results = run(SPEC, tmp_path)
    for key, q in (("q10", 0.1), ("q50", 0.5), ("q975", 0.975)):
        z = norm.ppf(q)
        truth = {"": 1 + (6**0.5 - 3**0.5) * z, ".treated": 1 + 6**0.5 * z, ".untreated": 3**0.5 * z}
        for part, value in truth.items():
            found = results[f"spread.{key}{part}"]
            assert abs(found.coef - value) < 3 * found.se
        effect = results[f"spread.{key}"]
        assert (effect.kind, effect.term, effect.fe_method) == ("quantile", key, "none")
        assert results[f"spread.{key}.treated"].kind == "potential quantile"
        difference = results[f"spread.{key}.treated"].coef - results[f"spread.{key}.untreated"].coef
        assert effect.coef == pytest.approx(difference, abs=1e-12)
    assert results["spread.q50"].se < 0.15  # that of a median regression with known weights is near .1


def test_the_series_of_a_figure_has_a_band_around_the_intervals(tmp_path):
    cross_section(800).to_csv(tmp_path / "d.csv", index=False)
    _, results = run(SPEC, tmp_path)
    named, *_ = results.series
    assert (named.name, named.series.kind) == ("spread.quantiles", "quantiles")
    table = pd.DataFrame(dict(named.series.columns))
    assert list(table["quantile"]) == [0.1, 0.5, 0.975]
    for row, key in zip(table.itertuples(index=False), ("q10", "q50", "q975"), strict=True):
        e = results[f"spread.{key}"]
        assert (row.coef, row.low, row.high) == (e.coef, *e.ci)
    widths = (table["band.high"] - table["band.low"]) / (table["high"] - table["low"])
    assert widths.min() > 1
    assert np.ptp(widths) < 1e-9
    assert widths.max() < norm.ppf(1 - 0.025 / 3) / norm.ppf(0.975)  # Bonferroni's band is wider


def predictions(frame, arm, quantile):
    x = frame[["x1", "x2"]].to_numpy()
    fold = frame["fold"].to_numpy()
    g_hat = cross_fit_quantile(
        OLS,
        x,
        frame["y"],
        arm=frame["d"] == arm,
        quantile=quantile,
        propensity_learner=OLS,
        fold=fold,
        group=UNIT,
        seed=1,
    ).prediction
    return g_hat, cross_fitted(x, frame["d"].to_numpy(), fold)


def by_doubleml(frame, arm, quantile):
    g_hat, m_hat = predictions(frame, arm, quantile)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = doubleml.DoubleMLPQ(
            doubleml.DoubleMLData(frame[["y", "d", "x1"]], "y", "d", "x1"),
            DMLDummyClassifier(),
            DMLDummyClassifier(),
            treatment=arm,
            quantile=quantile,
            n_folds=FOLDS,
            ps_processor_config=PSProcessorConfig(clipping_threshold=TRIM),
        )
        model.fit(external_predictions={"d": {"ml_g": g_hat[:, None], "ml_m": m_hat[:, None]}})
    return model.coef[0]


def scores_by_hand(frame, arm, quantile, theta):
    """ψ over the density at θ: what a row moves the quantile by, up to the sign and n."""
    y = frame["y"].to_numpy()
    g_hat, m_hat = predictions(frame, arm, quantile)
    p = (m_hat if arm else 1 - m_hat).clip(TRIM, 1 - TRIM)
    weight = (frame["d"].to_numpy() == arm) / p
    weight /= weight.mean()
    kde = KDEUnivariate(y)
    kde.fit(kernel="gau", bw="silverman", weights=weight, fft=False)
    return (weight * ((y <= theta) - g_hat) + g_hat - quantile) / kde.evaluate(theta)


def test_it_is_doublemlpq_on_the_same_folds_with_clustered_scores(tmp_path):
    frame = panel()
    frame.to_csv(tmp_path / "d.csv", index=False)
    _, results = run(BY_HAND, tmp_path)
    for quantile in (0.3, 0.6):
        key = quantile_key(quantile)
        moved = {}
        for arm, name in ((1, "treated"), (0, "untreated")):
            found = results[f"spread.{key}.{name}"]
            assert found.coef == pytest.approx(by_doubleml(frame, arm, quantile), abs=1e-8)
            moved[arm] = scores_by_hand(frame, arm, quantile, found.coef)
        gap = pd.Series(moved[1] - moved[0])
        clustered = np.sqrt((gap.groupby(UNIT).sum() ** 2).sum()) / len(frame)
        assert results[f"spread.{key}"].se == pytest.approx(clustered, abs=1e-8)
        robust = np.sqrt((gap**2).sum()) / len(frame)
        assert results[f"loose.{key}"].se == pytest.approx(robust, abs=1e-8)


def test_effects_of_a_panel_enter_as_features_and_the_note_says_so(tmp_path):
    panel().to_csv(tmp_path / "d.csv", index=False)
    text = BY_HAND.replace("fe=none; ", "")
    text += 'table t "Quantiles": spread\ntable k "Potential": spread; keep="q30.treated"\n'
    loaded, results = run(text, tmp_path)
    assert results["spread.q30"].fe_method == "means"
    assert "A20" in [p.code for p in results.problems]
    plain = run(BY_HAND, tmp_path)[1]
    assert results["spread.q30"].coef != plain["spread.q30"].coef
    loaded.write(results, tmp_path / "out")
    table = (tmp_path / "out" / "tables" / "t.tex").read_text()
    assert "30\\% quantile" in table
    assert "quantile, treated" not in table
    assert "quantile, treated" in (tmp_path / "out" / "tables" / "k.tex").read_text()
    assert "not a quantile of the effects" in " ".join(table.split())


def test_localized_nuisances_are_measured_at_the_estimate(tmp_path):
    frame = panel()
    frame.to_csv(tmp_path / "d.csv", index=False)
    _, results = run(BY_HAND, tmp_path)
    theta = results["spread.q30.treated"].coef
    g_hat, _ = predictions(frame, 1, 0.3)
    treated = frame["d"] == 1
    below = (frame["y"] <= theta)[treated].astype(float)
    expected = 1 - ((below - g_hat[treated]) ** 2).sum() / ((below - below.mean()) ** 2).sum()
    fits = {f.role: dict(f.metrics) for f in results["spread.q30"].nuisances}
    assert set(fits) == {"quantile, treated", "quantile, untreated", "treatment"}
    assert fits["quantile, treated"]["r2"] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("quantile", "key"),
    [(0.25, "q25"), (0.5, "q50"), (0.1, "q10"), (0.05, "q05"), (0.975, "q975"), (1 / 3, "q333333")],
)
def test_keys(quantile, key):
    assert quantile_key(quantile) == key


def test_equal_quantiles_of_two_lines_share_their_fits(tmp_path):
    panel().to_csv(tmp_path / "d.csv", index=False)
    text = BY_HAND + "more <- spread; quantiles=[0.3, 0.5]\n"
    _, results = run(text, tmp_path)
    assert results["more.q30"].coef == results["spread.q30"].coef
    assert (
        results["more.q30"].influence.values[0].tolist() == results["spread.q30"].influence.values[0].tolist()
    )


def test_the_sample_of_one_group_and_missing_values_are_refused_or_dropped(tmp_path):
    frame = panel()
    frame.loc[frame.index[:7], "y"] = np.nan
    frame.to_csv(tmp_path / "d.csv", index=False)
    _, results = run(BY_HAND, tmp_path)
    assert results["spread.q30"].n == len(frame) - 7
    assert error_codes(BY_HAND.replace("fe=none;", "fe=none; sample=d == 1;"), tmp_path) == ["G401"] * 2


def test_a_quantile_that_fails_spares_the_others(tmp_path):
    """Without any overlap linear probabilities put the lower quantiles of the treated out of reach."""
    frame = panel()
    frame["d"] = (frame["x1"] > 0.4).astype(float)
    frame.to_csv(tmp_path / "d.csv", index=False)
    text = BY_HAND.replace("[0.3, 0.6]", "[0.02, 0.9]").replace("loose", "# loose")
    results = gipspec.loads(text, folder=tmp_path).run()
    assert [p.code for p in results.problems if p.severity == "error"] == ["G420"]
    assert {e.key.partition(".")[0] for e in results} == {"q90"}
    assert dict(results.series[0].series.columns)["quantile"] == (0.9,)


def test_two_quantile_effects_can_be_compared(tmp_path):
    frame = panel()
    frame.to_csv(tmp_path / "d.csv", index=False)
    _, results = run(BY_HAND + "gap <- spread.q60 - spread.q30\n", tmp_path)
    moved = {
        q: scores_by_hand(frame, 1, q, results[f"spread.{quantile_key(q)}.treated"].coef)
        - scores_by_hand(frame, 0, q, results[f"spread.{quantile_key(q)}.untreated"].coef)
        for q in (0.3, 0.6)
    }
    sums = pd.Series(moved[0.6] - moved[0.3]).groupby(UNIT).sum()
    assert results["gap"].se == pytest.approx(np.sqrt((sums**2).sum()) / len(frame), abs=1e-8)
    assert results["gap"].coef == pytest.approx(results["spread.q60"].coef - results["spread.q30"].coef)

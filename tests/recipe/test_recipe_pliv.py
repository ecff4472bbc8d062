"""`iv=` through specs: two-stage least squares on hand-made residuals, known truths, panels, reports."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from interactive_samples import PANEL, encouraged, out_of_fold, run, unit_driven
from linearmodels.iv import IV2SLS

import gipspec
from gipspec.report.build import build_table
from gipspec.report.macros import numbers_tex
from gipspec.report.saved import load_results_json, results_json
from gipspec.report.terminal import terminal_table

FRAME = encouraged(n=1200)
X, FOLD = FRAME[["x1", "x2"]].to_numpy(), FRAME["fold"].to_numpy()


def residual(name):
    values = FRAME[name].to_numpy()
    return values - out_of_fold(X, values, FOLD)


def stages(frame, y, d, z, cluster=None):
    """2SLS of residuals; with several instruments the constant is one of them, as in DoubleML."""
    instruments = z if z.shape[1] == 1 else np.column_stack([np.ones(len(y)), z])
    options = {"cov_type": "robust"} if cluster is None else {"cov_type": "clustered", "clusters": cluster}
    return IV2SLS(y, None, d, instruments).fit(debiased=False, **options)


@pytest.mark.parametrize("instruments", [["z"], ["z", "z2"]])
def test_it_is_two_stage_least_squares_of_residuals(instruments, tmp_path):
    found = run(tmp_path, FRAME, f"m <- outcome ~ dose | x1 + x2; iv={' + '.join(instruments)}")["m"]
    z = np.column_stack([residual(name) for name in instruments])
    expected = stages(FRAME, residual("outcome"), residual("dose"), z)
    assert found.coef == pytest.approx(expected.params.iloc[0], rel=1e-8)
    assert found.se == pytest.approx(expected.std_errors.iloc[0], rel=1e-8)
    assert [f.target for f in found.nuisances] == ["outcome", "dose", *instruments]
    measures = dict(found.measures)
    assert measures["ar.low"] < found.coef < measures["ar.high"]
    if len(instruments) == 1:
        slope = IV2SLS(residual("dose"), z, None, None).fit(cov_type="robust", debiased=False)
        assert measures["first_stage.coef"] == pytest.approx(slope.params.iloc[0], rel=1e-8)
        assert measures["first_stage_f"] == pytest.approx(slope.tstats.iloc[0] ** 2, rel=1e-8)
    else:
        assert "first_stage.coef" not in measures


def test_instruments_remove_what_least_squares_does_not(tmp_path):
    """The kind of a row, unobserved, drives dose and outcome; the effect of the dose is 0.5."""
    frame = encouraged()
    frame["outcome"] += 0.5 * frame["dose"] - frame["z"] - frame["z2"]
    found = run(tmp_path, frame, "ols <- outcome ~ dose | x1 + x2\niv <- ols; iv=z\nboth <- ols; iv=z + z2")
    assert found["ols"].coef - 0.5 > 5 * found["ols"].se
    for name in ("iv", "both"):
        assert abs(found[name].coef - 0.5) < 3 * found[name].se
    assert found["both"].se < found["iv"].se


def test_nuisances_are_those_of_the_model_without_instruments(tmp_path):
    found = run(tmp_path, FRAME, "plain <- outcome ~ dose | x1 + x2\niv <- plain; iv=z2")
    assert found["iv"].nuisances[:2] == found["plain"].nuisances


@pytest.mark.parametrize("method", ["within", "fd", "cre"])
def test_instruments_are_transformed_as_the_treatment_is(method, tmp_path):
    """Within units the instrument is as good as random; between them it goes with the unobserved effect."""
    frame = unit_driven()
    lines = f"iv <- y ~ d | x1; iv=z; fe_method={method}\npooled <- y ~ d | x1; iv=z; fe=none"
    found = run(tmp_path, frame, lines, PANEL)
    assert abs(found["iv"].coef - 0.5) < 3 * found["iv"].se < 1
    assert found["pooled"].coef - 0.5 > 5 * found["pooled"].se


def test_within_by_hand(tmp_path):
    """Balanced: two-way demeaning by means. Predictions of D and Z have the unit means of D and Z."""
    frame = unit_driven(units=60).assign(half=lambda f: f["city"] % 2)
    found = run(tmp_path, frame, "m <- y ~ d | x1; iv=z; folds=half; reps=1", PANEL)["m"]
    mean = frame.groupby("city")["x1"].transform("mean")
    dummies = (frame["year"].to_numpy()[:, None] == np.unique(frame["year"])[1:]).astype(float)
    x, fold = np.column_stack([frame["x1"], mean, dummies]), frame["half"].to_numpy()

    def left(name):
        by = frame[name]
        for key in ("city", "year"):
            by = by - by.groupby(frame[key]).transform("mean")
        values = by.to_numpy()
        gap = values - out_of_fold(x, values, fold)
        return gap if name == "y" else gap - frame.assign(gap=gap).groupby("city")["gap"].transform("mean")

    y, d, z = (np.asarray(left(name)) for name in ("y", "d", "z"))
    expected = stages(frame, y, d, z[:, None], cluster=frame["city"].to_numpy())
    assert found.coef == pytest.approx(expected.params.iloc[0], rel=1e-7)
    assert found.se == pytest.approx(expected.std_errors.iloc[0], rel=1e-7)


def test_a_learner_of_its_own(tmp_path):
    found = run(tmp_path, FRAME, "m <- outcome ~ dose | x1 + x2; iv=z; learner_z=logit")["m"]
    assert found.learner == "ols / ols / logit"
    assert [name for name, _ in found.nuisances[2].metrics] == ["r2", "rmse", "log_loss", "auc"]


# ---------------------------------------------------------------- weak instruments, reports


def weak() -> pd.DataFrame:
    frame = encouraged(n=400, seed=4)
    return frame.assign(noise=np.random.default_rng(0).normal(size=len(frame)))


def test_a_weak_instrument_is_said_to_be_weak(tmp_path):
    found = run(tmp_path, weak(), "m <- outcome ~ dose | x1 + x2; iv=noise\nok <- outcome ~ dose | x1; iv=z2")
    assert dict(found["m"].measures)["first_stage_f"] < 10 < dict(found["ok"].measures)["first_stage_f"]
    assert [p.subject for p in found.problems if p.code == "A15"] == ["m"]
    unbounded = dict(found["m"].measures)
    assert unbounded["ar.low"] > unbounded["ar.high"] or not np.isfinite(unbounded["ar.low"])
    read = dict(load_results_json(results_json(found))["m"].measures)
    assert read["ar.pieces"] == unbounded["ar.pieces"]


def test_tables_show_the_first_stage_and_the_sets(tmp_path):
    lines = (
        "ols <- outcome ~ dose | x1\none <- ols; iv=z2\nmore <- ols; iv=z2 + noise\ntable t: ols, one, more\n"
    )
    weak().to_csv(tmp_path / "study.csv", index=False)
    loaded = gipspec.loads(
        'data "study.csv"\ndefaults learner=ols; reps=1\nlabel z2 "Quota"\n' + lines, folder=tmp_path
    )
    found = loaded.run()
    text = terminal_table(build_table(loaded.study.tables[0], found, loaded.study))
    measures = [dict(found[name].measures) for name in ("one", "more")]
    row = next(line for line in text.splitlines() if line.startswith("First-stage F"))
    assert row.split()[2:] == ["--", *(f"{m['first_stage_f']:,.1f}" for m in measures)]
    flat = " ".join(text.split())
    assert "Instruments: Quota in column (2); Quota and noise in column (3)." in flat
    sets = [f"[{m['ar.low']:.3f}, {m['ar.high']:.3f}]" for m in measures]
    assert f"{sets[0]} in column (2); {sets[1]} in column (3)." in flat
    assert "R², Quota" in flat
    macros = numbers_tex(found)
    assert rf"\gipset{{one.first_stage_f.raw}}{{{measures[0]['first_stage_f']!r}}}" in macros
    assert r"\gipset{one.ar}" in macros
    assert r"\gipset{ols.ar}" not in macros

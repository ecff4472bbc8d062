"""`model=irm` through specs: by hand on the same folds, against a known truth, on panels."""

from __future__ import annotations

import numpy as np
import pytest
from interactive_samples import PANEL, effects, out_of_fold, ratio, run, unit_driven

from gipspec.report import results_json
from gipspec.report.saved import load_results_json

FRAME, TRUTH = effects()
Y, D, X, FOLD = (FRAME[name].to_numpy() for name in ("y", "d", ["x1", "x2"], "fold"))
ROWS = np.arange(len(FRAME))


@pytest.mark.parametrize("cluster", [False, True])
@pytest.mark.parametrize("trim", ["1%", "10%"])
def test_it_is_the_formula_on_the_same_folds(trim, cluster, tmp_path):
    line = f"y ~ d | x1 + x2; model=irm; trim={trim}{'; cluster=firm' if cluster else ''}"
    frame = FRAME.sort_values("fold")  # the order of rows in the file means nothing
    if cluster:
        frame = frame.assign(fold=frame["firm"] % 4)
    found = run(tmp_path, frame, f"all <- {line}\ntreated <- {line}; target=att")
    fold = (FRAME["firm"] % 4).to_numpy() if cluster else FOLD
    group = FRAME["firm"].to_numpy() if cluster else ROWS
    share = float(trim.rstrip("%")) / 100
    g0, g1 = (out_of_fold(X, Y, fold, rows=level == D) for level in (0, 1))
    raw = out_of_fold(X, D, fold)
    m = np.clip(raw, share, 1 - share)
    ate = ratio(g1 - g0 + D * (Y - g1) / m - (1 - D) * (Y - g0) / (1 - m), np.ones(len(Y)), group)
    att = ratio(D * (Y - g0) - (1 - D) * m / (1 - m) * (Y - g0), D, group)
    assert (found["all"].coef, found["all"].se) == pytest.approx(ate, rel=1e-8)
    assert (found["treated"].coef, found["treated"].se) == pytest.approx(att, rel=1e-8)
    measures = dict(found["all"].measures)
    assert measures["propensity.low"] == pytest.approx(raw.min(), rel=1e-8)
    assert measures["propensity.high"] == pytest.approx(raw.max(), rel=1e-8)
    assert measures["trimmed"] == pytest.approx(np.mean((raw < share) | (raw > 1 - share)))
    assert found["all"].residual_share == pytest.approx(np.var(D - raw) / np.var(D), rel=1e-8)


def test_whose_mean_effect_it_is(tmp_path):
    line = "y ~ d | x1 + x2; model=irm; learner_d=logit"
    found = run(tmp_path, FRAME, f"all <- {line}\ntreated <- {line}; target=att\ngap <- treated - all")
    for name, target in (("all", "ate"), ("treated", "att")):
        assert abs(found[name].coef - TRUTH[target]) < 3 * found[name].se < 0.3
    gap = found["gap"]
    assert abs(gap.coef - (TRUTH["att"] - TRUTH["ate"])) < 3 * gap.se
    assert gap.se < found["all"].se


def test_nuisances_are_named_and_measured_where_they_were_learned(tmp_path):
    found = run(tmp_path, FRAME, "all <- y ~ d | x1 + x2; model=irm\ntreated <- all; target=att")
    roles = [f.role for f in found["all"].nuisances]
    assert roles == ["outcome, untreated", "outcome, treated", "treatment"]
    assert [f.role for f in found["treated"].nuisances] == ["outcome, untreated", "treatment"]
    r2 = dict(found["all"].nuisances[1].metrics)["r2"]
    g1, on = out_of_fold(X, Y, FOLD, rows=D == 1), D == 1
    assert r2 == pytest.approx(1 - np.mean((Y - g1)[on] ** 2) / np.var(Y[on]), rel=1e-8)


def test_results_survive_the_file(tmp_path):
    found = run(tmp_path, FRAME, "all <- y ~ d | x1 + x2; model=irm")
    text = results_json(found)
    assert '"outcome.untreated"' in text
    read = load_results_json(text)["all"]
    assert (read.nuisances, read.measures) == (found["all"].nuisances, found["all"].measures)


def test_on_a_panel_the_learners_see_unit_means_and_the_period(tmp_path):
    """Features by hand: x1, its mean by city, a dummy for each year but the first."""
    frame = unit_driven(units=60)
    frame["half"] = frame["city"] % 2
    found = run(tmp_path, frame, "m <- y ~ exact | x1; model=irm; folds=half; reps=1", PANEL)["m"]
    mean = frame.groupby("city")["x1"].transform("mean")
    dummies = (frame["year"].to_numpy()[:, None] == np.unique(frame["year"])[1:]).astype(float)
    x = np.column_stack([frame["x1"], mean, dummies])
    y, d, fold, city = (frame[name].to_numpy() for name in ("y", "exact", "half", "city"))
    g0, g1 = (out_of_fold(x, y, fold, rows=level == d) for level in (0, 1))
    m = np.clip(out_of_fold(x, d, fold), 0.01, 0.99)
    signal = g1 - g0 + d * (y - g1) / m - (1 - d) * (y - g0) / (1 - m)
    assert (found.coef, found.se) == pytest.approx(ratio(signal, np.ones(len(y)), city), rel=1e-7)
    assert (found.fe_method, found.units) == ("means", 60)


def test_unit_effects_stay_and_the_audit_says_so(tmp_path):
    """The effect is nought; unit means of x1 tell nothing of the unit effect that drives D and Y."""
    frame = unit_driven()
    frame["y"] -= 0.5 * frame["d"]
    found = run(
        tmp_path,
        frame,
        "inter <- y ~ exact | x1; model=irm; learner_d=logit\nbase <- inter; model=plr; learner=ols",
        PANEL,
    )
    assert found["inter"].coef > 10 * found["inter"].se
    assert abs(found["base"].coef) < 3 * found["base"].se
    assert "A20" not in {p.code for p in found.problems}  # the linear model stands beside it
    alone = run(tmp_path, frame, "inter <- y ~ exact | x1; model=irm; learner_d=logit", PANEL)
    assert [p.subject for p in alone.problems if p.code == "A20"] == ["inter"]


def test_without_unit_effects_the_interactive_model_is_fine_on_a_panel(tmp_path):
    """What drives the treatment is observed: the unit effect is a control."""
    frame = unit_driven()
    line = "inter <- y ~ exact | x1 + level + d; model=irm; learner_d=logit; fe=year"
    found = run(tmp_path, frame, line, PANEL)
    assert abs(found["inter"].coef) < 3 * found["inter"].se
    assert not [p for p in found.problems if p.code == "A20"]

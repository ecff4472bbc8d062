"""Sensitivity through specs, against DoubleML on the same predictions, and its short models."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import doubleml
import numpy as np
import pandas as pd
import pytest
from doubleml.utils import DMLDummyClassifier, DMLDummyRegressor
from doubleml.utils.gain_statistics import gain_statistics
from placebo_samples import loaded, run, series, staggered

from gipspec.engine.prepare import fit_tasks
from gipspec.recipe import Work, prepare_model
from gipspec.report import results_json

PANEL = staggered()
PLAIN = "fe=none; cluster=none; reps=1"
MINIMISER = 1e-4  # of DoubleML's robustness values


def predictions(folder: Path, line: str) -> tuple[Work, list[np.ndarray]]:
    """The nuisances that a line asks for, learned outside of the engine's run."""
    study = loaded(folder, PANEL, line)
    model = study.require().models[0]
    work = prepare_model(model, study.dataset(), study.require().panel)
    (tasks,) = fit_tasks(model, work, len(study.dataset().unit_names), {})
    return work, [task.run().prediction for task in tasks]


def fitted(kind: type, y: np.ndarray, d: np.ndarray, external: dict[str, np.ndarray], **settings: object):
    """DoubleML's own estimate from the predictions; without clusters its folds change nothing."""
    learners = {"ml_l": DMLDummyRegressor, "ml_g": DMLDummyRegressor, "ml_m": DMLDummyRegressor}
    if kind is doubleml.DoubleMLIRM:
        learners = {"ml_g": DMLDummyRegressor, "ml_m": DMLDummyClassifier}
    else:
        del learners["ml_g"]
    data = doubleml.DoubleMLData.from_arrays(np.zeros((len(y), 1)), y, d)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = kind(data, **{k: v() for k, v in learners.items()}, **settings)
        model.fit(external_predictions={"d": {k: v[:, None] for k, v in external.items()}})
        model.sensitivity_analysis(cf_y=0.03, cf_d=0.03)
    return model


def check_against_doubleml(measures: dict[str, float], long: object, short: object) -> None:
    found = long.sensitivity_params
    assert measures["bounds.low"] == pytest.approx(found["theta"]["lower"][0], abs=1e-8)
    assert measures["bounds.high"] == pytest.approx(found["theta"]["upper"][0], abs=1e-8)
    assert measures["rv"] == pytest.approx(found["rv"][0], abs=MINIMISER)
    gain = gain_statistics(long, short)
    for name in ("cf_y", "cf_d", "rho", "delta_theta"):
        assert measures[f"benchmark.x2.{name}"] == pytest.approx(gain[name][0], abs=1e-8)


def test_the_partially_linear_model_agrees_with_doubleml(tmp_path: Path) -> None:
    line = f"s <- y ~ d | x1 + x2; sensitivity=x2; {PLAIN}"
    measures = dict(run(tmp_path, PANEL, line)["s"].measures)
    work, (l_long, m_long, l_short, m_short) = predictions(tmp_path, line)
    y, d = (n.target for n in work.nuisances[:2])
    long = fitted(doubleml.DoubleMLPLR, y, d, {"ml_l": l_long, "ml_m": m_long})
    short = fitted(doubleml.DoubleMLPLR, y, d, {"ml_l": l_short, "ml_m": m_short})
    check_against_doubleml(measures, long, short)


@pytest.mark.parametrize(("target", "score"), [("ate", "ATE"), ("att", "ATTE")])
def test_the_interactive_model_agrees_with_doubleml(target: str, score: str, tmp_path: Path) -> None:
    line = (
        f"s <- y ~ d | x1 + x2; model=irm; target={target}; learner_d=logit; trim=5%; "
        "sensitivity=x2; fe=none; cluster=none; reps=1"
    )
    found = run(tmp_path, PANEL, line)
    plain = run(tmp_path, PANEL, line.replace("sensitivity=x2", "level=95%"))
    assert (found["s"].coef, found["s"].se) == (plain["s"].coef, plain["s"].se)
    work, fits = predictions(tmp_path, line)
    assert [n.role for n in work.nuisances[:3]] == ["outcome, untreated", "outcome, treated", "treatment"]
    y, d = work.nuisances[0].target, work.nuisances[2].target
    models = []
    for g0, g1, m in (fits[:3], fits[3:]):
        external = {"ml_g0": g0, "ml_g1": g1, "ml_m": np.clip(m, 0.05, 0.95)}
        models.append(fitted(doubleml.DoubleMLIRM, y, d, external, score=score))
    check_against_doubleml(dict(found["s"].measures), *models)


def test_the_robustness_value_is_that_of_the_formula(tmp_path: Path) -> None:
    line = "s <- y ~ d | x1 + x2; sensitivity=yes; reps=1"
    found = run(tmp_path, PANEL, line)["s"]
    work, (l_hat, m_hat) = predictions(tmp_path, line)
    y, d = (n.target for n in work.nuisances)
    m_hat = m_hat + (d - m_hat).reshape(60, -1).mean(axis=1).repeat(8)
    residual = d - m_hat
    size = math.sqrt(np.mean((y - l_hat - found.coef * residual) ** 2) / np.mean(residual**2))
    f = abs(found.coef) / size
    measures = dict(found.measures)
    assert measures["rv"] == pytest.approx((math.sqrt(f**4 + 4 * f**2) - f**2) / 2, rel=1e-9)
    bias = math.sqrt(0.03 * 0.03 / 0.97) * size
    assert measures["bounds.low"] == pytest.approx(found.coef - bias, rel=1e-9)
    assert measures["bounds.high"] == pytest.approx(found.coef + bias, rel=1e-9)
    assert 0 < measures["rva"] < measures["rv"]


def test_what_is_not_significant_needs_no_confounder(tmp_path: Path) -> None:
    found = run(tmp_path, staggered(effect=0.0), "s <- y ~ d | x1 + x2; sensitivity=yes")["s"]
    assert abs(found.t) < 1.6
    assert dict(found.measures)["rva"] == 0


def test_a_short_model_is_that_which_drops_the_control(tmp_path: Path) -> None:
    """Its unit means leave too: no nuisance of the shorter model is a new one."""
    lines = "s <- y ~ d | x1 + x2; sensitivity=x1 + x2\none <- y ~ d | x2\ntwo <- y ~ d | x1"
    study = loaded(tmp_path, PANEL, lines)
    demands = {d.name: (d.asked, d.fresh) for d in study.survey(study.plan()).demands}
    assert demands == {"s": (12, 12), "one": (4, 0), "two": (4, 0)}


@pytest.mark.parametrize("method", ["within", "fd"])
def test_the_change_is_the_difference_of_two_models_on_the_same_rows(method: str, tmp_path: Path) -> None:
    holes = PANEL.assign(x1=PANEL.x1.where(np.random.default_rng(3).random(len(PANEL)) > 0.2))
    lines = (
        f"defaults fe_method={method}; cluster=city + year\n"
        "long <- y ~ d | x1 + x2\nshort <- y ~ d | x2; sample=not is_missing(x1)\n"
        "gap <- short - long\nsens <- y ~ d | x1 + x2; sensitivity=x1"
    )
    found = run(tmp_path, holes, lines)
    assert found["sens"].n == found["long"].n == found["short"].n
    assert dict(found["sens"].measures)["benchmark.x1.delta_theta"] == pytest.approx(
        found["gap"].coef, rel=1e-9
    )
    assert (found["sens"].coef, found["sens"].se) == (found["long"].coef, found["long"].se)


def test_squares_and_interactions_leave_with_their_variable(tmp_path: Path) -> None:
    lines = "s <- y ~ d | x1 + x1^2 + x1:x2 + x2; sensitivity=x1 + x1:x2"
    study = loaded(tmp_path, PANEL, lines + "\none <- y ~ d | x2\ntwo <- y ~ d | x1 + x1^2 + x2")
    demands = {d.name: d.fresh for d in study.survey(study.plan()).demands}
    assert demands == {"s": 12, "one": 0, "two": 0}


def test_several_treatments_each_have_their_own(tmp_path: Path) -> None:
    found = run(tmp_path, PANEL, "s <- y ~ d + dose | x1 + x2; sensitivity=x2")
    rv = [dict(found[name].measures)["rv"] for name in ("s.d", "s.dose")]
    assert rv[0] > rv[1]
    shown = {s.name for s in found.series if s.series.kind in ("contour", "benchmark")}
    assert shown == {"s.d.contour", "s.d.benchmark", "s.dose.contour", "s.dose.benchmark"}


def test_contours_for_a_figure(tmp_path: Path) -> None:
    found = run(tmp_path, PANEL, "s <- y ~ d | x1 + x2; sensitivity=x1")
    contour, measures = series(found, "s.contour"), dict(found["s"].measures)
    cf_y, cf_d = contour["cf_y"], contour["cf_d"]
    assert len(cf_y) == 25**2
    np.testing.assert_allclose(contour["bound"][cf_y * cf_d == 0], found["s"].coef)
    crossed = np.sign(contour["bound"][cf_y == cf_d]) < 0
    assert (cf_y[cf_y == cf_d][crossed] > measures["rv"]).all()
    assert crossed.any()
    benchmark = series(found, "s.benchmark")
    assert benchmark["control"].tolist() == ["x1"]
    assert benchmark["cf_y"][0] == measures["benchmark.x1.cf_y"]


def test_a_set_names_all_its_controls(tmp_path: Path) -> None:
    lines = "set controls = x1 + x2\ns <- y ~ d | controls; sensitivity=controls"
    names = {name for name, _ in run(tmp_path, PANEL, lines)["s"].measures}
    assert {"benchmark.x1.cf_y", "benchmark.x2.cf_y"} <= names


def test_a_model_without_its_only_control(tmp_path: Path) -> None:
    measures = dict(run(tmp_path, PANEL, f"s <- y ~ d | x1; sensitivity=x1; {PLAIN}")["s"].measures)
    plain: pd.DataFrame = PANEL[["y", "d"]]
    slope = float(np.cov(plain.y, plain.d)[0, 1] / plain.d.var())
    assert measures["benchmark.x1.delta_theta"] == pytest.approx(
        slope - run(tmp_path, PANEL, f"s <- y ~ d | x1; {PLAIN}")["s"].coef, rel=0.05
    )


def test_workers_change_nothing(tmp_path: Path) -> None:
    line = "s <- y ~ d | x1 + x2; sensitivity=x1 + x2"
    assert results_json(run(tmp_path, PANEL, line)) == results_json(run(tmp_path, PANEL, line, jobs=2))

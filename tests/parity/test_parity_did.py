"""Staggered adoption against DoubleML on the same predictions, and against pyfixest's saturated regression.

Tolerance 1e-8, absolute; what is measured is near 1e-15. Where the two differ, the tests say how: DoubleML
takes the weights of aggregates for known, weighs cohorts by rows instead of units, and with a universal base
and controls that are not treated yet it compares with treated ones.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from doubleml.did import DoubleMLDIDMulti
from parity_did import (
    PERIODS,
    cells_of,
    effects_of,
    make_staggered,
    outcomes,
    panel_data,
    predict_cell,
    run_binary,
    run_multi,
)
from parity_samples import by as clusters_by
from parity_samples import quietly
from sklearn.linear_model import LinearRegression, LogisticRegression

from gipspec.estimate import joint_band
from gipspec.estimate.did import (
    NEVER,
    cell_effect,
    effect_influence,
    find_cells,
    outcome_change,
    stack_cells,
    summarize,
)

TOLERANCE = 1e-8
BY = {"event": "eventstudy", "cohort": "group", "period": "time"}


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def errors(influence):
    return np.sqrt(np.sum(influence**2, axis=0))


@cache
def both(control, base, anticipation=0, lost=0.0, seed=0):
    """Return the panel, its cells, our effects, and DoubleML's model of the same predictions."""
    frame = make_staggered(lost=lost, seed=seed)
    found = cells_of(frame, control, base, anticipation)
    predictions = [predict_cell(frame, cell, k) for k, cell in enumerate(found.cells)]
    model = run_multi(frame, found, predictions, control, base, anticipation)
    return frame, found, effects_of(frame, found, predictions), model


# DoubleML's universal base with controls not treated yet is a case of its own, below.
DESIGNS = [("never", "varying"), ("never", "universal"), ("notyet", "varying")]


@pytest.mark.parametrize("lost", [0.0, 0.15], ids=["balanced", "unbalanced"])
@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize(("control", "base"), DESIGNS)
def test_cells_and_their_effects(control, base, anticipation, lost):
    """The same (g, t, base) in the same order, the same units, effects, errors and influence."""
    _, found, effects, model = both(control, base, anticipation, lost)
    assert found.left_out == ()
    assert [(c.cohort, c.base, c.period) for c in found.cells] == model.gt_combinations
    close(effects.theta, model.coef)
    close(errors(effects.influence), model.se)
    for cell, part, influence in zip(found.cells, model.modellist, effects.influence.T, strict=True):
        np.testing.assert_array_equal(part.id_positions, cell.units)
        close(influence, -part.framework.scaled_psi[:, 0, 0] / len(influence))


@pytest.mark.parametrize("control", ["never", "notyet"])
def test_a_single_cell_with_trimming(control):
    frame = make_staggered(lost=0.1)
    found = cells_of(frame, control)
    for k in (2, 9, 15):
        cell = found.cells[k]
        predicted = predict_cell(frame, cell, k)
        change = outcome_change(cell, outcomes(frame), PERIODS)
        wide = cell_effect(change, cell.treated, *predicted)
        effect = cell_effect(change, cell.treated, *predicted, trim=0.45)
        model = run_binary(frame, cell, predicted, control, trim=0.45)
        assert effect.theta == pytest.approx(model.coef[0], abs=TOLERANCE)
        assert errors(effect.influence) == pytest.approx(model.se[0], abs=TOLERANCE)
        assert abs(effect.theta - wide.theta) > 1e-4


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize(("control", "base"), DESIGNS)
def test_aggregates_with_weights_taken_as_known(control, base, by):
    _, _, effects, multi = both(control, base)
    model = multi.aggregate(BY[by])
    summary = summarize(effects, by, weights="known")
    assert [str(label) for label in summary.labels] == model.aggregation_names
    close(summary.theta, model.aggregated_frameworks.thetas)
    close(errors(summary.influence), model.aggregated_frameworks.ses)
    assert summary.overall == pytest.approx(model.overall_aggregated_framework.thetas[0], abs=TOLERANCE)
    overall = errors(summary.overall_influence)
    assert overall == pytest.approx(model.overall_aggregated_framework.ses[0], abs=TOLERANCE)


def test_doubleml_takes_the_weights_for_known():
    """Three cohorts meet at event time 0; their sizes add Σ (θ_g - θ)² N_g / N² to the variance."""
    _, found, effects, multi = both("never", "varying")
    model = multi.aggregate("eventstudy")
    summary = summarize(effects, "event")
    at = summary.labels.index(0)
    own = {c.cohort: theta for c, theta in zip(found.cells, effects.theta, strict=True) if c.event == 0}
    size = {g: int(np.sum(effects.cohort == g)) for g in own}
    units = sum(size.values())
    part = sum(size[g] * (own[g] - summary.theta[at]) ** 2 for g in own) / units**2
    known = summarize(effects, "event", weights="known").influence[:, at]
    cross = 2 * sum(
        known[effects.cohort == g].sum() * (own[g] - summary.theta[at]) / units for g in own
    )  # nought up to the cohort's share in the influence of its cell, which is centred on it in the limit
    variance = model.aggregated_frameworks.ses[at] ** 2 + part + cross
    assert errors(summary.influence)[at] ** 2 == pytest.approx(variance, abs=TOLERANCE)
    assert part > 1e-4


def test_in_an_unbalanced_panel_doubleml_weighs_cohorts_by_rows():
    frame, found, effects, multi = both("never", "varying", lost=0.3, seed=2)
    model = multi.aggregate("eventstudy")
    at = [k for k, cell in enumerate(found.cells) if cell.event == 0]
    theirs = model.aggregated_frameworks.thetas[model.aggregation_names.index("0")]
    rows = [np.sum(frame["g"] == found.cells[k].cohort) for k in at]
    assert theirs == pytest.approx(np.average(effects.theta[at], weights=rows), abs=TOLERANCE)
    units = [frame.loc[frame["g"] == found.cells[k].cohort, "unit"].nunique() for k in at]
    summary = summarize(effects, "event")
    ours = summary.theta[summary.labels.index(0)]
    assert ours == pytest.approx(np.average(effects.theta[at], weights=units), abs=1e-14)
    assert abs(ours - theirs) > 1e-5


def test_universal_base_with_not_yet_treated_controls():
    """Adoption in 2 raises the outcome by 6; the change of cohort 5 from its base 4 to 1 must not meet it.

    DoubleML asks only that controls adopt after period 1; cohort 2 does, and is treated in the base.
    """
    rng = np.random.default_rng(0)
    cohort = np.repeat([2, 5, 0], 10)
    unit, time = np.repeat(np.arange(30), 6), np.tile(np.arange(1, 7), 30)
    g = cohort[unit]
    y = 6.0 * ((g == 2) & (time >= 2)) + 0.3 * time + 0.01 * rng.normal(size=180)
    frame = pd.DataFrame({"unit": unit, "time": time, "g": g, "x": 0.0, "y": y})
    with quietly():
        model = DoubleMLDIDMulti(
            panel_data(frame),
            ml_g=LinearRegression(),
            ml_m=LogisticRegression(),
            gt_combinations="universal",
            control_group="not_yet_treated",
            n_folds=2,
        )
        flat = {"ml_g0": np.zeros((30, 1)), "ml_g1": np.zeros((30, 1)), "ml_m": np.full((30, 1), 0.5)}
        model.fit(external_predictions=dict.fromkeys(model.gt_labels, flat))
    theirs = model.coef[model.gt_labels.index("ATT(5,4,1)")]
    wide = y.reshape(30, 6)
    change = wide[:, 0] - wide[:, 3]
    contaminated = change[10:20].mean() - np.r_[change[:10], change[20:]].mean()
    assert theirs == pytest.approx(contaminated, abs=TOLERANCE)
    assert theirs == pytest.approx(3.0, abs=0.05)  # half of the controls fell by 6

    adopted = np.where(cohort == 0, NEVER, cohort)
    seen = np.ones((30, 6), dtype=bool)
    found = find_cells(adopted, np.arange(1, 7), seen, control="notyet", base="universal")
    cell = next(c for c in found.cells if (c.cohort, c.period) == (5, 1))
    assert cell.base == 4
    assert cell.units[~cell.treated].tolist() == list(range(20, 30))
    effect = cell_effect(
        outcome_change(cell, wide, np.arange(1, 7)), cell.treated, np.zeros(20), np.full(20, 0.5)
    )
    assert effect.theta == pytest.approx(change[10:20].mean() - change[20:].mean(), abs=1e-12)
    assert abs(effect.theta) < 0.02


def test_without_controls_it_is_the_saturated_regression():
    """Sun and Abraham (2021), by pyfixest, less its small-sample correction; 25 = 18 cells + 7 periods."""
    frame = make_staggered()
    found = cells_of(frame, base="universal")
    y = outcomes(frame)
    effects = []
    for cell in found.cells:
        change = outcome_change(cell, y, PERIODS)
        mean = np.full(len(change), change[~cell.treated].mean())
        effects.append(cell_effect(change, cell.treated, mean, np.full(len(change), 0.5)))
    summary = summarize(stack_cells(found, effects), "event", weights="known")
    with quietly():
        fit = pf.event_study(
            frame, yname="y", idname="unit", tname="time", gname="g", estimator="saturated", cluster="unit"
        )
        table = fit.aggregate().astype(float)
    rows, units = len(frame), 160
    correction = np.sqrt(units / (units - 1) * (rows - 1) / (rows - 25))
    assert len(found.cells) + len(PERIODS) == 25
    assert tuple(table.index.astype(int)) == summary.labels
    close(summary.theta, table["Estimate"])
    close(errors(summary.influence), table["Std. Error"] / correction)


def test_the_joint_band_against_doublemls_bootstrap():
    """Both draw normal multipliers; critical values agree up to the noise of 20,000 draws."""
    _, _, ours, multi = both("never", "varying")
    model = multi.aggregate("eventstudy")
    np.random.seed(0)  # DoubleML draws from the global state
    with quietly():
        framework = model.aggregated_frameworks.bootstrap(n_rep_boot=20_000)
    interval = framework.confint(joint=True, level=0.95).to_numpy()
    theirs = (interval[:, 1] - interval[:, 0]) / 2 / framework.ses
    summary = summarize(ours, "event", weights="known")
    effects = effect_influence([summary], clusters_by("unit", np.arange(len(ours.cohort))))
    assert joint_band(effects, 0.95, seed=0).critical == pytest.approx(theirs.mean(), abs=0.03)

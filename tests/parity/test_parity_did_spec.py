"""An event study through a spec against DoubleML, given predictions that are made here on the same folds.

Tolerance 1e-8, absolute. DoubleML takes the weights of aggregates for known: standard errors are compared
where one cohort makes an event time, and the weights are no estimates.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from parity_did import cells_of, make_staggered, outcomes, run_multi

import gipspec
from gipspec.estimate.did import outcome_change

TOLERANCE = 1e-8
FOLDS = 4
PERIODS = np.arange(1, 8)
BY = {"event": "eventstudy", "cohort": "group", "period": "time"}
HEAD = """\
data "study.csv"
panel unit time
let d = g > 0 and time >= g
defaults learner=ols; folds=fold; reps=1
"""


def make_moving(seed: int, lost: float = 0.0, groups: tuple[int, ...] = (0, 3, 4, 6)):
    """A staggered panel whose control moves over time; no row is lost that tells when a unit adopts."""
    frame = make_staggered(seed=seed)
    frame = frame[frame["g"].isin(groups)].reset_index(drop=True)
    frame["unit"] = frame.groupby("unit").ngroup()
    rng = np.random.default_rng(seed)
    frame["x"] += rng.normal(size=len(frame))
    frame["y"] += 0.5 * frame["x"]
    frame["fold"] = frame["unit"] % FOLDS
    tells = frame["time"].isin([3, 4]) & (frame["g"] == 4)
    return frame[(rng.random(len(frame)) >= lost) | tells].reset_index(drop=True)


def fit(rows: np.ndarray, target: np.ndarray, at: np.ndarray) -> np.ndarray:
    return at @ np.linalg.lstsq(rows, target, rcond=None)[0]


def features(frame, cell) -> np.ndarray:
    wide = frame.pivot(index="unit", columns="time", values="x").reindex(cell.units)
    return np.column_stack([np.ones(len(cell.units)), wide[cell.base], wide[cell.period]])


def predictions(frame, found, control: str):
    """Cross-fit the change among controls in each cell, and in each cohort who belongs to it.

    Cells of one base and period have the same controls, so that each cell may be fitted by itself.
    """
    y = outcomes(frame)
    g0_hats, m_hats = [], [np.empty(len(cell.units)) for cell in found.cells]
    for cell in found.cells:
        x, change, fold = features(frame, cell), outcome_change(cell, y, PERIODS), cell.units % FOLDS
        g0_hat = np.empty(len(fold))
        for k in range(FOLDS):
            taught = (fold != k) & ~cell.treated
            g0_hat[fold == k] = fit(x[taught], change[taught], x[fold == k])
        g0_hats.append(g0_hat)
    for cohort in {cell.cohort for cell in found.cells}:
        at = [k for k, cell in enumerate(found.cells) if cell.cohort == cohort]
        cells = [found.cells[k] for k in at]
        x = np.concatenate([features(frame, cell) for cell in cells])
        sizes = [len(cell.units) for cell in cells]
        base, period = (np.repeat([getattr(c, name) for c in cells], sizes) for name in ("base", "period"))
        x = np.column_stack([x, base[:, None] == PERIODS, period[:, None] == PERIODS])
        fold = np.concatenate([cell.units % FOLDS for cell in cells])
        treated = np.concatenate([cell.treated for cell in cells]).astype(float)
        m_hat = np.empty(len(fold))
        for k in range(FOLDS):
            m_hat[fold == k] = fit(x[fold != k], treated[fold != k], x[fold == k])
        for k, part in zip(at, np.split(m_hat, np.cumsum(sizes)[:-1]), strict=True):
            m_hats[k] = part
    return list(zip(g0_hats, m_hats, strict=True))


def estimate(folder: Path, frame, lines: str):
    frame.to_csv(folder / "study.csv", index=False)
    loaded = gipspec.loads(HEAD + lines, folder=folder)
    assert loaded.problems == ()
    return loaded.run()


@pytest.mark.parametrize(("control", "anticipation"), [("never", 0), ("notyet", 0), ("never", 1)])
def test_effects_by_event_cohort_and_period(control, anticipation, tmp_path):
    frame = make_moving(1)
    options = f"model=did; control={control}; anticipation={anticipation}"
    results = estimate(tmp_path, frame, f"event <- y ~ d | x; {options}")
    found = cells_of(frame, control, anticipation=anticipation)
    model = run_multi(frame, found, predictions(frame, found, control), control, "varying", anticipation)
    compared = 0
    for by, theirs in BY.items():
        made = model.aggregate(theirs)
        for label, theta in zip(made.aggregation_names, made.aggregated_frameworks.thetas, strict=True):
            name = f"event.{label}" if by == "event" else f"event.{by}.{label}"
            assert results[name].coef == pytest.approx(theta, abs=TOLERANCE), name
            compared += 1
        if by == "event":
            overall = made.overall_aggregated_framework.thetas[0]
            assert results["event.overall"].coef == pytest.approx(overall, abs=TOLERANCE)
    assert compared >= 5


@pytest.mark.parametrize("lost", [0.0, 0.15], ids=["balanced", "unbalanced"])
def test_standard_errors_where_a_cohort_stands_alone(lost, tmp_path):
    frame = make_moving(2, lost, groups=(0, 4))
    results = estimate(tmp_path, frame, "event <- y ~ d | x; model=did")
    found = cells_of(frame)
    model = run_multi(frame, found, predictions(frame, found, "never"), "never", "varying")
    made = model.aggregate("eventstudy")
    names = [f"event.{label}" for label in made.aggregation_names]
    assert names == [f"event.{e}" for e in (-2, -1, 0, 1, 2, 3)]
    coefs = [results[name].coef for name in names]
    np.testing.assert_allclose(coefs, made.aggregated_frameworks.thetas, rtol=0, atol=TOLERANCE)
    found_se = [results[name].se for name in names]
    np.testing.assert_allclose(found_se, made.aggregated_frameworks.ses, rtol=0, atol=TOLERANCE)
    overall = made.overall_aggregated_framework
    assert results["event.overall"].se == pytest.approx(overall.ses[0], abs=TOLERANCE)
    assert results["event.overall"].p == pytest.approx(overall.pvals[0], abs=TOLERANCE)

"""Staggered panels and DoubleML runs that the parity tests of difference-in-differences share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from doubleml import DoubleMLPanelData
from doubleml.did import DoubleMLDIDBinary, DoubleMLDIDMulti
from parity_samples import quietly
from sklearn.linear_model import LinearRegression, LogisticRegression

from gipspec.estimate.did import NEVER, cell_effect, find_cells, outcome_change, stack_cells, to_wide

PERIODS = np.arange(1, 8)
SETTINGS = {"varying": "standard", "universal": "universal"}
GROUPS = {"never": "never_treated", "notyet": "not_yet_treated"}


def make_staggered(units: int = 160, seed: int = 0, lost: float = 0.0) -> pd.DataFrame:
    """Simulate a panel of seven periods with cohorts 3, 4, 6 and never, effects that differ by cohort.

    `lost` is the share of rows that are missing at random.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=units)
    cohort = rng.choice([0, 3, 4, 6], size=units, p=[0.4, 0.3, 0.2, 0.1])
    unit, time = np.repeat(np.arange(units), len(PERIODS)), np.tile(PERIODS, units)
    g = cohort[unit]
    effect = np.where((g > 0) & (time >= g), 1 + 0.5 * (time - g) + 0.3 * g, 0)
    noise = rng.normal(size=len(unit)) + rng.normal(size=units)[unit]
    frame = pd.DataFrame({"unit": unit, "time": time, "g": g, "x": x[unit]})
    frame["y"] = 0.2 * time * frame["x"] + effect + noise
    return frame[rng.random(len(frame)) >= lost].reset_index(drop=True)


def outcomes(frame: pd.DataFrame) -> np.ndarray:
    """Return the outcome by unit and period, (U, 7), nan where a unit has no row."""
    shape = (frame["unit"].max() + 1, len(PERIODS))
    return to_wide(frame["y"].to_numpy(), frame["unit"].to_numpy(), frame["time"].to_numpy() - 1, shape)


def cohorts(frame: pd.DataFrame) -> np.ndarray:
    g = np.zeros(frame["unit"].max() + 1, dtype=np.int64)
    g[frame["unit"]] = frame["g"]
    return np.where(g == 0, NEVER, g)


def cells_of(frame: pd.DataFrame, control: str = "never", base: str = "varying", anticipation: int = 0):
    observed = ~np.isnan(outcomes(frame))
    return find_cells(
        cohorts(frame), PERIODS, observed, control=control, base=base, anticipation=anticipation
    )


def predict_cell(frame: pd.DataFrame, cell, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Cross-fit the change of controls and the propensity by least squares, over 4 folds of units."""
    x = np.ones((len(cell.units), 2))
    x[:, 1] = frame.groupby("unit")["x"].first().reindex(cell.units)
    change = outcome_change(cell, outcomes(frame), PERIODS)
    fold = np.random.default_rng(seed).permutation(np.arange(len(cell.units)) % 4)
    g0_hat, m_hat = np.empty(len(change)), np.empty(len(change))
    for k in range(4):
        taught, test = fold != k, fold == k
        controls = taught & ~cell.treated
        g0_hat[test] = x[test] @ np.linalg.lstsq(x[controls], change[controls], rcond=None)[0]
        m_hat[test] = x[test] @ np.linalg.lstsq(x[taught], cell.treated[taught].astype(float), rcond=None)[0]
    return g0_hat, m_hat


def effects_of(frame: pd.DataFrame, found, predictions, trim: float = 0.01):
    y = outcomes(frame)
    return stack_cells(
        found,
        [
            cell_effect(outcome_change(cell, y, PERIODS), cell.treated, *predicted, trim=trim)
            for cell, predicted in zip(found.cells, predictions, strict=True)
        ],
    )


def panel_data(frame: pd.DataFrame) -> DoubleMLPanelData:
    return DoubleMLPanelData(frame, "y", "g", "time", "unit", x_cols=["x"])


def on_panel(values: np.ndarray, cell, units: int) -> np.ndarray:
    """Put predictions (n,) of a cell where DoubleML expects them, (U, 1)."""
    column = np.full((units, 1), 0.5)
    column[cell.units, 0] = values
    return column


def external(cell, predicted, units: int) -> dict[str, np.ndarray]:
    """Spell predictions as DoubleML wants them; those of the treated, `ml_g1`, play no part in the score."""
    g0_hat, m_hat = (on_panel(values, cell, units) for values in predicted)
    return {"ml_g0": g0_hat, "ml_g1": np.zeros_like(g0_hat), "ml_m": m_hat}


def run_binary(frame: pd.DataFrame, cell, predicted, control: str, anticipation: int = 0, trim: float = 0.01):
    with quietly():
        model = DoubleMLDIDBinary(
            panel_data(frame),
            g_value=cell.cohort,
            t_value_pre=cell.base,
            t_value_eval=cell.period,
            ml_g=LinearRegression(),
            ml_m=LogisticRegression(),
            control_group=GROUPS[control],
            anticipation_periods=anticipation,
            trimming_threshold=trim,
        )
        return model.fit(
            external_predictions={"g": external(cell, predicted, frame["unit"].max() + 1)},
        )


def run_multi(
    frame: pd.DataFrame, found, predictions, control: str, base: str, anticipation: int = 0
) -> DoubleMLDIDMulti:
    units = frame["unit"].max() + 1
    with quietly():
        model = DoubleMLDIDMulti(
            panel_data(frame),
            ml_g=LinearRegression(),
            ml_m=LogisticRegression(),
            gt_combinations=SETTINGS[base],
            control_group=GROUPS[control],
            anticipation_periods=anticipation,
        )
        return model.fit(
            external_predictions={
                f"ATT({cell.cohort},{cell.base},{cell.period})": external(cell, predicted, units)
                for cell, predicted in zip(found.cells, predictions, strict=True)
            }
        )

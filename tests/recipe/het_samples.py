"""Samples whose effect differs by group, and nuisances by least squares on the same folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sound_runs import load_sound, run_sound

from gipspec.api import Loaded
from gipspec.engine import Results

PANEL = 'data "study.csv"\npanel city year\ndefaults learner=ols; reps=2; folds=3\nbase <- y ~ d | x1\n'
CROSS = 'data "study.csv"\ndefaults learner=ols; reps=1; folds=fold\nbase <- y ~ d | x1\n'


def panel(units: int = 120, periods: int = 8, seed: int = 1) -> pd.DataFrame:
    """A panel with unit and year effects; the effect of d is 0.4 + 0.3w, and 0.2 more in the east.

    `w` is constant within cities. `v` changes within them, and adds 0.5v to the effect of `e` on `ye`;
    `barred` is d, but nought in the west; `size` lacks some values.
    """
    rng = np.random.default_rng(seed)
    city, year = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    level, w = rng.normal(size=(2, units))
    east = np.arange(units) % 3 == 0
    x1, v, noise, more = rng.normal(size=(4, len(city)))
    d = level[city] + 0.5 * x1 + rng.normal(size=len(city))
    e = level[city] + 0.5 * v + rng.normal(size=len(city))
    common = x1 + level[city] + 0.1 * year
    frame = pd.DataFrame({"city": city, "year": 2000 + year, "x1": x1, "d": d, "e": e, "v": v, "w": w[city]})
    region = np.array(["East Coast", "Central", "West"])[city % 3]
    return frame.assign(
        region=region,
        effect=0.4 + 0.3 * w[city] + 0.2 * east[city],
        y=(0.4 + 0.3 * w[city] + 0.2 * east[city]) * d + common + noise,
        ye=(0.4 + 0.5 * v) * e + common + v + noise,
        barred=d * (region != "West"),
        size=np.where(more > 2, np.nan, more),
    )


def cross_section(n: int = 3000, seed: int = 1) -> pd.DataFrame:
    """Rows with a binary treatment `b` and a continuous one `d`, whose effects are 1 + w, and folds."""
    rng = np.random.default_rng(seed)
    x1, w, noise = rng.normal(size=(3, n))
    b = (rng.random(n) < 1 / (1 + np.exp(-0.5 * x1 - 0.5 * w))).astype(float)
    d = 0.5 * x1 + 0.5 * w + rng.normal(size=n)
    frame = pd.DataFrame({"x1": x1, "w": w, "b": b, "d": d, "fold": np.arange(n) % 4})
    return frame.assign(
        y=(1 + w) * d + x1 + w + noise,
        yb=(1 + w) * b + x1 + w + noise,
        kind=np.array(["a", "b"])[(w > 0.3).astype(int)],
    )


def loaded(folder: Path, frame: pd.DataFrame, lines: str, head: str = PANEL) -> Loaded:
    frame.to_csv(folder / "study.csv", index=False)
    return load_sound(head + lines, folder)


def run(folder: Path, frame: pd.DataFrame, lines: str, head: str = PANEL, jobs: int = 1) -> Results:
    return run_sound(loaded(folder, frame, lines, head), jobs=jobs)


def series(results: Results, name: str) -> dict[str, tuple[float | str, ...]]:
    (found,) = (s for s in results.series if s.name == name)
    return dict(found.series.columns)


def least_squares(x: np.ndarray, target: np.ndarray, fold: np.ndarray, teach=None) -> np.ndarray:
    """Predict a target (n,) from a constant and features (n, p), each fold from the others."""
    design = np.column_stack([np.ones(len(target)), x])
    teach = np.ones(len(target), dtype=bool) if teach is None else teach
    prediction = np.empty(len(target))
    for k in np.unique(fold):
        held, rest = fold == k, (fold != k) & teach
        beta = np.linalg.lstsq(design[rest], target[rest], rcond=None)[0]
        prediction[held] = design[held] @ beta
    return prediction

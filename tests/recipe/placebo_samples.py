"""Small panels of staggered adoption with known truth, and specs over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sound_runs import load_sound, run_sound

from gipspec.api import Loaded
from gipspec.engine import Results

UNITS, PERIODS = 60, 8
HEAD = 'data "panel.csv"\npanel city year\ndefaults learner=ols; reps=2; folds=3\n'


def staggered(seed: int = 1, effect: float = 0.5, anticipated: float = 0.0) -> pd.DataFrame:
    """A balanced panel: half the cities adopt, the effect starts at once, x drives adoption and outcome."""
    rng = np.random.default_rng(seed)
    city, year = np.repeat(np.arange(UNITS), PERIODS), np.tile(np.arange(PERIODS), UNITS)
    level = rng.normal(size=UNITS)
    adoption = np.where(level + rng.normal(size=UNITS) > 0, rng.integers(2, PERIODS, UNITS), PERIODS + 9)
    x1, x2 = level[city] + rng.normal(size=len(city)), rng.normal(size=len(city))
    d = (year >= adoption[city]).astype(float)
    early = ((year >= adoption[city] - 2) & (d == 0)).astype(float)
    y = effect * d + anticipated * early + x1 + level[city] + 0.1 * year + rng.normal(size=len(city))
    return pd.DataFrame(
        {
            "city": city,
            "year": 2000 + year,
            "y": y,
            "d": d,
            "x1": x1,
            "x2": x2,
            "dose": rng.normal(size=len(city)),
            "half": city % 2,
            "early": early,
        }
    )


def loaded(folder: Path, frame: pd.DataFrame, lines: str, head: str = HEAD) -> Loaded:
    frame.to_csv(folder / "panel.csv", index=False)
    return load_sound(head + lines, folder)


def run(folder: Path, frame: pd.DataFrame, lines: str, head: str = HEAD, jobs: int = 1) -> Results:
    return run_sound(loaded(folder, frame, lines, head), jobs=jobs)


def series(results: Results, name: str) -> dict[str, np.ndarray]:
    (found,) = (s for s in results.series if s.name == name)
    return {column: np.array(values) for column, values in found.series.columns}


def moved(frame: pd.DataFrame, donors: np.ndarray, column: str = "d") -> pd.DataFrame:
    """Give each city the path of its donor, period by period."""
    paths = frame.pivot(index="city", columns="year", values=column).to_numpy()
    return frame.assign(**{column: paths[donors].reshape(-1)})

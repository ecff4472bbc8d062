"""Staggered panels with known effects, and runs of specs on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sound_runs import run_sound

import gipspec
from gipspec.engine import Progress, Results, Silent

YEARS = np.arange(2001, 2009)
HEAD = 'data "study.csv"\npanel unit year\ndefaults learner=ols; folds=4; reps=1; seed=3\n'


def effect(event: np.ndarray) -> np.ndarray:
    """One on adoption, and a half more each year after it."""
    return np.where(event >= 0, 1 + 0.5 * event, 0.0)


def adopted(units: int = 160, seed: int = 1) -> pd.DataFrame:
    """A panel of 8 years whose control x moves the outcome, and grows most where adoption is likely.

    Cohorts are 2004, 2005, 2007 and never (0); `group` is a cluster of four units, `fold` a fold by unit.
    """
    rng = np.random.default_rng(seed)
    taste = rng.normal(size=units)
    likely = rng.random(units) < 1 / (1 + np.exp(-taste))
    cohort = np.where(likely, rng.choice([2004, 2005, 2007], size=units), 0)
    x = taste[:, None] * np.linspace(0, 3, len(YEARS)) + rng.normal(size=(units, len(YEARS)))
    level = rng.normal(size=(units, 1)) + taste[:, None]
    event = YEARS - cohort[:, None]
    y = level + 0.3 * (YEARS - 2001) + x + np.where(cohort[:, None] > 0, effect(event), 0.0)
    y = y + 0.3 * rng.normal(size=y.shape)
    unit = np.repeat(np.arange(units), len(YEARS))
    d = ((cohort[:, None] > 0) & (event >= 0)).astype(int)
    wide = {"year": np.tile(YEARS, units), "g": cohort[unit], "d": d.ravel(), "y": y.ravel(), "x": x.ravel()}
    return pd.DataFrame({"unit": unit, **wide, "group": unit // 4, "fold": unit % 4, "taste": taste[unit]})


def load(folder: Path, frame: pd.DataFrame, lines: str, head: str = HEAD) -> gipspec.Loaded:
    frame.to_csv(folder / "study.csv", index=False)
    return gipspec.loads(head + lines, folder=folder)


def run(
    folder: Path,
    frame: pd.DataFrame,
    lines: str,
    head: str = HEAD,
    *,
    store: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Results:
    loaded = load(folder, frame, lines, head)
    assert loaded.ok, loaded.problems
    return run_sound(loaded, store=store, jobs=jobs, progress=progress or Silent())

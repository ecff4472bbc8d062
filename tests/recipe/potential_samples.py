"""Data with known quantile effects and level means, for the tests of `model=qte` and `model=apo`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sound_runs import load_sound, run_sound

UNITS, PERIODS, FOLDS = 60, 5, 5
UNIT = np.repeat(np.arange(UNITS), PERIODS)


def run(text: str, folder: Path):
    """Run a spec; the only problems may be what the audit has to say."""
    loaded = load_sound(text, folder)
    return loaded, run_sound(loaded)


def cross_section(n: int = 3000, seed: int = 1) -> pd.DataFrame:
    """Y(0) = x1 + x2 + e and Y(1) = 1 + x1 + x2 + 2e: normal with variances 3 and 6; D by lot given x1."""
    rng = np.random.default_rng(seed)
    x1, x2, e = rng.normal(size=(3, n))
    d = (rng.uniform(size=n) < 1 / (1 + np.exp(-x1))).astype(float)
    return pd.DataFrame({"y": x1 + x2 + np.where(d == 1, 1 + 2 * e, e), "d": d, "x1": x1, "x2": x2})


def panel(seed: int = 2) -> pd.DataFrame:
    """A panel with a treatment of 0 and 1, one of three levels, and equal folds of whole units."""
    rng = np.random.default_rng(seed)
    alpha = rng.normal(size=UNITS)[UNIT]
    x1, x2 = rng.normal(size=(2, UNIT.size)) + 0.3 * alpha
    d = (rng.uniform(size=UNIT.size) < 1 / (1 + np.exp(-0.5 * x1))).astype(float)
    size = np.digitize(0.5 * x2 + rng.normal(size=UNIT.size), [-0.5, 0.5]).astype(float)
    y = 0.5 * d + 0.4 * size + x1 + x2 + 0.5 * alpha + rng.normal(size=UNIT.size)
    frame = {"city": UNIT, "year": 2001 + np.tile(np.arange(PERIODS), UNITS), "y": y, "d": d, "size": size}
    return pd.DataFrame(frame | {"x1": x1, "x2": x2, "fold": UNIT % FOLDS})


def least_squares(x, y, x_new):
    b = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), np.asarray(y, dtype=float), rcond=None)[0]
    return b[0] + x_new @ b[1:]


def cross_fitted(x, target, fold, teach=None):
    """Least squares, fold by fold, from the rows that teach."""
    teach = np.ones(len(x), dtype=bool) if teach is None else teach
    out = np.empty(len(x))
    for k in np.unique(fold):
        learn = (fold != k) & teach
        out[fold == k] = least_squares(x[learn], target[learn], x[fold == k])
    return out

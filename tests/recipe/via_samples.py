"""Panels with mediators and known effects, and least squares by hand, for the tests of `via=`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sound_runs import load_sound, run_sound

from gipspec.engine import Silent
from gipspec.engine.tasks import Task

UNITS, PERIODS, FOLDS = 40, 6, 4


def run(text: str, folder: Path, **options):
    """Run a spec; the only problems may be what the audit has to say."""
    return run_sound(load_sound(text, folder), **options)


def continuous_panel(seed: int = 1) -> pd.DataFrame:
    """A continuous treatment and two mediators, with unit effects: direct 0.5, slopes 1 and -0.5."""
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(UNITS), PERIODS), np.tile(np.arange(PERIODS), UNITS)
    n, alpha = unit.size, rng.normal(size=UNITS)[unit]
    x1, x2 = rng.normal(size=(2, n)) + 0.5 * alpha
    d = 0.6 * x1 + alpha + 0.1 * time + rng.normal(size=n)
    m1 = 0.6 * d + x2 + alpha + rng.normal(size=n)
    m2 = 0.3 * d - x1 + alpha + rng.normal(size=n)
    y = 0.5 * d + m1 - 0.5 * m2 + 0.5 * x1 + 0.5 * x2 + 2 * alpha + rng.normal(size=n)
    return pd.DataFrame(
        {"city": unit, "year": 2001 + time, "y": y, "d": d, "m1": m1, "m2": m2, "x1": x1, "x2": x2}
        | {"fold": unit % FOLDS, "still": 1.0, "level": alpha}
    )


def binary_panel(
    seed: int = 1, *, units: int = UNITS, periods: int = PERIODS, interaction: float = 0.4
) -> pd.DataFrame:
    """A treatment of 0 and 1 by lot given x1, and a mediator.

    M = 0.6 D + x1² - x2 + u and Y = 0.5 D + M + interaction·D·M + x1·x2 + 0.5 x1 + e, where u and e have a
    part of the unit's. Hence δ(1) = 0.6(1 + interaction), δ(0) = 0.6, and with E M(0) = 1 θ(1) = 0.5 +
    1.6 interaction, θ(0) = 0.5 + interaction. `s` is another mediator, which the treatment does not move.
    """
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    n = unit.size
    x1, x2 = rng.normal(size=(2, n))
    d = (rng.uniform(size=n) < 1 / (1 + np.exp(0.3 - 0.5 * x1))).astype(float)
    m = 0.6 * d + x1**2 - x2 + rng.normal(size=n) + 0.5 * rng.normal(size=units)[unit]
    noise = rng.normal(size=n) + 0.5 * rng.normal(size=units)[unit]
    y = 0.5 * d + m + interaction * d * m + x1 * x2 + 0.5 * x1 + noise
    return pd.DataFrame(
        {"city": unit, "year": 2001 + time, "y": y, "d": d, "m": m, "x1": x1, "x2": x2}
        | {"fold": unit % FOLDS, "s": rng.normal(size=n), "good": (y > 1).astype(float)}
    )


def least_squares(x, y, x_new):
    b = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0]
    return b[0] + x_new @ b[1:]


def logit(x, y, x_new):
    import statsmodels.api as sm

    b = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", maxiter=100, tol=1e-12).params
    return 1 / (1 + np.exp(-b[0] - x_new @ b[1:]))


def out_of_fold(learn, x, y, fold, teach=None):
    """Predict every row by what the rows of other folds, those that teach, have taught."""
    teach = np.ones(len(y), dtype=bool) if teach is None else teach
    out = np.empty(len(y))
    for k in np.unique(fold):
        rows = (fold != k) & teach
        out[fold == k] = learn(x[rows], y[rows], x[fold == k])
    return out


def unit_means(values, unit):
    """The means of values (n,) or (n, k) within units, for each row."""
    return pd.DataFrame(values).groupby(unit).transform("mean").to_numpy().reshape(np.shape(values))


def two_way(values, unit, time):
    """Values (n,) of a balanced panel less their means by unit and period."""
    return values - unit_means(values, unit) - unit_means(values, time) + values.mean()


class Counter(Silent):
    """Counts the fits of a run."""

    def __init__(self) -> None:
        self.asked = self.distinct = self.found = self.fitted = 0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        self.asked, self.distinct, self.found = asked, distinct, found

    def done(self, task: Task) -> None:
        self.fitted += len(task.keys)

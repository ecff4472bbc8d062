"""Samples with a treatment and an instrument of 0 and 1, and nuisances by least squares on the same folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sound_runs import load_sound, run_sound

from gipspec.engine import Results

HEAD = 'data "study.csv"\ndefaults learner=ols; folds=fold; reps=1\n'
PANEL = 'data "study.csv"\npanel city year\ndefaults learner=ols; reps=2\n'


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def effects(n: int = 3000, seed: int = 1) -> tuple[pd.DataFrame, dict[str, float]]:
    """A cross-section whose effect 1 + x1 grows with what drives the treatment, and its mean effects."""
    rng = np.random.default_rng(seed)
    x1, x2 = rng.normal(size=(2, n))
    d = (rng.random(n) < sigmoid(x1)).astype(float)
    y = (1 + x1) * d + x1 + 0.5 * x2 + rng.normal(size=n)
    frame = pd.DataFrame({"y": y, "d": d, "x1": x1, "x2": x2, "fold": np.arange(n) % 4})
    frame["firm"] = np.arange(n) // 3
    return frame, {"ate": 1.0, "att": 1.0 + float(np.mean(x1 * sigmoid(x1)) / np.mean(sigmoid(x1)))}


def encouraged(n: int = 4000, seed: int = 1, strength: float = 0.6, always: float = 0.2) -> pd.DataFrame:
    """A cross-section with an encouragement z that x1 drives; the effect is 1 on compliers, 3 on the others.

    `z2` and `z3` are further instruments of the same treatment, which is endogenous through the kind.
    """
    rng = np.random.default_rng(seed)
    x1, x2, z2 = rng.normal(size=(3, n))
    z = (rng.random(n) < sigmoid(x1)).astype(float)
    kind = rng.random(n)
    complier = kind < strength
    d = np.where(complier, z, kind > 1 - always).astype(float)
    y = np.where(complier, 1.0, 3.0) * d + x1 + 2 * kind + rng.normal(size=n)
    frame = pd.DataFrame({"y": y, "d": d, "z": z, "x1": x1, "x2": x2, "fold": np.arange(n) % 4})
    return frame.assign(dose=z + z2 + kind + x1, z2=z2, outcome=z + z2 + 2 * kind + x1 + x2)


def unit_driven(units: int = 200, periods: int = 8, seed: int = 1) -> pd.DataFrame:
    """A panel in which an unobserved unit effect drives treatment and outcome; the effect is 0.5.

    `z` moves the treatment and is as good as random within units, but not between them.
    """
    rng = np.random.default_rng(seed)
    city, year = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    level = rng.normal(size=units)[city]
    x1, shock = rng.normal(size=(2, len(city)))
    z = (rng.random(len(city)) < sigmoid(level)).astype(float)
    d = (level + x1 + 2 * z + shock > 1).astype(float)
    y = 0.5 * d + x1 + 2 * level + 0.1 * year + 0.8 * shock + rng.normal(size=len(city))
    frame = pd.DataFrame({"city": city, "year": 2000 + year, "y": y, "d": d, "z": z, "x1": x1})
    return frame.assign(exact=(level + x1 + rng.normal(size=len(city)) > 0).astype(float), level=level)


def run(folder: Path, frame: pd.DataFrame, lines: str, head: str = HEAD) -> Results:
    frame.to_csv(folder / "study.csv", index=False)
    return run_sound(load_sound(head + lines, folder))


def out_of_fold(x, target, fold, rows=None) -> np.ndarray:
    """Predict each fold by least squares on the others, from the flagged rows only."""
    design = np.column_stack([np.ones(len(target)), x])
    rows = np.ones(len(target), dtype=bool) if rows is None else rows
    found = np.empty(len(target))
    for k in np.unique(fold):
        train = (fold != k) & rows
        found[fold == k] = design[fold == k] @ np.linalg.lstsq(design[train], target[train], rcond=None)[0]
    return found


def ratio(numerator, denominator, cluster) -> tuple[float, float]:
    """θ = Σa / Σb with its clustered delta-method standard error."""
    theta = np.sum(numerator) / np.sum(denominator)
    sums = np.bincount(cluster, weights=numerator - theta * denominator)
    return float(theta), float(np.sqrt(np.sum(sums**2)) / abs(np.sum(denominator)))

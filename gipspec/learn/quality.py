"""How well a nuisance predicts rows that it has not seen (docs/statistics.md)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gipspec.learn.task import Task

Array = NDArray[np.float64]

# A prediction of exactly 0 or 1 has an infinite log loss where it errs; the bound is scikit-learn's.
_CLIP = float(np.finfo(np.float64).eps)


def fit_quality(target: ArrayLike, prediction: ArrayLike, task: Task) -> tuple[tuple[str, float], ...]:
    """Measure out-of-fold predictions (n,) of a target (n,).

    `r2` is 1 - SSE/SST around the target's mean, `rmse` in units of the target; for a classification also
    `log_loss` (mean, natural logarithm) and `auc`. What a constant target leaves undefined is left out.
    """
    y = np.asarray(target, dtype=np.float64)
    p = np.asarray(prediction, dtype=np.float64)
    error = float(np.mean((y - p) ** 2))
    variance = float(np.var(y))
    metrics: list[tuple[str, float]] = []
    if variance > 0:
        metrics.append(("r2", 1 - error / variance))
    metrics.append(("rmse", error**0.5))
    if task == "classification":
        metrics.append(("log_loss", log_loss(y, p)))
        if variance > 0:
            metrics.append(("auc", area_under_curve(y, p)))
    return tuple(metrics)


def log_loss(target: Array, prediction: Array) -> float:
    """Return the mean negative log likelihood of a binary target (n,)."""
    p = np.clip(prediction, _CLIP, 1 - _CLIP)
    return float(-np.mean(target * np.log(p) + (1 - target) * np.log1p(-p)))


def area_under_curve(target: Array, prediction: Array) -> float:
    """Return the share of pairs of a one and a zero that are ranked right; ties count half."""
    ones, zeros = prediction[target == 1], np.sort(prediction[target == 0])
    below = np.searchsorted(zeros, ones, side="left")
    tied = np.searchsorted(zeros, ones, side="right") - below
    return float((below + tied / 2).mean() / zeros.size)

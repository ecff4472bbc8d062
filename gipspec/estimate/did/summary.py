"""Effects of cells aggregated to event time, cohort or period, and over all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gipspec.estimate.did.cells import Cell
from gipspec.estimate.did.score import Effects
from gipspec.estimate.influence import Array, Codes

By = Literal["event", "cohort", "period"]
Weights = Literal["estimated", "known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Aggregated effects of one split.

    `labels` (L,) are event times, cohorts or periods in order, with effects `theta` (L,) and the influence
    (U, L) of every unit. `overall` and `overall_influence` (U,) are one number for all labels after adoption;
    nan and noughts where there is none.
    """

    by: By
    labels: tuple[int, ...]
    theta: Array
    influence: Array
    overall: float
    overall_influence: Array


def summarize(effects: Effects, by: By, *, weights: Weights = "estimated") -> Summary:
    """Aggregate ATT(g, t), weighing cohorts by their units: Callaway and Sant'Anna (2021), section 3.

    - "event": θ_es(e), the mean over cohorts e periods after adoption; overall the plain mean over e >= 0.
    - "cohort": θ_sel(g), the mean over a cohort's treated periods; overall the mean over cohorts by size.
    - "period": θ_c(t), the mean over the cohorts treated in t; overall the plain mean over periods.

    The sizes of cohorts are themselves estimates of P(G=g): with weights w_k = N_k / Σ_j N_j a unit of cohort
    g_k adds (θ_k - θ) / Σ_j N_j to its influence (their section 4; the R package did's default). DoubleML
    leaves this out, as `weights="known"` does: right only if cohorts had the same sizes in every sample.
    """
    chosen = np.array([by == "event" or cell.event >= 0 for cell in effects.cells], dtype=bool)
    keys = np.array([_label(cell, by) for cell in effects.cells], dtype=np.int64)
    cohorts = np.array([cell.cohort for cell in effects.cells], dtype=np.int64)
    labels = np.unique(keys[chosen])
    theta, influence = np.zeros(len(labels)), np.zeros((len(effects.cohort), len(labels)))
    for place, label in enumerate(labels):
        at = np.flatnonzero(chosen & (keys == label))
        theta[place], influence[:, place] = _mean_by_size(
            effects.theta[at], effects.influence[:, at], cohorts[at], effects.cohort, weights
        )
    after = labels >= 0 if by == "event" else np.ones(len(labels), dtype=bool)
    if by == "cohort" and len(labels):
        overall, overall_influence = _mean_by_size(theta, influence, labels, effects.cohort, weights)
    else:
        overall, overall_influence = _plain_mean(theta[after], influence[:, after])
    return Summary(
        by=by,
        labels=tuple(labels.tolist()),
        theta=theta,
        influence=influence,
        overall=overall,
        overall_influence=overall_influence,
    )


def _label(cell: Cell, by: By) -> int:
    return {"event": cell.event, "cohort": cell.cohort, "period": cell.period}[by]


def _mean_by_size(
    theta: Array, influence: Array, cohorts: Codes, cohort: Codes, weights: Weights
) -> tuple[float, Array]:
    """Average effects (k,) of `cohorts` (k,), influence (U, k), by the units that `cohort` (U,) counts."""
    member = cohort[:, None] == cohorts
    sizes = member.sum(axis=0)
    weight = sizes / sizes.sum()
    mean = float(weight @ theta)
    total = influence @ weight
    if weights == "estimated":
        total = total + member @ (theta - mean) / sizes.sum()
    return mean, np.asarray(total, dtype=np.float64)


def _plain_mean(theta: Array, influence: Array) -> tuple[float, Array]:
    if not len(theta):
        return float("nan"), np.zeros(len(influence))
    return float(np.mean(theta)), np.asarray(influence.mean(axis=1), dtype=np.float64)

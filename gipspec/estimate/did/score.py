"""The doubly robust score of a cell, from predictions to an effect and the influence of every unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.diagnostics import GipError
from gipspec.estimate.checks import SMOOTHER, check_finite, prediction_problem
from gipspec.estimate.did.cells import Cell, Cells, Flags
from gipspec.estimate.influence import Array, Codes

CHANGE, ADOPTION = "the change of the outcome", "adoption"  # what messages call the targets


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEffect:
    """An effect of one split with the influence (n,) of each unit of the cell; it adds up to nought."""

    theta: float
    influence: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The effects of all cells from one split.

    `theta` (K,) are the effects of `cells`, `influence` (U, K) that of each unit of the panel, nought where
    it is not in the cell. `cohort` (U,) is the cohort of every unit.
    """

    cells: tuple[Cell, ...]
    theta: Array
    influence: Array
    cohort: Codes


def cell_effect(
    change: Array, treated: Flags, g0_hat: Array, m_hat: Array, *, trim: float = 0.01
) -> CellEffect:
    """Estimate ATT(g, t) from the change of the outcome and cross-fitted predictions, all (n,).

    `g0_hat` predicts the change without treatment, E[ΔY | X, D=0], of every unit; `m_hat` is the propensity
    P(D=1 | X), which is held between `trim` and 1 - `trim`. The doubly robust score of Sant'Anna and Zhao
    (2020), section 2, with weights normalised in the sample,

        θ = mean[(D/mean(D) - w/mean(w)) (ΔY - ĝ0)],   w = (1-D) m̂/(1-m̂),
        ψ = (D/mean(D) - w/mean(w)) (ΔY - ĝ0) - θ D/mean(D),

    as in DoubleMLDIDBinary; the influence is ψ/n. Sant'Anna and Zhao also centre both weighted means, which
    is the same in the limit and gives somewhat smaller errors in small samples. Raises GipError G406 where a
    prediction is not finite or, with `trim` 0, the controls have no weights.
    """
    check_finite(g0_hat, "learner_y", CHANGE)
    check_finite(m_hat, "learner_d", ADOPTION)
    odds = _odds_of_controls(treated, np.clip(m_hat, trim, 1 - trim))
    share, weight = treated / np.sum(treated), odds / np.sum(odds)
    contrast = (share - weight) * (change - g0_hat)
    theta = float(np.sum(contrast))
    return CellEffect(theta=theta, influence=contrast - theta * share)


def stack_cells(cells: Cells, effects: Sequence[CellEffect]) -> Effects:
    """Put the effects of one split, one for each of `cells.cells`, side by side."""
    influence = np.zeros((len(cells.cohort), len(cells.cells)))
    for k, (cell, effect) in enumerate(zip(cells.cells, effects, strict=True)):
        influence[cell.units, k] = effect.influence
    return Effects(
        cells=cells.cells,
        theta=np.array([effect.theta for effect in effects]),
        influence=influence,
        cohort=cells.cohort,
    )


def _odds_of_controls(treated: Flags, m: Array) -> Array:
    """Return m/(1-m) of the controls (n,), nought for the treated; refuse those that make no weights."""
    controls = m[~treated]
    certain = int(np.count_nonzero(controls >= 1))
    if certain or not np.any(controls > 0):
        reason = f"it gives {certain or len(controls)} controls a probability of {'1' if certain else '0'}"
        remedy = f"give a bound such as `trim=1%`, or {SMOOTHER}"
        raise GipError(prediction_problem("learner_d", ADOPTION, reason, remedy))
    odds = np.zeros(len(m))
    odds[~treated] = controls / (1 - controls)
    return odds

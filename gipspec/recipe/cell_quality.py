"""How well the nuisances of a staggered design predict within its cells, and how these overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.estimate import Overlap, overlap
from gipspec.estimate.did import outcome_change
from gipspec.learn import CrossFit, fit_quality
from gipspec.recipe.cell_nuisances import CellNuisances, Slot, predicted
from gipspec.recipe.found import NuisanceFit
from gipspec.recipe.staggered import Staggered, reported
from gipspec.recipe.work import Array, Codes, Fits

Metrics = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The fit of both nuisances, and the overlap, over the cells that are reported and all repetitions.

    `residual_share` is var(D - m̂) / var(D) within cells.
    """

    nuisances: tuple[NuisanceFit, ...]
    overlaps: tuple[Overlap, ...]
    residual_share: float


def diagnose(design: Staggered, asked: CellNuisances, fits: Fits) -> Diagnosis:
    """Measure predictions where they are used: means over cells, which count by their rows.

    The R² of a cell compares with the mean of the cell, so that common trends explain nothing.
    """
    piece, settings = design.piece, design.piece.model.settings
    changes: list[Metrics] = []
    adoption: list[Metrics] = []
    overlaps: list[Overlap] = []
    shares: list[float] = []
    at = reported(design)
    for k in at:
        cell = design.cells.cells[k]
        change = outcome_change(cell, design.y, design.periods)
        d, controls = cell.treated.astype(np.float64), ~cell.treated
        for rep in fits:
            g0_hat, m_hat = predicted(rep, asked.outcome[k]), predicted(rep, asked.treatment[k])
            task = rep[asked.treatment[k].nuisance].task
            changes.append(fit_quality(change[controls], g0_hat[controls], "regression"))
            adoption.append(fit_quality(d, m_hat, task))
            overlaps.append(_overlap(d, m_hat, settings.trim))
            shares.append(float(np.var(d - m_hat) / np.var(d)))
    rows = np.repeat([len(design.cells.cells[k].units) for k in at], len(fits)).astype(np.int64)
    outcome = NuisanceFit(
        role="outcome",
        target=piece.outcome,
        learner=settings.learner_y.label,
        metrics=_means(changes, rows),
        weights=_stack_weights(asked.outcome, fits),
    )
    treatment = NuisanceFit(
        role="treatment",
        target=piece.treatments[0],
        learner=settings.learner_d.label,
        metrics=_means(adoption, rows),
        weights=_stack_weights(asked.treatment, fits),
    )
    return Diagnosis(
        nuisances=(outcome, treatment),
        overlaps=tuple(overlaps),
        residual_share=float(np.average(shares, weights=rows)),
    )


def _overlap(d: Array, m_hat: Array, trim: float) -> Overlap:
    """Describe the propensities of a cell. Only a large one is trimmed: a small one means little weight."""
    return replace(overlap(d, m_hat, trim=trim, target="att"), trimmed=float(np.mean(m_hat > 1 - trim)))


def _means(measured: Sequence[Metrics], rows: Codes) -> Metrics:
    """Average each metric over the cells that have it: a constant target has no R²."""
    names = dict.fromkeys(name for metrics in measured for name, _ in metrics)
    found: list[tuple[str, float]] = []
    for name in names:
        values = np.array([dict(metrics).get(name, np.nan) for metrics in measured])
        there = ~np.isnan(values)
        found.append((name, float(np.average(values[there], weights=rows[there]))))
    return tuple(found)


def _stack_weights(slots: Sequence[Slot], fits: Fits) -> Metrics:
    """Average the weights of a stack over the nuisances of a role."""
    asked = sorted({slot.nuisance for slot in slots})
    made: list[CrossFit] = [rep[i] for rep in fits for i in asked if rep[i].weights]
    if not made:
        return ()
    return tuple(
        (name, float(np.mean([dict(fit.weights)[name] for fit in made]))) for name, _ in made[0].weights
    )

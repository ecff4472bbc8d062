"""Difference-in-differences with staggered adoption: effects by event time, cohort and period."""

from __future__ import annotations

from collections.abc import Sequence

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, problem
from gipspec.estimate.did import CellEffect, Effects, cell_effect, outcome_change, stack_cells
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit
from gipspec.recipe.cell_nuisances import CellNuisances, cell_nuisances, predicted
from gipspec.recipe.cell_quality import diagnose
from gipspec.recipe.cell_support import cell_series
from gipspec.recipe.event_study import event_study
from gipspec.recipe.found import Made
from gipspec.recipe.left_out import check_estimable, left_out
from gipspec.recipe.staggered import Staggered, stagger
from gipspec.recipe.work import Fits, Flags, Work


def prepare_did(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate ATT(g, t) of every cohort and period, and aggregate them (docs/statistics.md).

    Unit effects leave with the change of the outcome, period effects with the comparison. Nuisances do not
    depend on `event=`, which bounds what is reported. Raises GipError G461 or G462 where nothing can be.
    """
    if panel is None:
        raise GipError(problem("G110", what="`model=did`"))
    design = stagger(model, dataset, panel, only)
    check_estimable(design)
    asked = cell_nuisances(design)
    return Work(nuisances=asked.nuisances, finish=lambda fits: _finish(design, asked, fits))


def _finish(design: Staggered, asked: CellNuisances, fits: Fits) -> Made:
    found, series = event_study(
        design, [_effects(design, asked, rep) for rep in fits], diagnose(design, asked, fits)
    )
    return Made(found=found, series=(series, *cell_series(design, asked, fits)), problems=left_out(design))


def _effects(design: Staggered, asked: CellNuisances, rep: Sequence[CrossFit]) -> Effects:
    """Return the effects of all cells from one repetition. Raises GipError G406."""
    trim = design.piece.model.settings.trim
    effects: list[CellEffect] = []
    for k, cell in enumerate(design.cells.cells):
        change = outcome_change(cell, design.y, design.periods)
        g0_hat, m_hat = predicted(rep, asked.outcome[k]), predicted(rep, asked.treatment[k])
        effects.append(cell_effect(change, cell.treated, g0_hat, m_hat, trim=trim))
    return stack_cells(design.cells, effects)

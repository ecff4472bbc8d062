"""A placebo in time: adoption is moved ahead, and what is treated in truth is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gipspec.data import Dataset, evaluate
from gipspec.data.vector import Vector
from gipspec.diagnostics import GipError, problem
from gipspec.estimate import adoption_obstacle, lead_adoption
from gipspec.lang.study import Model, Panel
from gipspec.lang.syntax import Expr, Name
from gipspec.recipe.found import Found, Made, NuisanceFit
from gipspec.recipe.piece import Piece, gather
from gipspec.recipe.plr import prepare_plr
from gipspec.recipe.work import Array, Fits, Flags, Work


def prepare_placebo_lead(
    model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None
) -> Work:
    """Estimate the effect of adoption `placebo_lead` periods too early, on rows that are not yet treated.

    Periods are counted on the grid of the data set. Raises GipError G430 for a treatment that does not set in
    once and stay.
    """
    truth = gather(model, dataset, panel, only=only)
    lead, untreated = _lead(truth, dataset)
    name = _free_name(truth, dataset)
    early = replace(dataset, columns={**dataset.columns, name: Vector(values=lead)})
    treatment: Expr = Name(text=name, span=model.treatments[0].span)
    kept = untreated if only is None else untreated & only
    work = prepare_plr(replace(model, treatments=(treatment,)), early, panel, kept)

    def finish(fits: Fits) -> Made:
        made = work.finish(fits)
        return replace(made, found=tuple(_labelled(one, truth, name) for one in made.found))

    return Work(nuisances=tuple(replace(n, name=_shown(n.name, name)) for n in work.nuisances), finish=finish)


def _lead(truth: Piece, dataset: Dataset) -> tuple[Array, Flags]:
    """Return the early treatment (rows of the data set,), nan where it is not known, and the rows to keep."""
    name, settings = truth.treatments[0], truth.model.settings
    values = np.asarray(evaluate(truth.model.treatments[0], dataset).values, dtype=np.float64)
    known = np.isin(dataset.unit, truth.data.unit) & ~np.isnan(values)
    d, unit, time = values[known], dataset.unit[known], dataset.time[known]
    obstacle = adoption_obstacle(d, unit, time)
    if obstacle:
        raise GipError(problem("G430", truth.model.treatments[0].span, name=name, reason=obstacle))
    lead, kept = np.full(dataset.n, np.nan), np.zeros(dataset.n, dtype=bool)
    lead[known], kept[known] = lead_adoption(d, unit, time, settings.placebo_lead)
    return lead, kept


def _free_name(truth: Piece, dataset: Dataset) -> str:
    """Call the early treatment what the language calls a lead; no column of the data may be hidden by it."""
    name = f"lead({truth.treatments[0]}, {truth.model.settings.placebo_lead})"
    while name in dataset.columns:
        name += "'"
    return name


def _labelled(one: Found, truth: Piece, name: str) -> Found:
    treatment, periods = truth.treatments[0], truth.model.settings.placebo_lead
    ahead = f"{periods} period{'' if periods == 1 else 's'} early"
    fits = tuple(_renamed(fit, name) for fit in one.nuisances)
    return replace(
        one,
        kind="placebo in time",
        treatment=name,
        term=name,
        term_label=f"{truth.label(treatment)}, {ahead}",
        nuisances=fits,
    )


def _renamed(fit: NuisanceFit, name: str) -> NuisanceFit:
    return replace(fit, target=_shown(fit.target, name))


def _shown(target: str, name: str) -> str:
    """Take away the backticks in which a name with odd characters is printed."""
    return name if target == f"`{name}`" else target

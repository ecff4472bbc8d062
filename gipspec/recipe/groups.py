"""Heterogeneity by re-estimation: the model on each group of a moderator, and the differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, Problem
from gipspec.lang.check.moderators import is_pooled
from gipspec.lang.study import Model, Panel
from gipspec.lang.syntax import Call
from gipspec.learn import cannot_fill
from gipspec.recipe.along import NOTHING, prepare_along
from gipspec.recipe.compared import Group, compared, without_estimate
from gipspec.recipe.found import Found, Made
from gipspec.recipe.moderator import Moderator, moderated
from gipspec.recipe.policytree import prepare_policy
from gipspec.recipe.pooled import prepare_pooled
from gipspec.recipe.support import of_group
from gipspec.recipe.work import Codes, Fits, Flags, Work, join

Recipe = Callable[[Model, Dataset, Panel | None, Flags | None], Work]


def prepare_heterogeneity(
    recipe: Recipe, model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None
) -> Work:
    """Compare a model's effect between the groups of `het=`; `recipe` is that of the model without it."""
    het = model.settings.het
    if isinstance(het, Call) and het.function == "policytree":
        return prepare_policy(model, dataset, panel, only)
    if is_pooled(model.settings):
        return prepare_pooled(model, dataset, panel, only)
    return prepare_split(recipe, model, dataset, panel, only)


def prepare_split(
    recipe: Recipe, model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None
) -> Work:
    """Estimate the model on each group anew. A group that fails is reported, and spares the others.

    Groups are made of the model's rows in which the moderator is known. The effect along a continuous
    moderator, which needs nuisances of the whole sample, is estimated besides (`prepare_along`).
    """
    data, moderator = moderated(model, dataset, only)
    base = {"excluded": dataset.n - data.n_candidates, "rows_lost": data.rows_lost}
    parts: list[Work] = []
    units: dict[str, Codes] = {}
    for at, key in enumerate(moderator.grouping.keys):
        here = np.zeros(dataset.n, dtype=bool)
        here[data.rows[moderator.grouping.codes == at]] = True
        try:
            work = recipe(model, dataset, panel, here)
            units[key] = _units(work, model, panel)
        except GipError as error:
            parts.append(_only_problems(without_estimate(error.problems, moderator, at)))
        else:
            parts.append(_of_group(work, moderator, at, base))

    def finish(mades: list[Made]) -> Made:
        along = mades.pop()
        problems = tuple(p for made in mades for p in made.problems)
        groups = [Group(found=f, unit=units[f.key]) for made in mades for f in made.found]
        differences, more = compared(groups, moderator, model.settings.level)
        return Made(
            found=(*(g.found for g in groups), *differences, *along.found),
            series=(*along.series, *(s for made in mades for s in made.series)),
            problems=(*problems, *more, *along.problems),
        )

    return join([*parts, prepare_along(model, dataset, panel, moderator, only)], finish)


def _units(work: Work, model: Model, panel: Panel | None) -> Codes:
    """Return the units (n,) of the rows of a group. Raises GipError G403 where folds would lack some."""
    unit, folds = work.nuisances[0].unit, model.settings.folds
    count = len(np.unique(unit))
    if isinstance(folds, int) and count < folds:
        raise cannot_fill(folds, count, "units" if panel else "rows")
    return unit


def _only_problems(problems: Sequence[Problem]) -> Work:
    return replace(NOTHING, finish=lambda _: Made(found=(), problems=tuple(problems)))


def _of_group(work: Work, moderator: Moderator, at: int, base: dict[str, object]) -> Work:
    """Name what a group's work finds, or the group of which it found nothing."""

    def finish(fits: Fits) -> Made:
        try:
            made = work.finish(fits)
        except GipError as error:
            return Made(found=(), problems=without_estimate(error.problems, moderator, at))
        key = moderator.grouping.keys[at]
        return replace(made, found=tuple(_named(f) for f in made.found), series=of_group(made.series, key))

    def _named(found: Found) -> Found:
        return replace(
            found,
            key=moderator.grouping.keys[at],
            kind="group",
            moderator=moderator.name,
            group=moderator.titles[at],
            measures=(*found.measures, *moderator.bounds(at)),
            **base,  # type: ignore[arg-type]
        )

    return replace(work, finish=finish)

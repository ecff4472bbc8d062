"""Effects of groups from nuisances of the whole sample (docs/statistics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gipspec.data import Dataset
from gipspec.estimate import Split
from gipspec.lang.study import Model, Panel
from gipspec.recipe.along import NOTHING, prepare_along
from gipspec.recipe.compared import Group, compared, without_estimate
from gipspec.recipe.found import Made
from gipspec.recipe.moderator import Moderator, group_terms, moderated
from gipspec.recipe.piece import Piece, found
from gipspec.recipe.views import SIGNALS, Groups
from gipspec.recipe.whole import About, about, obstacles, whole_sample
from gipspec.recipe.work import Fits, Flags, Work, join


def prepare_pooled(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate the effects of groups, and along a continuous moderator, with the moderator as a control.

    A group in which the treatment does not vary, or that lies in one cluster, is reported and left out.
    """
    _, moderator = moderated(model, dataset, only)
    groups = _prepare_groups(model, dataset, panel, moderator, only)
    return join([groups, prepare_along(model, dataset, panel, moderator, only)], _together)


def _together(mades: list[Made]) -> Made:
    return Made(
        found=tuple(f for made in mades for f in made.found),
        series=tuple(s for made in mades for s in made.series),
        problems=tuple(p for made in mades for p in made.problems),
    )


def _prepare_groups(
    model: Model, dataset: Dataset, panel: Panel | None, moderator: Moderator, only: Flags | None
) -> Work:
    grouping = moderator.grouping
    piece = whole_sample(model, dataset, panel, group_terms(moderator), (moderator.expr,), only)
    wrong = obstacles(piece, grouping)
    problems = tuple(p for at in sorted(wrong) for p in without_estimate([wrong[at]], moderator, at))
    kept = [at for at in range(len(grouping.keys)) if at not in wrong]
    if not kept:
        return replace(NOTHING, finish=lambda _: Made(found=(), problems=problems))
    signals = SIGNALS[model.settings.model](piece, [Groups.of(grouping, kept)], panel)

    def finish(fits: Fits) -> Made:
        reps = [signals.estimate(rep)[0] for rep in fits]
        common = about(piece, signals.nuisances[: signals.common], fits)
        groups = [_group(piece, moderator, at, [rep[k] for rep in reps], common) for k, at in enumerate(kept)]
        differences, more = compared(groups, moderator, model.settings.level)
        return Made(found=(*(g.found for g in groups), *differences), problems=(*problems, *more))

    return Work(nuisances=signals.nuisances, finish=finish)


def _group(piece: Piece, moderator: Moderator, at: int, splits: Sequence[Split], common: About) -> Group:
    """The effect of a group, with the rows, units and clusters that are in it."""
    design = piece.design
    here = moderator.grouping.codes[design.rows] == at
    n, unit = int(here.sum()), design.unit[here]
    estimate = found(
        piece,
        splits,
        key=moderator.grouping.keys[at],
        kind="group",
        treatment=piece.treatments[0],
        nuisances=common.nuisances,
        residual_share=common.residual_share,
        measures=(*common.measures, *moderator.bounds(at)),
    )
    inside = replace(
        estimate,
        moderator=moderator.name,
        group=moderator.titles[at],
        n=n,
        units=len(np.unique(unit)),
        clusters=min((len(np.unique(codes[here])) for _, _, codes in design.clusters), default=n),
    )
    return Group(found=inside, unit=unit)

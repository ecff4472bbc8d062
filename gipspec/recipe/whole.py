"""A model on its whole sample, with a moderator among its controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.data import Dataset, Grouping, without_variation
from gipspec.diagnostics import Problem, problem
from gipspec.estimate import overlap
from gipspec.lang.check.terms import term_key
from gipspec.lang.study import Model, Panel, Term
from gipspec.lang.syntax import Expr
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.checks import check_binary
from gipspec.recipe.found import NuisanceFit
from gipspec.recipe.irm import overlap_measures
from gipspec.recipe.piece import Piece, described, gather
from gipspec.recipe.plr import treatment_predictions
from gipspec.recipe.work import Fits, Flags, Nuisance

INTERACTIVE = "irm"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What estimates from the nuisances of the whole sample report of these."""

    nuisances: tuple[NuisanceFit, ...]
    residual_share: float
    measures: tuple[tuple[str, float], ...]


def whole_sample(
    model: Model,
    dataset: Dataset,
    panel: Panel | None,
    terms: Sequence[Term],
    needed: tuple[Expr, ...],
    only: Flags | None,
) -> Piece:
    """Gather a model with further controls, on the rows that have a value of what is `needed`.

    Raises GipError with what is wrong with the data, G415 for an interactive model of no binary treatment.
    """
    known = {term_key(t) for t in model.controls}
    more = tuple(t for t in terms if term_key(t) not in known)
    interactive = model.settings.model == INTERACTIVE
    piece = gather(
        replace(model, controls=(*model.controls, *more)),
        dataset,
        panel,
        needed=needed,
        only=only,
        as_they_are=interactive,
    )
    if interactive:
        check_binary(piece, model.treatments[0], piece.design.d[:, 0], "a treatment")
    return piece


def about(piece: Piece, nuisances: Sequence[Nuisance], fits: Fits) -> About:
    """Describe the nuisances of a model with one treatment, whose own is the last."""
    settings, d = piece.model.settings, piece.design.d[:, 0]
    m_hats = [treatment_predictions(piece, [rep[len(nuisances) - 1]])[:, 0] for rep in fits]
    measures = adoption_measure(piece)
    if settings.model == INTERACTIVE:
        overlaps = [overlap(d, m, trim=settings.trim, target=settings.target) for m in m_hats]
        measures = (*overlap_measures(overlaps, d), *measures)
    return About(
        nuisances=described(nuisances, fits),
        residual_share=float(np.mean([np.var(d - m) / np.var(d) for m in m_hats])),
        measures=measures,
    )


def obstacles(piece: Piece, grouping: Grouping) -> dict[int, Problem]:
    """Say, by position, why groups (of the rows of `piece.data`) can have no estimate; empty if all can.

    The treatment does not vary there (G401), or all is in one cluster (G407), whose scores sum to nought.
    """
    found: dict[int, Problem] = {}
    remedy = "join groups, or choose another moderator"
    codes = grouping.codes[piece.design.rows]
    for dimension, _, cluster in piece.design.clusters:
        for at in range(len(grouping.keys)):
            if len(np.unique(cluster[codes == at])) < 2:
                found[at] = problem("G407", name=dimension, help=remedy)
    for at in without_variation(piece.data.d[:, 0], grouping):
        found[at] = problem("G401", name=piece.treatments[0], where="", remedy=remedy)
    return found

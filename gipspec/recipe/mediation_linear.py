"""Mechanisms in the partially linear model: what of an effect passes through the mediators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.data import Dataset
from gipspec.estimate import LinearMediation, mediation_linear
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.found import Found, Made
from gipspec.recipe.mediators import check_mediators, entry, mediator_entry, mediators_of
from gipspec.recipe.piece import Piece, clusters_of, described, gather, nuisance
from gipspec.recipe.plr import plr_nuisances, treatment_predictions, unit_corrected
from gipspec.recipe.support import linear_series
from gipspec.recipe.work import Array, Fits, Flags, Nuisance, Work


def prepare_mediation_linear(
    model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None
) -> Work:
    """Estimate total, direct and indirect effects on variables whose effects are removed.

    The mediators are transformed as outcome and treatment are, and each has a nuisance, its mean given the
    controls; those of outcome and treatment are the ones of the model without mediators.
    """
    piece = gather(model, dataset, panel, extra=model.settings.via, only=only)
    check_mediators(piece)
    nuisances = (
        *plr_nuisances(piece),
        *(
            nuisance(piece, "mediator", name, piece.design.extra[:, k], model.settings.learner_m)
            for k, name in enumerate(mediators_of(piece))
        ),
    )
    return Work(nuisances=nuisances, finish=lambda fits: _finish(piece, nuisances, fits))


def _finish(piece: Piece, nuisances: Sequence[Nuisance], fits: Fits) -> Made:
    d = piece.design.d[:, 0]
    m_hats = [treatment_predictions(piece, rep[1:2])[:, 0] for rep in fits]
    reps = [_estimate(piece, rep, m_hat) for rep, m_hat in zip(fits, m_hats, strict=True)]
    share = float(np.mean([np.var(d - m_hat) / np.var(d) for m_hat in m_hats]))
    of_outcome, of_treatment, *of_mediators = described(nuisances, fits)
    every = (of_outcome, of_treatment, *of_mediators)
    entries: list[Found] = [
        entry(
            piece,
            "total",
            [r.total for r in reps],
            every[:2],
            residual_share=share,
            measures=adoption_measure(piece),
        ),
        entry(piece, "direct", [r.direct for r in reps], every, residual_share=share),
        entry(piece, "indirect", [r.indirect for r in reps], every, residual_share=share),
        entry(piece, "share", [r.share for r in reps], every, residual_share=share),
    ]
    for k, (name, fit) in enumerate(zip(mediators_of(piece), of_mediators, strict=True)):
        effects, slopes = [r.effects[k] for r in reps], [r.slopes[k] for r in reps]
        entries += [
            mediator_entry(piece, "effect", name, effects, (fit, of_treatment), residual_share=share),
            mediator_entry(piece, "slope", name, slopes, every, residual_share=share),
        ]
    return Made(found=tuple(entries), series=linear_series(piece, [m[:, None] for m in m_hats]))


def _estimate(piece: Piece, rep: Sequence[CrossFit], m_hat: Array) -> LinearMediation:
    design = piece.design
    return mediation_linear(
        design.y,
        design.d[:, 0],
        design.extra,
        rep[0].prediction,
        m_hat,
        unit_corrected(piece, design.extra, rep[2:]),
        clusters_of(piece),
        names=mediators_of(piece),
        treatment=piece.treatments[0],
        outcome=piece.outcome,
    )

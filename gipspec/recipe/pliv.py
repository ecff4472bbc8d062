"""The partially linear model with instruments, on variables whose effects are removed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.data import Dataset
from gipspec.estimate import Split, anderson_rubin, first_stage, first_stage_f, pliv
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.checks import check_instruments
from gipspec.recipe.found import Made
from gipspec.recipe.piece import Piece, clusters_of, described, found, gather, nuisance, term_name
from gipspec.recipe.plr import plr_nuisances, treatment_predictions, unit_corrected
from gipspec.recipe.strength import strength
from gipspec.recipe.support import residual_series
from gipspec.recipe.work import Array, Fits, Flags, Nuisance, Work


def prepare_pliv(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate Y = θD + g(X) + ε with one or several instruments, which are transformed as the treatment is.

    The nuisances of outcome and treatment are the ones of the model without instruments.
    """
    piece = gather(model, dataset, panel, extra=model.settings.iv, only=only)
    check_instruments(piece)
    nuisances = (
        *plr_nuisances(piece),
        *(
            nuisance(piece, "instrument", name, piece.design.extra[:, j], model.settings.learner_z)
            for j, name in enumerate(instruments_of(piece))
        ),
    )
    return Work(nuisances=nuisances, finish=lambda fits: finish_pliv(piece, nuisances, fits))


def instruments_of(piece: Piece) -> tuple[str, ...]:
    """Return the names of a model's instruments, in the order of the columns of `design.extra`."""
    return tuple(term_name(print_expr(z)) for z in piece.model.settings.iv)


def finish_pliv(piece: Piece, nuisances: Sequence[Nuisance], fits: Fits) -> Made:
    """Estimate from the cross-fits. Raises GipError G406, G407, G408, G416 or G417."""
    d, several = piece.design.d[:, 0], piece.design.extra.shape[1] > 1
    reps = [_predictions(piece, rep) for rep in fits]
    splits = [_estimate(piece, p) for p in reps]
    clusters = clusters_of(piece)
    residuals = [_residuals(piece, p) for p in reps]
    strong = strength(
        [first_stage_f(left, z, clusters) for _, left, z in residuals],
        [] if several else [first_stage(left, z[:, 0], clusters) for _, left, z in residuals],
        [
            anderson_rubin(z * y[:, None], z * left[:, None], clusters, level=piece.model.settings.level)
            for y, left, z in residuals
        ],
    )
    estimate = found(
        piece,
        splits,
        treatment=piece.treatments[0],
        nuisances=described(nuisances, fits),
        residual_share=float(np.mean([np.var(left) / np.var(d) for _, left, _ in residuals])),
        measures=(*strong, *adoption_measure(piece)),
    )
    left = residual_series(piece.treatments, piece.design.d, [r_hat[:, None] for _, r_hat, _ in reps])
    return Made(found=(estimate,), series=(left,))


def _predictions(piece: Piece, rep: Sequence[CrossFit]) -> tuple[Array, Array, Array]:
    """Return l̂ (n,), r̂ (n,) and m̂ (n, q)."""
    r_hat = treatment_predictions(piece, rep[1:2])[:, 0]
    return rep[0].prediction, r_hat, unit_corrected(piece, piece.design.extra, rep[2:])


def _estimate(piece: Piece, predictions: tuple[Array, Array, Array]) -> Split:
    return pliv(
        piece.design.y,
        piece.design.d[:, 0],
        piece.design.extra,
        *predictions,
        clusters_of(piece),
        outcome=piece.outcome,
        treatment=piece.treatments[0],
        instruments=instruments_of(piece),
    )


def _residuals(piece: Piece, predictions: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
    design, (l_hat, r_hat, m_hat) = piece.design, predictions
    return design.y - l_hat, design.d[:, 0] - r_hat, design.extra - m_hat

"""The partially linear model: outcome and treatments, each predicted from the controls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.data import Dataset
from gipspec.estimate import correct_by_unit, plr
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.found import Made
from gipspec.recipe.marginal import complement_of, with_marginal
from gipspec.recipe.piece import Piece, clusters_of, described, found, gather, nuisance
from gipspec.recipe.support import linear_series
from gipspec.recipe.work import Array, Fits, Flags, Nuisance, Work


def prepare_plr(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate Y = θ'D + g(X) + ε, an estimate for each treatment (docs/statistics.md)."""
    piece = gather(model, dataset, panel, only=only)
    nuisances, complement = plr_nuisances(piece), complement_of(piece, dataset)
    return Work(
        nuisances=nuisances,
        finish=lambda fits: with_marginal(finish_plr(piece, nuisances, fits), piece, complement),
    )


def plr_nuisances(piece: Piece) -> tuple[Nuisance, ...]:
    """Return the outcome's nuisance, then one for each treatment."""
    settings, design = piece.model.settings, piece.design
    return (
        nuisance(piece, "outcome", piece.outcome, design.y, settings.learner_y),
        *(
            nuisance(piece, "treatment", name, design.d[:, j], settings.learner_d)
            for j, name in enumerate(piece.treatments)
        ),
    )


def treatment_predictions(piece: Piece, fits: Sequence[CrossFit]) -> Array:
    """Return m̂ (n, k) of one repetition, given the treatments' cross-fits."""
    return unit_corrected(piece, piece.design.d, fits)


def unit_corrected(piece: Piece, values: Array, fits: Sequence[CrossFit]) -> Array:
    """Return predictions (n, k) of `values` (n, k), treatments and their like, from one repetition's fits.

    Where the design asks for it they have the unit means of what they predict (`Design.correct_by_unit`).
    """
    predictions = np.column_stack([fit.prediction for fit in fits])
    if not piece.design.correct_by_unit:
        return predictions
    return correct_by_unit(predictions, values, piece.design.unit)


def finish_plr(piece: Piece, nuisances: Sequence[Nuisance], fits: Fits) -> Made:
    """Estimate from the cross-fits. Raises GipError G406, G407, G408 or G411."""
    design, names = piece.design, piece.treatments
    clusters = clusters_of(piece)
    m_hats = [treatment_predictions(piece, rep[1:]) for rep in fits]
    splits = [
        plr(design.y, design.d, rep[0].prediction, m_hat, clusters, names=names, outcome=piece.outcome)
        for rep, m_hat in zip(fits, m_hats, strict=True)
    ]
    shares = np.mean([np.var(design.d - m, axis=0) / np.var(design.d, axis=0) for m in m_hats], axis=0)
    quality = described(nuisances, fits)
    several = len(names) > 1
    return Made(
        found=tuple(
            found(
                piece,
                [rep[j] for rep in splits],
                key=name if several else "",
                treatment=name,
                nuisances=(quality[0], quality[1 + j]),
                residual_share=float(shares[j]),
                measures=adoption_measure(piece, j),
            )
            for j, name in enumerate(names)
        ),
        series=linear_series(piece, m_hats),
    )

"""The interactive model: the outcome without and with treatment, and the propensity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.data import Dataset
from gipspec.estimate import Overlap, irm, overlap
from gipspec.lang.study import Model, Panel
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.checks import check_binary
from gipspec.recipe.found import Made
from gipspec.recipe.piece import Piece, clusters_of, described, found, gather, nuisance
from gipspec.recipe.support import arms_series
from gipspec.recipe.work import Array, Fits, Flags, Nuisance, Work


def prepare_irm(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate the mean effect of a treatment of 0 and 1, over all rows or the treated (`target`).

    The treatment must stay as it is, so that effects are not removed: learners see unit means and the period.
    """
    piece = gather(model, dataset, panel, only=only, as_they_are=True)
    check_binary(piece, model.treatments[0], piece.design.d[:, 0], "a treatment")
    nuisances = irm_nuisances(piece)
    return Work(nuisances=nuisances, finish=lambda fits: finish_irm(piece, nuisances, fits))


def irm_nuisances(piece: Piece) -> tuple[Nuisance, ...]:
    """Return the nuisances of the outcome among the untreated, then the treated, and of the treatment.

    The effect on the treated needs no outcome among them.
    """
    settings, design = piece.model.settings, piece.design
    d = design.d[:, 0]
    arms = {"outcome, untreated": d == 0, "outcome, treated": d == 1}
    if settings.target == "att":
        del arms["outcome, treated"]
    return (
        *(
            nuisance(piece, role, piece.outcome, design.y, settings.learner_y, teach=rows)
            for role, rows in arms.items()
        ),
        nuisance(piece, "treatment", piece.treatments[0], d, settings.learner_d),
    )


def finish_irm(piece: Piece, nuisances: Sequence[Nuisance], fits: Fits) -> Made:
    """Estimate from the cross-fits. Raises GipError G406 or G407."""
    settings, d = piece.model.settings, piece.design.d[:, 0]
    propensities = [rep[-1].prediction for rep in fits]
    splits = [
        irm(
            piece.design.y,
            d,
            rep[0].prediction,
            None if settings.target == "att" else rep[1].prediction,
            rep[-1].prediction,
            clusters_of(piece),
            target=settings.target,
            trim=settings.trim,
            outcome=piece.outcome,
            treatment=piece.treatments[0],
        )
        for rep in fits
    ]
    overlaps = [overlap(d, m, trim=settings.trim, target=settings.target) for m in propensities]
    estimate = found(
        piece,
        splits,
        treatment=piece.treatments[0],
        nuisances=described(nuisances, fits),
        residual_share=float(np.mean([np.var(d - m) / np.var(d) for m in propensities])),
        measures=(*overlap_measures(overlaps, d), *adoption_measure(piece)),
    )
    series = arms_series(piece, piece.treatments[0], d, propensities, settings.target)
    return Made(found=(estimate,), series=series)


def overlap_measures(
    overlaps: Sequence[Overlap], d: Array | None = None, arms: tuple[str, str] = ("untreated", "treated")
) -> tuple[tuple[str, float], ...]:
    """Put the overlap over the repetitions together: extremes of the propensity, means of the rest.

    Where all are of one `d` (n,), who is in the second arm, the rows of both arms are counted.
    """
    rows = () if d is None else (float(np.sum(d == 0)), float(np.sum(d == 1)))
    effective = np.mean([o.effective for o in overlaps], axis=0)
    return (
        ("propensity.low", min(o.low for o in overlaps)),
        ("propensity.high", max(o.high for o in overlaps)),
        ("trimmed", float(np.mean([o.trimmed for o in overlaps]))),
        *((f"effective.{arm}", float(count)) for arm, count in zip(arms, effective, strict=True)),
        *((f"rows.{arm}", count) for arm, count in zip(arms, rows, strict=False)),
    )

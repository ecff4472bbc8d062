"""The interactive model with an instrument: outcome and treatment without and with it, and its propensity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gipspec.data import Dataset
from gipspec.estimate import (
    InstrumentNuisances,
    Split,
    anderson_rubin,
    compliers,
    iivm,
    instrument_effects,
    overlap,
)
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.checks import check_binary, check_instruments
from gipspec.recipe.found import Made
from gipspec.recipe.irm import overlap_measures
from gipspec.recipe.piece import Piece, clusters_of, described, found, gather, nuisance
from gipspec.recipe.pliv import instruments_of
from gipspec.recipe.strength import strength
from gipspec.recipe.support import arms_series
from gipspec.recipe.work import Fits, Flags, Nuisance, Work

ARMS = ("unassigned", "assigned")


def prepare_iivm(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate the mean effect on compliers of a treatment of 0 and 1, with an instrument of 0 and 1.

    Both must stay as they are, so that effects are not removed: learners see unit means and the period.
    """
    piece = gather(model, dataset, panel, extra=model.settings.iv, only=only, as_they_are=True)
    check_instruments(piece)
    check_binary(piece, model.treatments[0], piece.design.d[:, 0], "a treatment")
    check_binary(piece, model.settings.iv[0], piece.design.extra[:, 0], "an instrument")
    asked = iivm_nuisances(piece)
    return Work(nuisances=tuple(asked.values()), finish=lambda fits: finish_iivm(piece, asked, fits))


def iivm_nuisances(piece: Piece) -> dict[str, Nuisance]:
    """Return the nuisances by the names of `InstrumentNuisances`.

    Where nobody is treated without the instrument, or everybody with it, the treatment is known: no nuisance.
    """
    settings, design = piece.model.settings, piece.design
    y, d, z = design.y, design.d[:, 0], design.extra[:, 0]
    asked: dict[str, Nuisance] = {}
    for level, arm in enumerate(ARMS):
        rows = z == level
        asked[f"g{level}_hat"] = nuisance(
            piece, f"outcome, {arm}", piece.outcome, y, settings.learner_y, teach=rows
        )
        if np.ptp(d[rows]) > 0:
            asked[f"r{level}_hat"] = nuisance(
                piece, f"treatment, {arm}", piece.treatments[0], d, settings.learner_d, teach=rows
            )
    asked["m_hat"] = nuisance(piece, "instrument", instruments_of(piece)[0], z, settings.learner_z)
    return asked


def finish_iivm(piece: Piece, asked: Mapping[str, Nuisance], fits: Fits) -> Made:
    """Estimate from the cross-fits of the nuisances `asked`. Raises GipError G406 or G407."""
    settings, clusters = piece.model.settings, clusters_of(piece)
    y, d, z = piece.design.y, piece.design.d[:, 0], piece.design.extra[:, 0]
    reps = [_predictions(piece, asked, rep) for rep in fits]
    signals = [instrument_effects(y, d, z, rep, trim=settings.trim) for rep in reps]
    stages = [compliers(moved, clusters) for _, moved in signals]
    sets = [
        anderson_rubin(gained[:, None], moved[:, None], clusters, level=settings.level)
        for gained, moved in signals
    ]
    estimate = found(
        piece,
        [_estimate(piece, rep) for rep in reps],
        treatment=piece.treatments[0],
        nuisances=described(tuple(asked.values()), fits),
        measures=(
            *overlap_measures([overlap(z, rep.m_hat, trim=settings.trim) for rep in reps], z, ARMS),
            *adoption_measure(piece),
            *strength([(stage.theta / stage.se) ** 2 for stage in stages], stages, sets),
        ),
    )
    series = arms_series(piece, instruments_of(piece)[0], z, [rep.m_hat for rep in reps], arms=ARMS)
    return Made(found=(estimate,), series=series)


def _predictions(piece: Piece, asked: Mapping[str, Nuisance], rep: Sequence[CrossFit]) -> InstrumentNuisances:
    d, z = piece.design.d[:, 0], piece.design.extra[:, 0]
    known = {f"r{level}_hat": np.full(len(d), d[z == level][0]) for level in (0, 1)}
    return InstrumentNuisances(
        **(known | {name: fit.prediction for name, fit in zip(asked, rep, strict=True)})
    )


def _estimate(piece: Piece, predictions: InstrumentNuisances) -> Split:
    return iivm(
        piece.design.y,
        piece.design.d[:, 0],
        piece.design.extra[:, 0],
        predictions,
        clusters_of(piece),
        trim=piece.model.settings.trim,
        outcome=piece.outcome,
        treatment=piece.treatments[0],
        instrument=instruments_of(piece)[0],
    )

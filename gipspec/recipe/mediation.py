"""Mechanisms in the interactive model: direct and indirect effects of a treatment of 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.data import Dataset
from gipspec.estimate import (
    Mediation,
    MediationNuisances,
    Split,
    irm,
    mediation,
    overlap,
)
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit, regressor_of
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.checks import check_binary
from gipspec.recipe.found import Made, Series
from gipspec.recipe.irm import irm_nuisances, overlap_measures
from gipspec.recipe.mediators import check_mediators, entry, mediator_entry, mediators_of
from gipspec.recipe.piece import Piece, clusters_of, described, gather, nuisance
from gipspec.recipe.support import (
    balance_series,
    overlap_series,
    propensity_of,
    weighted_differences,
)
from gipspec.recipe.work import Fits, Flags, Nested, Nuisance, Work

EFFECTS = {
    "total": "total",
    "direct.treated": "direct_treated",
    "direct.control": "direct_control",
    "indirect.treated": "indirect_treated",
    "indirect.control": "indirect_control",
    "share": "share",
}
OF_MEDIATORS = (
    8  # the nuisances before those of the mediators; m0, m1 and p come first, as in the plain model
)
OF_TOTAL = 3


def prepare_mediation(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate total, direct and indirect effects from efficient scores (docs/statistics.md).

    Variables stay as they are; learners see the controls, their unit means and the period, and beside these
    the mediators where these are given.
    """
    piece = gather(model, dataset, panel, extra=model.settings.via, only=only, as_they_are=True)
    check_binary(piece, model.treatments[0], piece.design.d[:, 0], "a treatment")
    check_mediators(piece)
    nuisances = (*irm_nuisances(piece), *_given_mediators(piece), *_of_mediators(piece))
    return Work(nuisances=nuisances, finish=lambda fits: _finish(piece, nuisances, fits))


def _given_mediators(piece: Piece) -> tuple[Nuisance, ...]:
    """Return the nuisances q, μ0, μ1, ω01 and ω10."""
    settings, design = piece.model.settings, piece.design
    d = design.d[:, 0]
    untreated, treated = d == 0, d == 1
    both = np.column_stack([design.features, design.extra])
    y, learner, nested = design.y, settings.learner_y, regressor_of(settings.learner_y)
    named = piece.outcome
    q = nuisance(piece, "treatment given mediator", piece.treatments[0], d, settings.learner_d, x=both)
    mu0 = nuisance(piece, "outcome given mediator, untreated", named, y, learner, x=both, teach=untreated)
    mu1 = nuisance(piece, "outcome given mediator, treated", named, y, learner, x=both, teach=treated)
    return (
        q,
        mu0,
        mu1,
        nuisance(piece, "nested outcome, untreated", named, y, nested, teach=treated, way=Nested(inner=mu0)),
        nuisance(piece, "nested outcome, treated", named, y, nested, teach=untreated, way=Nested(inner=mu1)),
    )


def _of_mediators(piece: Piece) -> tuple[Nuisance, ...]:
    """Return E[M|D=0,X] and E[M|D=1,X] of each mediator."""
    d, learner = piece.design.d[:, 0], piece.model.settings.learner_m
    return tuple(
        nuisance(piece, role, name, piece.design.extra[:, k], learner, teach=rows)
        for k, name in enumerate(mediators_of(piece))
        for role, rows in (("mediator, untreated", d == 0), ("mediator, treated", d == 1))
    )


def _finish(piece: Piece, nuisances: Sequence[Nuisance], fits: Fits) -> Made:
    d, trim = piece.design.d[:, 0], piece.model.settings.trim
    reps = [_estimate(piece, rep) for rep in fits]
    propensities = [rep[2].prediction for rep in fits]
    residual_share = float(np.mean([np.var(d - p) / np.var(d) for p in propensities]))
    quality = described(nuisances, fits)
    overlaps = [overlap(d, p, trim=trim) for p in propensities]
    plain = (*overlap_measures(overlaps, d), *adoption_measure(piece))
    trimmed = float(np.mean([r.trimmed for r in reps]))
    with_mediators = tuple((name, trimmed if name == "trimmed" else value) for name, value in plain)
    entries = [
        entry(
            piece,
            key,
            [getattr(r, field) for r in reps],
            quality[:OF_TOTAL] if key == "total" else quality[:OF_MEDIATORS],
            residual_share=residual_share,
            measures=plain if key == "total" else with_mediators,
        )
        for key, field in EFFECTS.items()
    ]
    for k, name in enumerate(mediators_of(piece)):
        at = OF_MEDIATORS + 2 * k
        entries.append(
            mediator_entry(
                piece,
                "effect",
                name,
                [_effect(piece, k, name, rep) for rep in fits],
                (*quality[at : at + 2], quality[2]),
                residual_share=residual_share,
                measures=plain,
            )
        )
    return Made(found=tuple(entries), series=_series(piece, fits))


def _series(piece: Piece, fits: Fits) -> tuple[Series, ...]:
    """Return overlap without and given the mediators, and the balance of the controls."""
    d, treatment = piece.design.d[:, 0], piece.treatments[0]
    plain = propensity_of(piece, treatment, d, [rep[2].prediction for rep in fits])
    given = f"{treatment} given {' + '.join(mediators_of(piece))}"
    q = propensity_of(piece, given, d, [rep[OF_TOTAL].prediction for rep in fits])
    balance = balance_series(piece.data.x_names, [weighted_differences(piece, plain)])
    return (*overlap_series([plain, q]), *balance)


def _estimate(piece: Piece, rep: Sequence[CrossFit]) -> Mediation:
    m0, m1, p, q, mu0, mu1, omega01, omega10 = (fit.prediction for fit in rep[:OF_MEDIATORS])
    return mediation(
        piece.design.y,
        piece.design.d[:, 0],
        MediationNuisances(
            p_hat=p, q_hat=q, mu1=mu1, mu0=mu0, omega10=omega10, omega01=omega01, m1=m1, m0=m0
        ),
        clusters_of(piece),
        trim=piece.model.settings.trim,
        outcome=piece.outcome,
        treatment=piece.treatments[0],
    )


def _effect(piece: Piece, k: int, name: str, rep: Sequence[CrossFit]) -> Split:
    """Estimate the mean effect of the treatment on mediator `k`, from the interactive model."""
    at = OF_MEDIATORS + 2 * k
    return irm(
        piece.design.extra[:, k],
        piece.design.d[:, 0],
        rep[at].prediction,
        rep[at + 1].prediction,
        rep[2].prediction,
        clusters_of(piece),
        trim=piece.model.settings.trim,
        outcome=name,
        treatment=piece.treatments[0],
    )

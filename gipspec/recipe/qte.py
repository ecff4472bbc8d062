"""Quantile treatment effects: what a treatment does to each quantile of the outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.estimate import QuantileEffect, Split, joint_band, overlap, quantile_effect
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit, derive_seed
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.checks import check_binary, check_continuous
from gipspec.recipe.found import Found, Made, NuisanceFit, Series
from gipspec.recipe.irm import overlap_measures
from gipspec.recipe.piece import Piece, clusters_of, described, found, gather, nuisance
from gipspec.recipe.support import arms_series
from gipspec.recipe.work import Fits, Flags, Localized, Nuisance, Work

ARMS = ("treated", "untreated")
KINDS = {"effect": "quantile", "treated": "potential quantile", "untreated": "potential quantile"}
PILED = 0.05  # share of an arm's rows at one outcome, beyond which there is no density to speak of


def prepare_qte(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate the effect of a treatment of 0 and 1 on quantiles of the outcome (Kallus et al. 2024).

    The treatment must stay as it is, so that effects are not removed: learners see unit means and the period.
    Raises GipError G415 for another treatment and G421 for an outcome with few values.
    """
    piece = gather(model, dataset, panel, only=only, as_they_are=True)
    check_binary(piece, model.treatments[0], piece.design.d[:, 0], "a treatment")
    check_continuous(piece)
    nuisances = _nuisances(piece)
    return Work(nuisances=nuisances, finish=lambda fits: _finish(piece, nuisances, fits))


def quantile_key(quantile: float) -> str:
    """Name a quantile by its decimals: .25 is `q25`, .5 is `q50`, .975 is `q975`."""
    return "q" + f"{quantile:.6f}".partition(".")[2].rstrip("0").ljust(2, "0")


def _arms(piece: Piece) -> dict[str, Flags]:
    d = piece.design.d[:, 0]
    return dict(zip(ARMS, (d == 1, d == 0), strict=True))


def _nuisances(piece: Piece) -> tuple[Nuisance, ...]:
    """Return the propensity, then P(Y ≤ θ | D=1, X) and P(Y ≤ θ | D=0, X) for each quantile."""
    settings, design = piece.model.settings, piece.design
    y, d = design.y, design.d[:, 0]
    propensity = nuisance(piece, "treatment", piece.treatments[0], d, settings.learner_d)
    at_quantiles = (
        nuisance(
            piece,
            f"quantile, {name}",
            f"{piece.outcome} at {quantile_key(q)}",
            (y <= np.quantile(y[arm], q)).astype(np.float64),
            settings.learner_y,
            teach=arm,
            way=Localized(outcome=y, quantile=q, propensity=propensity),
        )
        for q in settings.quantiles
        for name, arm in _arms(piece).items()
    )
    return (propensity, *at_quantiles)


def _finish(piece: Piece, nuisances: Sequence[Nuisance], fits: Fits) -> Made:
    """Estimate from the cross-fits. A quantile that fails spares the others; GipError where all do."""
    done: dict[float, dict[str, Found]] = {}
    problems: list[Problem] = []
    for j, quantile in enumerate(piece.model.settings.quantiles):
        at = (0, 1 + 2 * j, 2 + 2 * j)  # the propensity, the treated, the untreated
        try:
            own = [[rep[i] for i in at] for rep in fits]
            done[quantile] = _entries(piece, quantile, [nuisances[i] for i in at], own)
        except GipError as error:
            problems += (p for p in error.problems if p not in problems)
        else:
            problems += _piled(piece, quantile, done[quantile])
    if not done:
        raise GipError(*problems)
    d, propensities = piece.design.d[:, 0], [rep[0].prediction for rep in fits]
    return Made(
        found=tuple(chain.from_iterable(entries.values() for entries in done.values())),
        series=(
            _series(piece, {q: entries["effect"] for q, entries in done.items()}),
            *arms_series(piece, piece.treatments[0], d, propensities),
        ),
        problems=tuple(problems),
    )


def _entries(piece: Piece, quantile: float, nuisances: Sequence[Nuisance], fits: Fits) -> dict[str, Found]:
    """Return the effect on one quantile, and that quantile of both potential outcomes."""
    trim, d, treatment = piece.model.settings.trim, piece.design.d[:, 0], piece.treatments[0]
    reps = [_estimate(piece, quantile, rep) for rep in fits]
    splits = {name: [getattr(rep, name) for rep in reps] for name in KINDS}
    quality = _quality(piece, splits, nuisances, fits)
    propensities = [rep[0].prediction for rep in fits]
    overlaps = [overlap(d, m, trim=trim) for m in propensities]
    measures = (*overlap_measures(overlaps, d), *adoption_measure(piece))
    residual_share = float(np.mean([np.var(d - m) / np.var(d) for m in propensities]))
    label = f"{piece.label(treatment)}: {100 * quantile:g}% quantile"
    found_here = {}
    for name, kind in KINDS.items():
        own = name == "effect"
        key = quantile_key(quantile) if own else f"{quantile_key(quantile)}.{name}"
        found_here[name] = found(
            piece,
            splits[name],
            key=key,
            kind=kind,
            treatment=treatment,
            term=key,
            term_label=label if own else f"{label}, {name}",
            nuisances=quality[name],
            residual_share=residual_share,
            measures=measures,
        )
    return found_here


def _estimate(piece: Piece, quantile: float, rep: Sequence[CrossFit]) -> QuantileEffect:
    m, g1, g0 = (fit.prediction for fit in rep)
    return quantile_effect(
        piece.design.y,
        piece.design.d[:, 0],
        g1,
        g0,
        m,
        quantile,
        clusters_of(piece),
        trim=piece.model.settings.trim,
        outcome=piece.outcome,
        treatment=piece.treatments[0],
    )


def _quality(
    piece: Piece, splits: Mapping[str, Sequence[Split]], nuisances: Sequence[Nuisance], fits: Fits
) -> dict[str, tuple[NuisanceFit, ...]]:
    """Measure the nuisances; a localized one against whether the outcome is at most the estimate."""
    propensity, *at_quantile = nuisances
    final = [
        replace(one, target=(piece.design.y <= _median(splits[name])).astype(np.float64))
        for name, one in zip(ARMS, at_quantile, strict=True)
    ]
    m, treated, untreated = described([propensity, *final], fits)
    return {"effect": (treated, untreated, m), "treated": (treated, m), "untreated": (untreated, m)}


def _median(splits: Sequence[Split]) -> float:
    return float(np.median([split.theta for split in splits]))


def _piled(piece: Piece, quantile: float, found_here: Mapping[str, Found]) -> Iterator[Problem]:
    """A24: many rows of an arm have the very outcome that is its quantile."""
    for name, level in zip(ARMS, ("1", "0"), strict=True):
        theta = found_here[name].aggregate.coef
        share = float(np.mean(piece.design.y[_arms(piece)[name]] == theta))
        if share > PILED:
            yield problem(
                "A24",
                share=f"{share:.0%}",
                treatment=piece.treatments[0],
                level=level,
                outcome=piece.outcome,
                value=f"{theta:.4g}",
                quantile=f"{100 * quantile:g}%",
            )


def _series(piece: Piece, of_quantile: Mapping[float, Found]) -> Series:
    """Return the effects along the quantiles, with pointwise intervals and a band that holds for all."""
    settings, effects = piece.model.settings, list(of_quantile.values())
    band = joint_band(
        [e.influence for e in effects], settings.level, seed=derive_seed(settings.seed, "quantiles")
    )
    return Series(
        key="",
        kind="quantiles",
        columns=(
            ("quantile", tuple(of_quantile)),
            ("coef", tuple(e.aggregate.coef for e in effects)),
            ("low", tuple(e.aggregate.ci[0] for e in effects)),
            ("high", tuple(e.aggregate.ci[1] for e in effects)),
            ("band.low", tuple(band.low.tolist())),
            ("band.high", tuple(band.high.tolist())),
        ),
    )

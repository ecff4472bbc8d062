"""Placebo tests between units: whole paths of the treatment are moved, and the estimate is compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from gipspec.data import Dataset, evaluate, panel_design
from gipspec.diagnostics import GipError, Problem, counted, problem
from gipspec.estimate import (
    Paths,
    PlaceboDraws,
    adoption_obstacle,
    adoption_paths,
    correct_by_unit,
    design_draws,
    movable,
    observed_paths,
    permutation_test,
    permutations,
    permuted_treatment,
    refit_draws,
)
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit, derive_seed
from gipspec.recipe.found import Made, Series
from gipspec.recipe.piece import Piece, clusters_of, gather, nuisance
from gipspec.recipe.plr import finish_plr, plr_nuisances, treatment_predictions, unit_corrected
from gipspec.recipe.strata import strata_of
from gipspec.recipe.work import Array, Fits, Flags, Nuisance, Work

MOST_SHOWN = 2000  # draws of a figure
BASE = 2  # nuisances of the model itself: the outcome's, and the treatment's


def prepare_placebo(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Test a partially linear estimate against those of permuted adoption (docs/statistics.md).

    `placebo_by=refit` learns a treatment nuisance for each draw; the outcome's is that of the model itself.
    `placebo_by=design` asks for no further nuisance. Raises GipError G431 and G432.
    """
    piece = gather(model, dataset, panel, only=only)
    paths = paths_of(piece, dataset)
    if movable(paths) == 0:
        raise GipError(_nothing_moves(piece))
    make = _refit if model.settings.placebo_by == "refit" else _design
    return make(piece, paths, panel)


def paths_of(piece: Piece, dataset: Dataset) -> Paths:
    """Return the paths of the treatment of the model's units, and which of them may exchange theirs.

    They are built on all rows of these units in which the treatment is known, of whatever period and whether
    or not a control is missing there. A treatment without a time of adoption has its observed paths, in the
    periods of the model, exchanged among units that are seen in the same periods. Where the model winsorises,
    they end where its treatment does.
    """
    settings = piece.model.settings
    values = np.asarray(evaluate(piece.model.treatments[0], dataset).values, dtype=np.float64)
    if settings.winsor:
        values = np.clip(values, piece.data.d[:, 0].min(), piece.data.d[:, 0].max())
    known = np.isin(dataset.unit, piece.data.unit) & ~np.isnan(values)
    strata = None
    if settings.placebo_strata is not None:
        strata = strata_of(settings.placebo_strata, dataset, np.unique(piece.data.unit))
    d, unit, time = values[known], dataset.unit[known], dataset.time[known]
    if adoption_obstacle(d, unit, time) is None:
        return adoption_paths(d, unit, time, strata)
    used = np.isin(time, piece.data.time)
    here = None if strata is None else strata[: int(unit[used].max()) + 1]
    return observed_paths(d[used], unit[used], time[used], here)


def _refit(piece: Piece, paths: Paths, panel: Panel | None) -> Work:
    settings, name = piece.model.settings, piece.treatments[0]
    donors = permutations(paths.group, settings.placebo, _seed(piece))
    moved = permuted_treatment(paths, donors, piece.data.unit, piece.data.time).T
    drawn = _transformed(piece, panel)(moved)
    own = plr_nuisances(piece)
    of_draws = tuple(
        nuisance(piece, "placebo", f"{name}, draw {b + 1}", drawn[:, b], settings.learner_d)
        for b in range(settings.placebo)
    )
    kept = np.column_stack([piece.data.d[:, 0], moved])[piece.design.rows]
    variation = np.sum((kept - kept.mean(axis=0)) ** 2, axis=0)

    def finish(fits: Fits) -> Made:
        residual, left = _residuals(piece, fits), []
        for rep in fits:
            m_hat = treatment_predictions(piece, rep[1:BASE])
            left.append(
                np.column_stack([piece.design.d - m_hat, drawn - _predicted(piece, drawn, rep[BASE:])])
            )
        draws = refit_draws(residual, left, variation, clusters_of(piece))
        return _made(piece, paths, own, fits, draws)

    return Work(nuisances=(*own, *of_draws), finish=finish)


def _predicted(piece: Piece, drawn: Array, fits: Sequence[CrossFit]) -> Array:
    """Return the predictions of permuted treatments (n, B), nan for those that could not be learned.

    Few treated units may all be in one fold; such a draw has no statistic, and counts against the estimate.
    """
    found = np.full(drawn.shape, np.nan)
    for b in range(drawn.shape[1]):
        with suppress(GipError):
            found[:, b] = unit_corrected(piece, drawn[:, [b]], fits[b : b + 1])[:, 0]
    return found


def _design(piece: Piece, paths: Paths, panel: Panel | None) -> Work:
    own, transformed = plr_nuisances(piece), _transformed(piece, panel)

    def transform(values: Array) -> Array:
        moved = transformed(values)
        if not piece.design.correct_by_unit:
            return moved
        return moved - correct_by_unit(np.zeros_like(moved), moved, piece.design.unit)

    def finish(fits: Fits) -> Made:
        draws = design_draws(
            _residuals(piece, fits),
            paths,
            piece.data.unit,
            piece.data.time,
            clusters_of(piece),
            draws=piece.model.settings.placebo,
            seed=_seed(piece),
            transform=transform,
        )
        return _made(piece, paths, own, fits, draws)

    return Work(nuisances=own, finish=finish)


def _transformed(piece: Piece, panel: Panel | None) -> Callable[[Array], Array]:
    """Return the map from treatments on the rows of the data (m, b) to those that are estimated on (n, b)."""
    settings = piece.model.settings
    return lambda values: panel_design(replace(piece.data, extra=values), settings, panel).extra


def _residuals(piece: Piece, fits: Fits) -> Array:
    return np.stack([piece.design.y - rep[0].prediction for rep in fits])


def _seed(piece: Piece) -> int:
    return derive_seed(piece.model.settings.seed, "placebo")


def _made(piece: Piece, paths: Paths, own: Sequence[Nuisance], fits: Fits, draws: PlaceboDraws) -> Made:
    """Add the test to the model's own estimate, and the draws for a figure."""
    made = finish_plr(piece, own, [rep[:BASE] for rep in fits])
    test = permutation_test(draws.actual, draws.t)
    measures = (
        ("placebo.p", test.p),
        ("placebo.p_mc_se", test.se),
        ("placebo.p.low", test.ci[0]),
        ("placebo.p.high", test.ci[1]),
        ("placebo.draws", float(test.draws)),
        ("placebo.failed", float(np.sum(np.isnan(draws.t)))),
        ("placebo.units", float(movable(paths))),
        ("placebo.coef", draws.actual_theta),
        ("placebo.se", draws.actual_se),
        ("placebo.t", draws.actual),
    )
    return Made(
        found=tuple(replace(f, measures=(*f.measures, *measures)) for f in made.found),
        series=(_series(draws),),
        problems=(*made.problems, *_hidden(piece, paths), *_ending(piece)),
    )


def _series(draws: PlaceboDraws) -> Series:
    coef, se, t = (values[:MOST_SHOWN].tolist() for values in (draws.theta, draws.se, draws.t))
    columns: dict[str, Sequence[float]] = {
        "draw": range(1, len(t) + 1),
        "coef": coef,
        "se": se,
        "t": t,
        "p": [math.erfc(abs(value) / math.sqrt(2)) for value in t],
    }
    return Series(
        key="", kind="placebo", columns=tuple((name, tuple(map(float, v))) for name, v in columns.items())
    )


def _hidden(piece: Piece, paths: Paths) -> tuple[Problem, ...]:
    if not paths.uncertain:
        return ()
    return (problem("A21", units=counted(paths.uncertain, "unit"), name=piece.treatments[0]),)


def _ending(piece: Piece) -> tuple[Problem, ...]:
    """Return a warning (G622) for a treatment of 0 and 1 that does not stay."""
    d = piece.data.d[:, 0]
    reason = adoption_obstacle(d, piece.data.unit, piece.data.time) if np.isin(d, (0, 1)).all() else None
    return () if reason is None else (problem("G622", name=piece.treatments[0], reason=reason),)


def _nothing_moves(piece: Piece) -> Problem:
    settings = piece.model.settings
    where, remedy = "", "its paths are all alike, or no two units are seen in the same periods"
    if settings.placebo_strata is not None:
        where, remedy = " of its stratum", "choose larger strata in `placebo_strata=`"
    return problem("G431", name=piece.treatments[0], where=where, remedy=remedy)

"""Average potential outcomes of a treatment with several levels, and their contrasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gipspec.data import Dataset, Grouping, evaluate, group_by_category
from gipspec.diagnostics import GipError, counted, problem
from gipspec.estimate import (
    Clusters,
    PotentialMeans,
    equality,
    mean_difference,
    pooled_deviation,
    potential_means,
    stack_influence,
)
from gipspec.estimate.propensity import bounded, effective_rows
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit
from gipspec.recipe.adopted import adoption_measure
from gipspec.recipe.found import Made, Series
from gipspec.recipe.piece import Piece, clusters_of, described, found, gather, nuisance
from gipspec.recipe.support import (
    Differences,
    balance_series,
    overlap_series,
    propensity_of,
)
from gipspec.recipe.work import Array, Fits, Flags, Nuisance, Work

MOST_LEVELS = 20
FEWEST_ROWS = 10  # of a level
FEWEST_UNITS = 2


def prepare_apo(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Estimate the mean potential outcome of each level of a treatment, and its contrast to the lowest level.

    The treatment must stay as it is, so that effects are not removed: learners see unit means and the period.
    Raises GipError G422 for too many levels and G423 for one that is too rare.
    """
    piece = gather(model, dataset, panel, only=only, as_they_are=True)
    levels = _levels(piece, dataset)
    nuisances = _nuisances(piece, levels)
    return Work(nuisances=nuisances, finish=lambda fits: _finish(piece, levels, nuisances, fits))


def _levels(piece: Piece, dataset: Dataset) -> Grouping:
    """Group the rows by the treatment as the data have it, in the order of its values; labels name them."""
    expr, name = piece.model.treatments[0], piece.treatments[0]
    treatment = evaluate(expr, dataset)
    values = treatment.values[piece.rows]
    count = len(np.unique(values))
    if count > MOST_LEVELS:
        remedy = f"join its levels to fewer, for example `let level = cut({name}, 4)`, or use `model=plr`"
        raise GipError(problem("G422", expr.span, name=name, count=count, bound=MOST_LEVELS, remedy=remedy))
    levels = group_by_category(replace(treatment, values=values, faults=()), name)
    _check_rows(piece, levels)
    return levels


def _check_rows(piece: Piece, levels: Grouping) -> None:
    in_units = np.unique(piece.design.unit).size < piece.n
    wrong = []
    for j, label in enumerate(levels.labels):
        unit = piece.design.unit[levels.codes == j]
        units = int(np.unique(unit).size)
        if len(unit) < FEWEST_ROWS or units < FEWEST_UNITS:
            place, name = piece.model.treatments[0].span, piece.treatments[0]
            of_units = f" of {counted(units, 'unit')}" if in_units else ""
            found = f"{counted(len(unit), 'row')}{of_units}"
            wrong.append(problem("G423", place, level=label, name=name, found=found))
    if wrong:
        raise GipError(*wrong)


def _nuisances(piece: Piece, levels: Grouping) -> tuple[Nuisance, ...]:
    """Return, for each level, E[Y | D=l, X] and P(D=l | X)."""
    settings, y = piece.model.settings, piece.design.y
    pairs = []
    for j, label in enumerate(levels.labels):
        arm, named = levels.codes == j, f"{piece.treatments[0]} = {label}"
        outcome = f"{piece.outcome} at {named}"
        pairs += [
            nuisance(piece, "outcome at level", outcome, y, settings.learner_y, teach=arm),
            nuisance(piece, "level", named, arm.astype(np.float64), settings.learner_d),
        ]
    return tuple(pairs)


def _finish(piece: Piece, levels: Grouping, nuisances: Sequence[Nuisance], fits: Fits) -> Made:
    """Estimate from the cross-fits. Raises GipError G406 or G407."""
    reps = [_estimate(piece, levels, rep) for rep in fits]
    quality = described(nuisances, fits)
    m_hat = np.array([[fit.prediction for fit in rep[1::2]] for rep in fits])  # (R, L, n)
    test = _equality(piece, levels, reps)
    treatment, label, reference = piece.treatments[0], piece.label(piece.treatments[0]), levels.labels[0]
    adopted = adoption_measure(piece)
    means = [
        found(
            piece,
            [rep.levels[j] for rep in reps],
            key=key,
            kind="level",
            treatment=treatment,
            term=key,
            term_label=f"{label}: {name}",
            nuisances=quality[2 * j : 2 * j + 2],
            residual_share=_residual_share(levels, m_hat, [j]),
            measures=(
                ("rows", float(np.sum(levels.codes == j))),
                ("effective", _effective(piece, levels, m_hat, j)),
                *_overlap(piece, m_hat, [j]),
            ),
        )
        for j, (key, name) in enumerate(zip(levels.keys, levels.labels, strict=True))
    ]
    contrasts = [
        found(
            piece,
            [rep.contrasts[j - 1] for rep in reps],
            key=f"{levels.keys[j]}.difference",
            kind="contrast",
            treatment=treatment,
            term=f"{levels.keys[j]}.difference",
            term_label=f"{label}: {levels.labels[j]} − {reference}",
            nuisances=(*quality[:2], *quality[2 * j : 2 * j + 2]),
            residual_share=_residual_share(levels, m_hat, [0, j]),
            measures=(*_overlap(piece, m_hat, list(range(len(levels.keys)))), *test, *adopted),
        )
        for j in range(1, len(levels.keys))
    ]
    return Made(found=(*means, *contrasts), series=_series(piece, levels, m_hat))


def _series(piece: Piece, levels: Grouping, m_hat: Array) -> tuple[Series, ...]:
    """Return the overlap of each level with all others, and the balance of each with the lowest."""
    of_levels = [
        replace(
            propensity_of(piece, f"{piece.treatments[0]} = {label}", levels.codes == j, list(m_hat[:, j])),
            arms=("other levels", "at the level"),
        )
        for j, label in enumerate(levels.labels)
    ]
    differences = [_differences(piece, levels, m_hat, j) for j in range(1, len(levels.keys))]
    return (*overlap_series(of_levels), *balance_series(piece.data.x_names, differences))


def _differences(piece: Piece, levels: Grouping, m_hat: Array, at: int) -> Differences:
    """Compare the controls at a level with those at the lowest, weighted by 1/m̂ of their own level."""
    here = np.isin(levels.codes, [0, at])
    x, d = piece.data.x[piece.design.rows][here], (levels.codes[here] == at).astype(np.float64)
    m = np.clip(m_hat[:, :, here], piece.model.settings.trim, 1 - piece.model.settings.trim)
    scale, before = pooled_deviation(x, d), mean_difference(x, d)
    after = [mean_difference(x, d, 1 / np.where(d == 1, rep[at], rep[0])) for rep in m]
    return Differences(
        of=f"{levels.labels[at]} − {levels.labels[0]}",
        before=before / scale,
        effects=np.full(len(before), np.nan),
        after=np.mean(after, axis=0) / scale,
    )


def _estimate(piece: Piece, levels: Grouping, rep: Sequence[CrossFit]) -> PotentialMeans:
    return potential_means(
        piece.design.y,
        levels.codes,
        np.column_stack([fit.prediction for fit in rep[::2]]),
        np.column_stack([fit.prediction for fit in rep[1::2]]),
        clusters_of(piece),
        trim=piece.model.settings.trim,
        outcome=piece.outcome,
        names=[f"{piece.treatments[0]} = {label}" for label in levels.labels],
    )


def _equality(
    piece: Piece, levels: Grouping, reps: Sequence[PotentialMeans]
) -> tuple[tuple[str, float], ...]:
    """Test that all levels have one mean; with two levels the contrast says it, and few clusters cannot."""
    clusters = clusters_of(piece)
    named = clusters if clusters.dimensions else Clusters.of_rows(piece.rows)
    count = len(levels.keys)
    if count < 3 or any(len(names) < count for names in named.names):
        return ()
    means = [stack_influence([rep.levels[j] for rep in reps], named) for j in range(count)]
    test = equality(means, names=levels.labels)
    return (("equality.chi2", test.statistic), ("equality.df", float(test.df)), ("equality.p", test.p))


def _residual_share(levels: Grouping, m_hat: Array, at: list[int]) -> float:
    """Return the smallest var(1{D=l} - m̂)/var(1{D=l}) of some levels, the mean over repetitions."""
    arms = [(levels.codes == j).astype(np.float64) for j in at]
    return min(
        float(np.mean(np.var(arm - m_hat[:, j], axis=1)) / np.var(arm))
        for j, arm in zip(at, arms, strict=True)
    )


def _effective(piece: Piece, levels: Grouping, m_hat: Array, at: int) -> float:
    """Return how many rows of a level with equal weights would be as good, the mean over repetitions."""
    m = bounded(m_hat[:, at, levels.codes == at], piece.model.settings.trim)
    return float(np.mean([effective_rows(1 / one) for one in m]))


def _overlap(piece: Piece, m_hat: Array, at: list[int]) -> tuple[tuple[str, float], ...]:
    """Return the extremes of some levels' propensities, and the share of rows where one was out of bounds."""
    m, trim = m_hat[:, at], piece.model.settings.trim
    beyond = np.any((m < trim) | (m > 1 - trim), axis=1)
    return (
        ("propensity.low", float(m.min())),
        ("propensity.high", float(m.max())),
        ("trimmed", float(beyond.mean())),
    )

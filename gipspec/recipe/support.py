"""Series that show what an estimate rests on: overlap, what is left of the treatment, balance of controls.

They come from the out-of-fold predictions of all repetitions: counts and differences are means over these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.estimate import (
    calibration,
    correlations,
    counts,
    mean_difference,
    pooled_deviation,
    score_weights,
    slopes,
)
from gipspec.learn.task import is_binary
from gipspec.recipe.found import Series
from gipspec.recipe.piece import Piece
from gipspec.recipe.work import Array

BINS = 40  # of what is left of a treatment
FINE = 100  # of propensities
MOST_CONTROLS = 200  # of a series
TREATED, UNTREATED = "treated", "untreated"
NAN = float("nan")
Columns = Mapping[str, Sequence[float | str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Propensity:
    """A propensity `m_hat` (R, n) of each repetition, for who is in an arm, `d` (n,) of 0 and 1.

    `of` says what it is the propensity of; `arms` call the rows outside and in the arm. Rows are trimmed
    below `low` and above `high`; nan for a bound that is none.
    """

    of: str
    d: Array
    m_hat: Array
    low: float
    high: float
    arms: tuple[str, str] = (UNTREATED, TREATED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Differences:
    """Standardised differences of controls between two arms, (p,) each.

    `before` are those of the rows as they are, `effects` once effects are removed, nan where none are, and
    `after` as the estimate weighs the rows. For a treatment that is not 0 and 1 they are correlations, and
    `measure` says so.
    """

    of: str
    before: Array
    effects: Array
    after: Array
    measure: str = "difference"


def arms_series(
    piece: Piece,
    of: str,
    d: Array,
    m_hats: Sequence[Array],
    target: str = "ate",
    arms: tuple[str, str] = (UNTREATED, TREATED),
) -> tuple[Series, ...]:
    """Return overlap and balance of two arms, `d` (n,) of 0 and 1, given m̂ (n,) by repetition."""
    one = replace(propensity_of(piece, of, d, m_hats), arms=arms)
    balance = balance_series(piece.data.x_names, [weighted_differences(piece, one, target)])
    return (*overlap_series([one]), *balance)


def linear_series(piece: Piece, m_hats: Sequence[Array]) -> tuple[Series, ...]:
    """Return what is left of each treatment and the balance along it, given m̂ (n, k) by repetition."""
    balance = balance_series(piece.data.x_names, linear_differences(piece, m_hats))
    return (residual_series(piece.treatments, piece.design.d, m_hats), *balance)


def propensity_of(piece: Piece, of: str, d: Array, m_hats: Sequence[Array]) -> Propensity:
    """Bound a propensity by the `trim=` of the model."""
    trim = piece.model.settings.trim
    return Propensity(of=of, d=d, m_hat=np.stack(m_hats), low=trim, high=1 - trim)


def overlap_series(propensities: Iterable[Propensity]) -> tuple[Series, ...]:
    """Return histograms of propensities by arm, what lies beyond their bounds, and their calibration."""
    asked = tuple(propensities)
    return (
        _stacked("propensity", [_histogram(p) for p in asked]),
        _stacked("support", [_support(p) for p in asked]),
        _stacked("calibration", [_calibration(p) for p in asked]),
    )


def _histogram(one: Propensity) -> Columns:
    """Count the rows of each arm in hundredths, but for those where neither arm has any."""
    edges = np.linspace(0, 1, FINE + 1).round(2)
    by_arm = np.stack([counts(one.m_hat[:, one.d == level], edges) for level in (0, 1)])
    held = np.flatnonzero(by_arm.any(axis=0))
    return {
        "of": [one.of] * (2 * len(held)),
        "arm": [arm for arm in one.arms for _ in held],
        "from": np.tile(edges[held], 2).tolist(),
        "to": np.tile(edges[held + 1], 2).tolist(),
        "rows": by_arm[:, held].ravel().tolist(),
    }


def _support(one: Propensity) -> Columns:
    """Describe each arm: rows, bounds, the shares beyond them, and the extremes over the repetitions."""
    by_arm = [one.m_hat[:, one.d == level] for level in (0, 1)]
    return {
        "of": [one.of] * 2,
        "arm": list(one.arms),
        "rows": [float(m.shape[1]) for m in by_arm],
        "bound.low": [one.low] * 2,
        "bound.high": [one.high] * 2,
        "below": [float(np.mean(m < one.low)) for m in by_arm],
        "above": [float(np.mean(m > one.high)) for m in by_arm],
        "smallest": [float(m.min()) for m in by_arm],
        "largest": [float(m.max()) for m in by_arm],
    }


def _calibration(one: Propensity) -> Columns:
    found = calibration(one.d, one.m_hat)
    return {
        "of": [one.of] * len(found.rows),
        "predicted": found.predicted.tolist(),
        "observed": found.observed.tolist(),
        "rows": found.rows.tolist(),
    }


def residual_series(names: Sequence[str], d: Array, m_hats: Sequence[Array]) -> Series:
    """Return histograms of treatments `d` (n, k), and of what m̂ (n, k) of each repetition leaves of them."""
    return _stacked(
        "residual", [_residual(n, d[:, j], [m[:, j] for m in m_hats]) for j, n in enumerate(names)]
    )


def _residual(name: str, d: Array, m_hats: Sequence[Array]) -> Columns:
    before, after = d - d.mean(), d - np.stack(m_hats)
    edges = np.linspace(min(before.min(), after.min()), max(before.max(), after.max()), BINS + 1)
    return {
        "of": [name] * BINS,
        "from": edges[:-1].tolist(),
        "to": edges[1:].tolist(),
        "before": counts(before[None], edges).tolist(),
        "after": counts(after, edges).tolist(),
    }


def balance_series(names: Sequence[str], differences: Iterable[Differences]) -> tuple[Series, ...]:
    """Return the differences of controls, called by `names` (p,); nothing where there are no controls."""
    kept = slice(MOST_CONTROLS)
    shown = list(names[kept])
    if not shown:
        return ()
    parts: list[Columns] = [
        {
            "of": [one.of] * len(shown),
            "control": shown,
            "measure": [one.measure] * len(shown),
            "before": one.before[kept].tolist(),
            "effects": one.effects[kept].tolist(),
            "after": one.after[kept].tolist(),
        }
        for one in differences
    ]
    return (_stacked("balance", parts),)


def weighted_differences(piece: Piece, one: Propensity, target: str = "ate") -> Differences:
    """Compare the controls between arms as the score of an interactive model weighs them."""
    x = piece.data.x[piece.design.rows]
    scale = pooled_deviation(x, one.d)
    after = [
        mean_difference(x, one.d, score_weights(one.d, m, trim=one.low, target=target)) for m in one.m_hat
    ]
    before = mean_difference(x, one.d)
    return Differences(
        of=one.of,
        before=before / scale,
        effects=np.full(len(before), NAN),
        after=np.mean(after, axis=0) / scale,
    )


def linear_differences(piece: Piece, m_hats: Sequence[Array]) -> list[Differences]:
    """Compare the controls along each treatment of a partially linear model, given m̂ (n, k) by repetition."""
    x, design, raw = piece.data.x, piece.design, piece.data.d[piece.design.rows]
    if len(design.rows) < len(x):
        x = x[design.rows]
    found: list[Differences] = []
    for j, name in enumerate(piece.treatments):
        binary = is_binary(raw[:, j])
        scale = pooled_deviation(x, raw[:, j]) if binary else np.ones(x.shape[1])
        compare = slopes if binary else correlations
        removed = compare(x, design.d[:, j]) / scale
        left = [compare(x, design.d[:, j] - m[:, j]) for m in m_hats]
        found.append(
            Differences(
                of=name,
                before=compare(x, raw[:, j]) / scale,
                effects=removed if piece.model.settings.fe else np.full(len(removed), NAN),
                after=np.mean(left, axis=0) / scale,
                measure="difference" if binary else "correlation",
            )
        )
    return found


def of_group(series: Iterable[Series], group: str) -> tuple[Series, ...]:
    """Put a group's name before those of its series."""
    return tuple(replace(s, key=f"{group}.{s.key or s.kind}") for s in series)


def _stacked(kind: str, parts: Sequence[Columns]) -> Series:
    columns = tuple((name, tuple(v for part in parts for v in part[name])) for name in parts[0])
    return Series(key="", kind=kind, columns=columns)

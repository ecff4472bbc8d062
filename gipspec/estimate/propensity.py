"""Propensities: their bounds, and what they say of the overlap of two groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gipspec.diagnostics import GipError
from gipspec.estimate.checks import SMOOTHER, check_finite, check_probabilities, prediction_problem
from gipspec.estimate.influence import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """The overlap of the treated and the untreated.

    `low` and `high` are the smallest and largest propensity as predicted, `trimmed` the share of rows whose
    propensity was set to a bound. `effective` holds the effective numbers of the rows without and with
    treatment, (Σw)² / Σw² of their weights (Kish 1965): how many rows with equal weights would be as good.
    """

    low: float
    high: float
    trimmed: float
    effective: tuple[float, float]


def bounded(m_hat: Array, trim: float) -> Array:
    """Set propensities (n,) below `trim` or above 1 - `trim` to these bounds, as DoubleML does."""
    return np.clip(m_hat, trim, 1 - trim)


def overlap(d: Array, m_hat: Array, *, trim: float, target: str = "ate") -> Overlap:
    """Describe propensities (n,) of a treatment of 0 and 1; weights are those of the score of `target`.

    For "ate" the rows without treatment weigh 1/(1 - m̂) and those with it 1/m̂; for "att" m̂/(1 - m̂) and 1.
    """
    m = bounded(m_hat, trim)
    treated = d == 1
    without, with_ = m[~treated], m[treated]
    weights = (1 / (1 - without), 1 / with_)
    if target == "att":
        weights = (without / (1 - without), np.ones(len(with_)))
    return Overlap(
        low=float(np.min(m_hat)),
        high=float(np.max(m_hat)),
        trimmed=float(np.mean((m_hat < trim) | (m_hat > 1 - trim))),
        effective=(effective_rows(weights[0]), effective_rows(weights[1])),
    )


def effective_rows(weight: Array) -> float:
    """Return (Σw)² / Σw² of weights (n,); nought where there are none."""
    squares = float(np.sum(weight**2))
    return float(np.sum(weight)) ** 2 / squares if squares > 0 else 0.0


def check_propensity(d: Array, m_hat: Array, *, trim: float, learner: str, name: str) -> None:
    """Refuse propensities (n,) that no weight can be made of.

    Raises GipError G406 where one is not finite, all are labels, or, with `trim` 0, one is 0 or 1.
    """
    check_finite(m_hat, learner, name)
    check_probabilities(d, m_hat, learner, name)
    m = bounded(m_hat, trim)
    certain = int(np.count_nonzero((m <= 0) | (m >= 1)))
    if certain:
        reason = f"it gives {certain} rows a probability of 0 or 1, which has no inverse"
        raise GipError(
            prediction_problem(learner, name, reason, f"give a bound such as `trim=1%`, or {SMOOTHER}")
        )

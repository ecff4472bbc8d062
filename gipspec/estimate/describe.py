"""What tables of variables show: moments and quartiles, means by arm, correlations, variance inflation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.influence import Array

Codes = NDArray[np.int64]
FEWEST = 3  # rows of a correlation that has a p-value


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A variable in numbers; `sd` has n - 1 in its denominator, quartiles lie on lines between values."""

    n: int
    missing: int
    mean: float
    sd: float
    min: float
    p25: float
    median: float
    p75: float
    max: float


def summarise(x: Array) -> Summary:
    """Summarise `x` (n,), of which NaN is missing; all numbers are nan where nothing is left."""
    values = x[~np.isnan(x)]
    quantiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]) if len(values) else np.full(5, np.nan)
    low, p25, median, p75, high = (float(q) for q in quantiles)
    return Summary(
        n=len(values),
        missing=len(x) - len(values),
        mean=float(values.mean()) if len(values) else math.nan,
        sd=float(values.std(ddof=1)) if len(values) > 1 else math.nan,
        min=low,
        p25=p25,
        median=median,
        p75=p75,
        max=high,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The difference of two means, with its standard error and the p-value of the normal distribution."""

    difference: float
    se: float
    p: float


def gap_of_means(x: Array, arm: Array, clusters: Codes | None) -> Gap:
    """Return the mean of `x` (n,) where `arm` (n,) is 1, less that where it is 0.

    It is the slope of least squares of x on a constant and the arm. Its standard error is clustered by
    `clusters` (n,), with the correction G/(G-1) · (n-1)/(n-2), or without them robust, with n/(n-2). nan
    where an arm is empty, or there are fewer than three rows or two clusters; neither error nor p-value where
    the variable does not vary within the arms.
    """
    known = ~np.isnan(x) & ~np.isnan(arm)
    y, d = x[known], arm[known]
    n = len(y)
    if n < FEWEST or len(np.unique(d)) < 2:
        return Gap(difference=math.nan, se=math.nan, p=math.nan)
    design = np.column_stack([np.ones(n), d])
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ y
    scores = design * (y - design @ beta)[:, None]
    factor = n / (n - 2)
    if clusters is not None:
        _, codes = np.unique(clusters[known], return_inverse=True)
        count = int(codes.max()) + 1
        scores = np.stack([np.bincount(codes, weights=column) for column in scores.T], axis=1)
        factor = count / (count - 1) * (n - 1) / (n - 2) if count > 1 else math.nan
    variance = factor * (bread @ (scores.T @ scores) @ bread)[1, 1]
    varies = any(np.ptp(y[d == level]) > 0 for level in np.unique(d))  # else the residuals are rounding
    se = math.sqrt(variance) if varies and variance > 0 else math.nan
    p = math.erfc(abs(beta[1] / se) / math.sqrt(2)) if se > 0 else math.nan
    return Gap(difference=float(beta[1]), se=se, p=p)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Pearson's correlation of the `n` rows with both values, its p-value by t(n - 2)."""

    r: float
    p: float
    n: int


def correlation(x: Array, y: Array) -> Correlation:
    """Return the correlation of `x` and `y` (n,); nan where one does not vary, or has few values.

    NaN is a missing value.
    """
    known = ~np.isnan(x) & ~np.isnan(y)
    a, b = x[known], y[known]
    n = len(a)
    if n < FEWEST or np.ptp(a) == 0 or np.ptp(b) == 0:
        return Correlation(r=math.nan, p=math.nan, n=n)
    r = float(np.corrcoef(a, b)[0, 1])
    if abs(r) >= 1:
        return Correlation(r=math.copysign(1.0, r), p=0.0, n=n)
    from scipy.special import stdtr

    t = abs(r) * math.sqrt((n - 2) / (1 - r * r))
    return Correlation(r=r, p=float(2 * stdtr(n - 2, -abs(t))), n=n)


def variance_inflation(x: Array) -> Array:
    """Return 1/(1 - R²) (k,) of each column of `x` (n, k) on the others and a constant.

    Rows with a missing value are left out. inf for a column that follows from the others, nan for one that
    does not vary.
    """
    rows = x[~np.isnan(x).any(axis=1)]
    found = np.full(x.shape[1], np.nan)
    varies = np.ptp(rows, axis=0) > 0 if len(rows) else np.zeros(x.shape[1], dtype=bool)
    centred = rows[:, varies] - rows[:, varies].mean(axis=0)
    design = centred / np.sqrt(np.sum(centred**2, axis=0))
    for at, j in enumerate(np.flatnonzero(varies)):
        y, others = design[:, at], np.delete(design, at, axis=1)
        left = y - others @ np.linalg.lstsq(others, y, rcond=None)[0]
        share = float((left**2).sum())
        found[j] = 1 / share if share > 1e-12 else np.inf
    return found

"""Functions that look at all rows of a column."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gipspec.data.arguments import Arguments, result
from gipspec.data.columns import Numbers
from gipspec.data.vector import Vector
from gipspec.lang.check.constants import MOST_GROUPS
from gipspec.lang.check.values import constant
from gipspec.lang.syntax import Each

CONTINUOUS = 3  # a column with fewer distinct values has no tails


def winsorize(values: Numbers, share: float) -> Numbers:
    """Set each tail of values (n,) beyond `share` to its quantile (linear interpolation); missing stays."""
    if np.isnan(values).all():
        return values
    low, high = np.nanquantile(values, [share, 1 - share])
    return np.clip(values, low, high)


def without_tails(values: Numbers, share: float) -> Numbers:
    """Winsorise a column (n,) of a model, no value missing. One of two values stays, as with a share of 0."""
    if share == 0 or len(np.unique(values)) < CONTINUOUS:
        return values
    return winsorize(values, share)


def _winsor(args: Arguments) -> Vector:
    return Vector(values=winsorize(args.settled("x"), args.share("share")))


def _standardize(args: Arguments) -> Vector:
    x = args.settled("x")
    present = x[~np.isnan(x)]
    if len(present) == 0:
        return Vector(values=x)
    spread = present.std(ddof=1) if len(present) > 1 and np.ptp(present) > 0 else 0.0
    values = (x - present.mean()) / spread if spread > 0 else np.where(np.isnan(x), np.nan, np.inf)
    return result(values, (Vector(values=x),), args.call, "the column is constant: leave it away")


def _rank(args: Arguments) -> Vector:
    from scipy.stats import rankdata

    x = args.settled("x")
    present = ~np.isnan(x)
    values = np.full(len(x), np.nan)
    values[present] = rankdata(x[present], method="average")
    return Vector(values=values)


def _cut(args: Arguments) -> Vector:
    """Number the intervals, each with its upper end, from 1."""
    x = args.settled("x")
    present = ~np.isnan(x)
    values = np.full(len(x), np.nan)
    if present.any():
        values[present] = 1.0 + np.searchsorted(_breaks(args, x[present]), x[present], side="left")
    return Vector(values=values)


def _breaks(args: Arguments, x: Numbers) -> Numbers:
    expr = args.need("groups")
    if not isinstance(expr, Each):
        count = args.whole("groups", 2, 2, MOST_GROUPS)
        return np.asarray(np.quantile(x, np.arange(1, count) / count), dtype=np.float64)
    breaks = [constant(item) for item in expr.items]
    numbers = [b for b in breaks if b is not None]
    if len(numbers) < len(breaks) or numbers != sorted(set(numbers)):
        raise args.wrong("breaks are numbers in rising order, written out")
    return np.array(numbers)


TRANSFORMS: dict[str, Callable[[Arguments], Vector]] = {
    "winsor": _winsor,
    "standardize": _standardize,
    "rank": _rank,
    "cut": _cut,
}

"""Functions by unit and time, never across units: a gap in the periods of a unit gives a missing value."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gipspec.data.arguments import Arguments, result
from gipspec.data.columns import Numbers, Texts
from gipspec.data.dataset import Dataset
from gipspec.data.vector import Codes, Fault, Groups, Vector, cross, groups
from gipspec.diagnostics import GipError, problem
from gipspec.lang.check.constants import MOST_PERIODS
from gipspec.lang.syntax import Binary, Expr


def earlier(unit: Codes, time: Codes, k: int) -> Codes:
    """Return the position (n,) of the row of the same unit k periods earlier, -1 where there is none.

    Rows must be sorted by unit and time, each pair once. A negative k looks ahead.
    """
    periods = int(time.max(initial=0)) + 1 + abs(k)
    keys = unit * periods + time
    wanted = time - k
    at = np.searchsorted(keys, unit * periods + wanted)
    at = np.minimum(at, len(keys) - 1)
    found = (wanted >= 0) & (wanted < periods) & (keys[at] == unit * periods + wanted)
    return np.where(found, at, -1)


def _shift(vector: Vector, dataset: Dataset, k: int) -> Vector:
    at = earlier(dataset.unit, dataset.time, k)
    values: Numbers | Texts = vector.values[at]
    values[at < 0] = None if vector.is_text else np.nan
    faults = (
        Fault(found=f.found, remedy=f.remedy, span=f.span, rows=f.rows[at] & (at >= 0)) for f in vector.faults
    )
    return Vector(values=values, labels=vector.labels, faults=tuple(f for f in faults if f.rows.any()))


def _need_panel(args: Arguments) -> None:
    if args.dataset.panel is None:
        raise GipError(problem("G110", args.call.name_span, what=f"`{args.call.function}`"))


def _lag(args: Arguments) -> Vector:
    _need_panel(args)
    return _shift(args.vector("x"), args.dataset, args.whole("k", 1, 1, MOST_PERIODS))


def _lead(args: Arguments) -> Vector:
    _need_panel(args)
    return _shift(args.vector("x"), args.dataset, -args.whole("k", 1, 1, MOST_PERIODS))


def _diff(args: Arguments) -> Vector:
    _need_panel(args)
    x = args.numbers("x")
    before = _shift(x, args.dataset, args.whole("k", 1, 1, MOST_PERIODS))
    values = np.asarray(x.values, dtype=np.float64) - np.asarray(before.values, dtype=np.float64)
    return result(values, (x, before), args.call, "the values are too large")


def _ave(args: Arguments) -> Vector:
    x = args.settled("x")
    by = _by(args, args.need("by"))
    present = ~np.isnan(x) & (by.codes >= 0)
    size = len(by.names)
    count = np.bincount(by.codes[present], minlength=size)
    total = np.bincount(by.codes[present], weights=x[present], minlength=size)
    mean = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
    values = np.append(mean, np.nan)[by.codes]
    return Vector(values=values)


def _by(args: Arguments, expr: Expr) -> Groups:
    if isinstance(expr, Binary) and expr.op == ":":
        return cross([_by(args, expr.left), _by(args, expr.right)])
    return groups(args.evaluate(expr, args.dataset))


SHIFTS: dict[str, Callable[[Arguments], Vector]] = {
    "lag": _lag,
    "lead": _lead,
    "diff": _diff,
    "ave": _ave,
}

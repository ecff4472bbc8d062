"""Composite indices of signed indicators: entropy weights, first principal component, TOPSIS.

They are computed over all rows in which no indicator is missing, before any sample restriction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gipspec.data.arguments import Arguments, require_numbers, shown
from gipspec.data.columns import Numbers
from gipspec.data.dataset import check_finite
from gipspec.data.vector import Codes, Flags, Vector
from gipspec.diagnostics import GipError, problem
from gipspec.lang.syntax import Expr, Name, Unary


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """`values` (m, k) of the m complete rows, `signs` (k,) of +1 and -1, `rows` (n,) flags of these rows;
    `period` (m,) codes within which indicators are scaled, all 0 where they are scaled over all rows."""

    names: tuple[str, ...]
    spans: tuple[Expr, ...]
    signs: Numbers
    values: Numbers
    rows: Flags
    period: Codes


def _indicators(args: Arguments) -> Indicators:
    columns, signs, operands = [], [], []
    for argument in args.positional():
        expr = argument.value
        if not isinstance(expr, Unary) or expr.op not in ("+", "-"):
            raise GipError(problem("G214", expr.span, name=shown(expr)))
        vector = require_numbers(args.evaluate(expr.operand, args.dataset), expr.operand)
        check_finite(vector, args.dataset)
        columns.append(np.asarray(vector.values, dtype=np.float64))
        signs.append(1.0 if expr.op == "+" else -1.0)
        operands.append(expr.operand)
    values = np.column_stack(columns)
    rows: Flags = ~np.asarray(np.isnan(values).any(axis=1))
    if not rows.any():
        reason = "no row has a value of every indicator"
        raise GipError(problem("G309", args.call.span, reason=reason, remedy="leave an indicator away"))
    return Indicators(
        names=tuple(shown(o) for o in operands),
        spans=tuple(operands),
        signs=np.array(signs),
        values=values[rows],
        rows=rows,
        period=_periods(args)[rows],
    )


def _periods(args: Arguments) -> Codes:
    """Read `scale=`: the word `year`, or the panel's time, scales within each period."""
    expr = args.expr("scale")
    dataset = args.dataset
    if expr is None or (isinstance(expr, Name) and expr.text == "all"):
        return np.zeros(dataset.n, dtype=np.int64)
    if dataset.panel is None:
        raise GipError(problem("G110", expr.span, what="`scale=year`"))
    if not isinstance(expr, Name) or expr.text not in ("year", dataset.panel.time):
        found, remedy = expr.span.text, "use `scale=year`, or leave it away to scale over all rows"
        raise GipError(problem("G204", expr.span, found=found, name="scale", remedy=remedy))
    return dataset.time


def _constant(found: Indicators, column: int) -> GipError:
    return GipError(problem("G311", found.spans[column].span, name=found.names[column]))


def _by_period(found: Indicators) -> list[Codes]:
    return [np.flatnonzero(found.period == p) for p in np.unique(found.period)]


def min_max(found: Indicators) -> Numbers:
    """Scale to [0, 1] with 1 the best (m, k): (x - min)/(max - min), or (max - x)/(max - min) for a minus."""
    scaled = np.empty_like(found.values)
    for at in _by_period(found):
        block = found.values[at]
        low, high = block.min(axis=0), block.max(axis=0)
        for column in np.flatnonzero(high == low).tolist():
            raise _constant(found, column)
        scaled[at] = np.where(found.signs > 0, block - low, high - block) / (high - low)
    return scaled


def entropy_weights(scaled: Numbers) -> Numbers:
    """Return w_j = (1 - E_j) / Σ (1 - E) (k,) of indicators scaled to [0, 1] (m, k).

    E_j = -(1 / ln m) Σ_i P_ij ln P_ij, P_ij = X_ij / Σ_i X_ij, 0 ln 0 = 0.
    """
    share = scaled / scaled.sum(axis=0)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    entropy = -(share * logs).sum(axis=0) / np.log(len(scaled))
    return np.asarray((1 - entropy) / (1 - entropy).sum(), dtype=np.float64)


def _entropy(found: Indicators) -> tuple[Numbers, Numbers]:
    scaled = min_max(found)
    weights = entropy_weights(scaled)
    return scaled @ weights, weights


def _topsis(found: Indicators) -> tuple[Numbers, Numbers]:
    """Distance to the worst, over the distances to the worst and the best, of the weighted indicators."""
    scaled = min_max(found)
    weights = entropy_weights(scaled)
    weighted = scaled * weights
    best = np.sqrt(((weighted - weighted.max(axis=0)) ** 2).sum(axis=1))
    worst = np.sqrt(((weighted - weighted.min(axis=0)) ** 2).sum(axis=1))
    return worst / (best + worst), weights


def _pca(found: Indicators) -> tuple[Numbers, Numbers]:
    """First principal component of the standardised indicators times their signs; the weights have length 1.

    Its sign makes the sum of its correlations with the signed indicators positive.
    """
    z = np.empty_like(found.values)
    for at in _by_period(found):
        block = found.values[at]
        for column in np.flatnonzero(np.ptp(block, axis=0) == 0).tolist():
            raise _constant(found, column)
        z[at] = (block - block.mean(axis=0)) / block.std(axis=0, ddof=1) * found.signs
    loadings = np.linalg.eigh(np.corrcoef(z, rowvar=False))[1][:, -1]
    loadings = loadings if loadings.sum() >= 0 else -loadings
    return z @ loadings, loadings


METHODS: dict[str, Callable[[Indicators], tuple[Numbers, Numbers]]] = {
    "entropy": _entropy,
    "pca": _pca,
    "topsis": _topsis,
}


def index(args: Arguments) -> Vector:
    """Evaluate an index: a value for each row in which no indicator is missing."""
    found = _indicators(args)
    values = np.full(args.dataset.n, np.nan)
    values[found.rows] = METHODS[args.call.function](found)[0]
    return Vector(values=values)


def index_weights(args: Arguments) -> tuple[tuple[str, str, float], ...]:
    """Return indicator, sign and weight, in the order of the call."""
    found = _indicators(args)
    weights = METHODS[args.call.function](found)[1]
    signs = ["+" if s > 0 else "-" for s in found.signs]
    return tuple(zip(found.names, signs, weights.tolist(), strict=True))

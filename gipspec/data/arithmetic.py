"""Functions that look at one row at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from gipspec.data.arguments import Arguments, carried, require_condition, require_numbers, result
from gipspec.data.columns import Numbers, Texts
from gipspec.data.dataset import check_finite
from gipspec.data.vector import Vector, missing
from gipspec.lang.printer import print_expr

TOO_LARGE = "the values are too large: take logarithms, or another unit of measurement"

REMEDIES = {
    "log": "use `log1p({x})`, or a sample with `{x} > 0`",
    "log1p": "use a sample with `{x} > -1`",
    "sqrt": "use a sample with `{x} >= 0`",
}


def _elementwise(function: Callable[[Numbers], Numbers], args: Arguments) -> Vector:
    x = args.numbers("x")
    with np.errstate(all="ignore"):
        values = function(np.asarray(x.values, dtype=np.float64))
    remedy = REMEDIES.get(args.call.function, TOO_LARGE).format(x=print_expr(args.need("x")))
    return result(values, (x,), args.call, remedy)


def _fold(function: Callable[[Numbers, Numbers], Numbers], args: Arguments) -> Vector:
    operands = tuple(
        require_numbers(args.evaluate(a.value, args.dataset), a.value) for a in args.positional()
    )
    values = np.asarray(operands[0].values, dtype=np.float64)
    for operand in operands[1:]:
        values = function(values, np.asarray(operand.values, dtype=np.float64))
    return result(values, operands, args.call, TOO_LARGE)


def _round(args: Arguments) -> Vector:
    x = args.numbers("x")
    digits = args.whole("digits", 0, -15, 15)
    values = np.asarray(np.round(np.asarray(x.values, dtype=np.float64), digits) + 0.0, dtype=np.float64)
    return result(values, (x,), args.call, TOO_LARGE)


def _ifelse(args: Arguments) -> Vector:
    """Choose by a condition; where it is missing the result is missing."""
    condition = require_condition(args.vector("condition"), args.need("condition"))
    yes, no = args.vector("yes"), args.vector("no")
    if yes.is_text != no.is_text:
        require_numbers(yes, args.need("yes"))
        require_numbers(no, args.need("no"))
    holds = condition.values == 1.0
    chosen: Numbers | Texts = np.where(holds, yes.values, no.values)
    chosen[condition.missing] = None if yes.is_text else np.nan
    if yes.is_text:
        check_finite(condition, args.dataset)
        return Vector(values=chosen)
    return Vector(values=chosen, faults=carried(np.asarray(chosen, dtype=float), (condition, yes, no)))


def _is_missing(args: Arguments) -> Vector:
    x = args.vector("x")
    check_finite(x, args.dataset)
    return Vector(values=missing(x.values).astype(np.float64))


def _identity(args: Arguments) -> Vector:
    return args.vector("x")


ARITHMETIC: dict[str, Callable[[Arguments], Vector]] = {
    "log": partial(_elementwise, np.log),
    "log1p": partial(_elementwise, np.log1p),
    "exp": partial(_elementwise, np.exp),
    "sqrt": partial(_elementwise, np.sqrt),
    "abs": partial(_elementwise, np.abs),
    "min": partial(_fold, np.minimum),
    "max": partial(_fold, np.maximum),
    "round": _round,
    "ifelse": _ifelse,
    "is_missing": _is_missing,
    "I": _identity,
}

"""Expressions to columns: a closed list of operators and functions, nothing of Python's own."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np

from gipspec.data.arguments import (
    Arguments,
    carried,
    require_condition,
    require_numbers,
    result,
    shown,
)
from gipspec.data.arithmetic import ARITHMETIC, TOO_LARGE
from gipspec.data.columns import Numbers, Texts
from gipspec.data.comparison import compare, member
from gipspec.data.dataset import Dataset, check_finite
from gipspec.data.indices import METHODS, index
from gipspec.data.shifts import SHIFTS
from gipspec.data.transforms import TRANSFORMS
from gipspec.data.vector import Fault, Flags, Vector
from gipspec.diagnostics import GipError, nearest, problem
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Binary, Call, Each, Expr, Name, Number, Percent, Range, Text, Unary
from gipspec.source import Span

TABLE: dict[str, Callable[[Arguments], Vector]] = {
    **ARITHMETIC,
    **SHIFTS,
    **TRANSFORMS,
    **dict.fromkeys(METHODS, index),
}

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}


@singledispatch
def evaluate(expr: Expr, dataset: Dataset) -> Vector:
    """Return the value (n,) of an expression for each row.

    Missing values propagate. A comparison is 1, 0 or missing; `and`, `or`, `not` follow three-valued logic.
    Rows that are not finite are missing and noted in `faults`; `check_finite` raises for them.

    Raises GipError: G102, G206, G207, G307, G311, G314, G316, G317, or the problem of a `let` that failed.
    """
    raise TypeError(type(expr).__name__)


def evaluate_condition(expr: Expr, dataset: Dataset) -> Flags:
    """Flag the rows (n,) in which a condition holds; where it is missing it does not hold.

    Raises GipError: as `evaluate`; G314 for what is no condition, G308 where it is not finite.
    """
    found = require_condition(evaluate(expr, dataset), expr)
    check_finite(found, dataset)
    flags: Flags = found.values == 1.0
    return flags


def column(name: str, dataset: Dataset, span: Span | None = None) -> Vector:
    """Return a column of the file or a let; infinities of the file become faults.

    Raises GipError: G102 for an unknown name, or the problem of a let that failed.
    """
    if name in dataset.failed:
        raise GipError(dataset.failed[name])
    if name not in dataset.columns:
        guess = nearest(name, dataset.columns)
        remedy = f"did you mean `{guess}`?" if guess else "look at the columns of the file"
        raise GipError(problem("G102", span, name=name, file=dataset.name, remedy=remedy))
    vector = dataset.columns[name]
    if vector.is_text:
        return vector
    infinite: Flags = np.isinf(np.asarray(vector.values, dtype=np.float64))
    if not infinite.any():
        return vector
    remedy = "mend the file, or leave these rows out with `sample=`"
    fault = Fault(found=name, remedy=remedy, span=span, rows=infinite)
    values = np.where(infinite, np.nan, vector.values)
    return replace(vector, values=values, faults=(*vector.faults, fault))


@evaluate.register
def _(expr: Name, dataset: Dataset) -> Vector:
    return column(expr.text, dataset, expr.span)


@evaluate.register(Number)
@evaluate.register(Percent)
def _(expr: Number | Percent, dataset: Dataset) -> Vector:
    return Vector(values=np.full(dataset.n, expr.value))


@evaluate.register
def _(expr: Text, dataset: Dataset) -> Vector:
    values: Texts = np.empty(dataset.n, dtype=object)
    values[:] = expr.value
    return Vector(values=values)


@evaluate.register(Each)
@evaluate.register(Range)
def _(expr: Each | Range, dataset: Dataset) -> Vector:
    raise GipError(problem("G217", expr.span, found=shown(expr), remedy="one value for each row is needed"))


@evaluate.register
def _(expr: Unary, dataset: Dataset) -> Vector:
    operand = evaluate(expr.operand, dataset)
    if expr.op == "not":
        holds = np.asarray(require_condition(operand, expr.operand).values, dtype=np.float64)
        return Vector(values=1.0 - holds, faults=operand.faults)
    values = np.asarray(require_numbers(operand, expr.operand).values, dtype=np.float64)
    return Vector(values=0.0 - values if expr.op == "-" else values, faults=operand.faults)


@evaluate.register
def _(expr: Binary, dataset: Dataset) -> Vector:
    if expr.op in ("and", "or"):
        return _logic(expr, dataset)
    if expr.op in ("in", "not in"):
        return member(expr, dataset, evaluate)
    if expr.op in OPERATORS:
        return _arithmetic(expr, dataset)
    if expr.op == ":":
        raise GipError(
            problem("G217", expr.span, found=shown(expr), remedy="write `a * b` for the product of columns")
        )
    return compare(expr, dataset, evaluate)


def _arithmetic(expr: Binary, dataset: Dataset) -> Vector:
    left = require_numbers(evaluate(expr.left, dataset), expr.left)
    right = require_numbers(evaluate(expr.right, dataset), expr.right)
    a, b = np.asarray(left.values, dtype=np.float64), np.asarray(right.values, dtype=np.float64)
    gone = left.missing | right.missing
    with np.errstate(all="ignore"):
        values = np.where(gone, np.nan, OPERATORS[expr.op](a, b)) + 0.0  # in numpy 1^NaN is 1
    remedy = TOO_LARGE
    if expr.op == "/":
        remedy = f"use a sample with `{print_expr(expr.right)} != 0`"
    elif expr.op == "^":
        remedy = f"use a sample with `{print_expr(expr.left)} > 0`"
    return result(values, (left, right), expr, remedy)


def _logic(expr: Binary, dataset: Dataset) -> Vector:
    left = require_condition(evaluate(expr.left, dataset), expr.left)
    right = require_condition(evaluate(expr.right, dataset), expr.right)
    a, b = np.asarray(left.values, dtype=np.float64), np.asarray(right.values, dtype=np.float64)
    decisive = 0.0 if expr.op == "and" else 1.0
    decided = (a == decisive) | (b == decisive)
    values: Numbers = np.where(decided, decisive, np.where(np.isnan(a + b), np.nan, 1.0 - decisive))
    return Vector(values=values, faults=carried(values, (left, right)))


@evaluate.register
def _(expr: Call, dataset: Dataset) -> Vector:
    function = TABLE.get(expr.function)
    if function is None:
        guess = nearest(expr.function, TABLE)
        remedy = f"did you mean `{guess}`?" if guess else "`gipspec explain functions` lists them"
        where = " that gives a value for each row"
        raise GipError(problem("G206", expr.name_span, name=expr.function, where=where, remedy=remedy))
    return function(Arguments(call=expr, dataset=dataset, evaluate=evaluate))

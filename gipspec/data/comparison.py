"""Comparisons: numbers with numbers, text with text, and the codes of a labelled column by their labels."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from gipspec.data.arguments import carried, shown
from gipspec.data.columns import Numbers, Texts
from gipspec.data.dataset import Dataset
from gipspec.data.vector import Vector
from gipspec.diagnostics import GipError, nearest, problem
from gipspec.lang.syntax import Binary, Each, Expr, Text

Evaluate = Callable[[Expr, Dataset], Vector]

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
EQUALITY = ("==", "!=")


def compare(expr: Binary, dataset: Dataset, evaluate: Evaluate) -> Vector:
    """Compare two sides by row: 1, 0, or missing where one of them is."""
    left, right = evaluate(expr.left, dataset), evaluate(expr.right, dataset)
    return _compared(expr, (expr.left, left), (expr.right, right))


def member(expr: Binary, dataset: Dataset, evaluate: Evaluate) -> Vector:
    """Tell by row whether a value is one of a list: 1, 0, or missing."""
    if not isinstance(expr.right, Each):
        remedy = 'write the values in brackets: `region in ["East", "West"]`'
        raise GipError(problem("G217", expr.right.span, found=shown(expr.right), remedy=remedy))
    left = evaluate(expr.left, dataset)
    same = [
        _compared(
            Binary(op="==", left=expr.left, right=item, span=expr.span),
            (expr.left, left),
            (item, evaluate(item, dataset)),
        )
        for item in expr.right.items
    ]
    found = np.zeros(dataset.n)
    for one in same:
        found = np.fmax(found, np.asarray(one.values, dtype=np.float64))
    values = np.where(left.missing, np.nan, found if expr.op == "in" else 1.0 - found)
    return Vector(values=values, faults=carried(values, (left, *same)))


def _compared(expr: Binary, left: tuple[Expr, Vector], right: tuple[Expr, Vector]) -> Vector:
    a, b = _same_kind(expr, left, right)
    gone = left[1].missing | right[1].missing
    if a.dtype == object:
        _check_occurs(expr, left, right)
        flags = np.zeros(len(gone), dtype=bool)
        present = ~gone
        flags[present] = COMPARISONS[expr.op](a[present].astype(str), b[present].astype(str))
    else:
        flags = COMPARISONS[expr.op](a, b)
    values: Numbers = np.where(gone, np.nan, flags.astype(np.float64))
    return Vector(values=values, faults=carried(values, (left[1], right[1])))


def _same_kind(
    expr: Binary, left: tuple[Expr, Vector], right: tuple[Expr, Vector]
) -> tuple[Numbers | Texts, Numbers | Texts]:
    """Return both sides as numbers or both as text; codes become their labels beside a text."""
    a, b = left[1], right[1]
    if a.is_text == b.is_text:
        return a.values, b.values
    labelled = b if a.is_text else a
    if not labelled.labels or expr.op not in EQUALITY:
        number, text = (right[0], left[0]) if a.is_text else (left[0], right[0])
        if labelled.labels:
            remedy = f"the codes of `{shown(number)}` have an order, and its labels have none: use a code"
        elif isinstance(text, Text):
            remedy = f"`{shown(number)}` holds numbers: leave the quotes of {shown(text)} away"
        else:
            remedy = f"`{shown(text)}` holds text: compare it with a text in quotes, by `==`, `!=` or `in`"
        raise GipError(
            problem("G317", expr.span, left=shown(expr.left), right=shown(expr.right), remedy=remedy)
        )
    return (a.values, _by_label(b)) if a.is_text else (_by_label(a), b.values)


def _by_label(vector: Vector) -> Texts:
    texts: Texts = np.empty(len(vector.values), dtype=object)
    codes = np.asarray(vector.values, dtype=np.float64).tolist()
    texts[:] = [vector.labels.get(code, "") for code in codes]
    return texts


def _check_occurs(expr: Binary, left: tuple[Expr, Vector], right: tuple[Expr, Vector]) -> None:
    """Raise G316 where a column is asked for a text that it never holds: nearly always a typing error."""
    if expr.op not in EQUALITY:
        return
    for (text, _), (column, vector) in ((left, right), (right, left)):
        if not isinstance(text, Text) or isinstance(column, Text):
            continue
        known = _values(vector)
        if text.value not in known:
            raise GipError(
                problem(
                    "G316", text.span, name=shown(column), found=f'"{text.value}"', remedy=_known(text, known)
                )
            )


def _values(vector: Vector) -> set[str]:
    if vector.is_text:
        return {v for v in vector.values.tolist() if v is not None}
    return set(vector.labels.values())


def _known(text: Text, known: Iterable[str]) -> str:
    values = sorted(known)
    guess = nearest(text.value, values)
    if guess:
        return f'did you mean "{guess}"?'
    return "its values are " + ", ".join(f'"{v}"' for v in values[:8]) + (", ..." if values[8:] else "")

"""The arguments of a function call, evaluated on demand and checked for their kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.data.columns import Numbers
from gipspec.data.dataset import Dataset, check_finite
from gipspec.data.vector import Fault, Flags, Vector
from gipspec.diagnostics import GipError, problem
from gipspec.lang.check.sorts import is_number
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Argument, Call, Expr, Name
from gipspec.lang.vocabulary import FUNCTIONS


def shown(expr: Expr) -> str:
    """Print an expression for messages and names of features; a name without its backticks."""
    return expr.text if isinstance(expr, Name) else print_expr(expr)


def require_numbers(vector: Vector, expr: Expr) -> Vector:
    """Raise G307 for text, and say which value is none."""
    if not vector.is_text:
        return vector
    remedy = odd_cells(vector)
    if all(v is None or is_number(v) for v in vector.values):
        remedy = "its numbers are stored as text; store them as numbers in the file (in Stata: `destring`)"
    elif not remedy:
        one, name = yes_of([v for v in vector.values if v is not None]), print_expr(expr)
        remedy = f'it holds "{one}"; say what counts as 1, for example `let on = {name} == "{one}"`'
    raise GipError(problem("G307", expr.span, name=shown(expr), remedy=remedy))


YES = ("yes", "y", "true", "t", "treated", "1", "是", "有")


def yes_of(texts: Sequence[str]) -> str:
    """Return the text that counts as 1 in a comparison: the one that affirms, or else the last of few."""
    distinct = sorted(set(texts))
    affirming = [text for text in distinct if text.lower() in YES]
    return affirming[0] if affirming else distinct[-1]


def odd_cells(vector: Vector) -> str:
    """Say which cells make a text of a column whose other values are numbers; empty for plain text."""
    present = [v for v in vector.values if v is not None]
    odd = [v for v in present if not is_number(v)]
    if not odd:
        return ""
    if all(is_number(re.sub("[,%％\\s]", "", v)) for v in odd):
        return f'it holds numbers such as "{odd[0]}"; write them plainly in the file, without `,` and `%`'
    if 2 * len(odd) < len(present):
        cells = f'"{odd[0]}" in {len(odd)} of {len(present)} rows, and numbers in the others'
        return f"it holds {cells}; leave such cells empty in the file"
    return ""


def require_condition(vector: Vector, expr: Expr) -> Vector:
    """Raise G314 for anything but 1 (true), 0 (false) and missing."""
    values = vector.values
    if vector.is_text or not np.isin(values[~vector.missing].astype(np.float64), (0.0, 1.0)).all():
        raise GipError(problem("G314", expr.span, found=expr.span.text, name=shown(expr)))
    return vector


def carried(values: Numbers, operands: tuple[Vector, ...]) -> tuple[Fault, ...]:
    """Keep the faults of operands in the rows where they left the result without a value."""
    gone = np.isnan(values)
    kept = (
        Fault(found=f.found, remedy=f.remedy, span=f.span, rows=f.rows & gone)
        for operand in operands
        for f in operand.faults
    )
    return tuple(f for f in kept if f.rows.any())


def result(values: Numbers, operands: tuple[Vector, ...], expr: Expr, remedy: str) -> Vector:
    """Make the result (n,) of an operation on `operands`, with its faults.

    A row that is not finite though no operand is missing there is a fault of this operation.
    """
    finite = np.isfinite(values)
    kept = np.where(finite, values, np.nan)
    faults = carried(kept, operands)
    fresh: Flags = ~finite
    for operand in operands:
        fresh = fresh & ~operand.missing
    if fresh.any():
        faults = (*faults, Fault(found=print_expr(expr), remedy=remedy, span=expr.span, rows=fresh))
    return Vector(values=kept, faults=faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """A call with what it is evaluated on."""

    call: Call
    dataset: Dataset
    evaluate: Callable[[Expr, Dataset], Vector]

    def expr(self, name: str) -> Expr | None:
        """Return the argument `name`, given by name or by position; None where it was left away."""
        entry = FUNCTIONS[self.call.function]
        positional = [a for a in self.call.arguments if a.name is None]
        if name in entry.positional and entry.positional.index(name) < len(positional):
            return positional[entry.positional.index(name)].value
        return next((a.value for a in self.call.arguments if a.name == name), None)

    def need(self, name: str) -> Expr:
        expr = self.expr(name)
        if expr is None:
            raise self.wrong(f"needs its argument `{name}`")
        return expr

    def positional(self) -> tuple[Argument, ...]:
        return tuple(a for a in self.call.arguments if a.name is None)

    def vector(self, name: str) -> Vector:
        return self.evaluate(self.need(name), self.dataset)

    def numbers(self, name: str) -> Vector:
        return require_numbers(self.vector(name), self.need(name))

    def settled(self, name: str) -> Numbers:
        """Return numbers (n,), finite or missing in every row, for functions that look at all rows."""
        vector = self.numbers(name)
        check_finite(vector, self.dataset)
        return np.asarray(vector.values, dtype=np.float64)

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number that is written out."""
        expr = self.expr(name)
        if expr is None:
            return default
        value = constant(expr)
        if value is None or not float(value).is_integer() or not low <= value <= high:
            raise self.wrong(f"`{name}` is a whole number from {low} to {high}, written out")
        return int(value)

    def share(self, name: str) -> float:
        """Return a share between 0 and 50% that is written out."""
        value = constant(self.need(name))
        if value is None or not 0 < value < 0.5:
            raise self.wrong(f"`{name}` is a share above 0% and below 50%, written out")
        return value

    def wrong(self, reason: str) -> GipError:
        entry = FUNCTIONS[self.call.function]
        remedy = f"for example: `{entry.example}`"
        return GipError(problem("G207", self.call.span, name=entry.name, reason=reason, remedy=remedy))

"""Whether two conditions exclude each other, as far as their form tells: what is not provable is no."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from gipspec.lang.check.values import constant
from gipspec.lang.syntax import Binary, Each, Expr, Text, Unary

MOST_REMEMBERED = 4096  # pairs of conditions: the lines of a study have a few, many times
MOST_WAYS = 64  # in which an expression of `and` and `or` can hold
NEGATED = {"!=": "==", "not in": "in", ">=": "<", "<=": ">"}
MIRRORED = {"==": "==", "<": ">", ">": "<"}

Value = float | str
Atom = tuple[Expr, bool]  # a part of a condition, and whether it holds
Way = tuple[Atom, ...]  # parts that together make a condition hold


@lru_cache(maxsize=MOST_REMEMBERED)
def exclude(a: Expr, b: Expr) -> bool:
    """Tell whether two conditions cannot hold in one row.

    A condition that is missing does not hold, so that `not` of a comparison is its contrary.
    """
    return all(_impossible((*one, *two)) for one, two in product(_ways(a), _ways(b)))


def _ways(expr: Expr, holds: bool = True) -> list[Way]:
    match expr:
        case Unary(op="not", operand=operand):
            return _ways(operand, not holds)
        case Binary(op="and" | "or" as op, left=left, right=right):
            sides = _ways(left, holds), _ways(right, holds)
            if (op == "or") == holds:
                ways = [*sides[0], *sides[1]]
            else:
                ways = [(*one, *two) for one, two in product(*sides)]
            return ways if len(ways) <= MOST_WAYS else [((expr, holds),)]
        case Binary(op=op) if op in NEGATED:
            return [((Binary(op=NEGATED[op], left=expr.left, right=expr.right, span=expr.span), not holds),)]
    return [((expr, holds),)]


@dataclass(slots=True)
class _Values:
    """The values that a column may have: one of `only`, where it is known, none of `but`, within bounds."""

    only: set[Value] | None = None
    but: set[Value] = field(default_factory=set)
    low: tuple[float, bool] = (-math.inf, True)  # and whether the bound itself is inside
    high: tuple[float, bool] = (math.inf, True)

    def take(self, op: str, values: set[Value], holds: bool) -> None:
        """Keep the values for which a comparison holds, or does not."""
        match op, holds:
            case "in", True:
                self.only = values if self.only is None else self.only & values
            case "in", False:
                self.but |= values
            case "<", True:
                self.high = min(self.high, (_bound(values), False))
            case ">", False:
                self.high = min(self.high, (_bound(values), True))
            case ">", True:
                self.low = _higher(self.low, (_bound(values), False))
            case _:
                self.low = _higher(self.low, (_bound(values), True))

    def are_none(self) -> bool:
        if self.only is not None:
            return not any(self._inside(v) for v in self.only - self.but)
        (low, with_low), (high, with_high) = self.low, self.high
        return low > high or (low == high and (not (with_low and with_high) or low in self.but))

    def _inside(self, value: Value) -> bool:
        if isinstance(value, str):
            return True
        above = value > self.low[0] or (value == self.low[0] and self.low[1])
        return above and (value < self.high[0] or (value == self.high[0] and self.high[1]))


def _bound(values: set[Value]) -> float:
    return float(min(values))


def _higher(one: tuple[float, bool], other: tuple[float, bool]) -> tuple[float, bool]:
    """Return the narrower of two lower bounds."""
    return max(one, other, key=lambda bound: (bound[0], not bound[1]))


def _impossible(atoms: Iterable[Atom]) -> bool:
    """Tell whether no value of some column makes all atoms hold.

    Numbers and texts have columns of their own: a code and its label may be one value.
    """
    found: dict[tuple[Expr, type], _Values] = {}
    for expr, holds in atoms:
        for subject, op, values in _comparison(expr):
            kinds = {type(v) for v in values}
            if len(kinds) == 1:
                found.setdefault((subject, kinds.pop()), _Values()).take(op, values, holds)
        truth = found.setdefault((expr, bool), _Values())
        truth.take("in", {float(holds)}, True)
    return any(values.are_none() for values in found.values())


def _comparison(expr: Expr) -> Iterator[tuple[Expr, str, set[Value]]]:
    """Yield what an expression compares with constants: the subject, `in`, `<` or `>`, and the values."""
    match expr:
        case Binary(op="in", left=left, right=Each(items=items)):
            values = {v for item in items if (v := _value(item)) is not None}
            if len(values) == len(items):
                yield left, "in", values
        case Binary(op="==" | "<" | ">", left=left, right=right):
            for subject, op, other in ((left, expr.op, right), (right, MIRRORED[expr.op], left)):
                value = _value(other)
                if value is not None and (op == "==" or isinstance(value, float)):
                    yield subject, "in" if op == "==" else op, {value}


def _value(expr: Expr) -> Value | None:
    return expr.value if isinstance(expr, Text) else constant(expr)

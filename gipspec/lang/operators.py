"""The operators of the language, as data: how tightly each binds, as in R."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How an operator binds.

    `level` grows with tightness; `left` and `right` are the levels that its operands need in order to stand
    without parentheses (an operand in front of the sign has only a right side).
    """

    symbol: str
    level: int
    left: int
    right: int
    spaced: bool = True


OR, AND, NOT, COMPARISON, RANGE, SUM, PRODUCT, CROSSING, SIGN, POWER, ATOM = range(11)


def _chain(symbols: str, level: int, *, spaced: bool = True) -> list[Operator]:
    return [
        Operator(symbol=symbol, level=level, left=level, right=level + 1, spaced=spaced)
        for symbol in symbols.split()
    ]


def _single(symbols: list[str], level: int) -> list[Operator]:
    return [Operator(symbol=symbol, level=level, left=level + 1, right=level + 1) for symbol in symbols]


BINARY = {
    operator.symbol: operator
    for operator in (
        *_chain("or", OR),
        *_chain("and", AND),
        *_single(["==", "!=", "<", "<=", ">", ">=", "in", "not in"], COMPARISON),
        *_chain("+ -", SUM),
        *_chain("* /", PRODUCT),
        *_chain(":", CROSSING, spaced=False),
        Operator(symbol="^", level=POWER, left=ATOM, right=SIGN, spaced=False),
    )
}
UNARY = {
    operator.symbol: operator
    for operator in (
        Operator(symbol="not", level=NOT, left=NOT, right=NOT),
        Operator(symbol="+", level=SIGN, left=SIGN, right=SIGN, spaced=False),
        Operator(symbol="-", level=SIGN, left=SIGN, right=SIGN, spaced=False),
    )
}
RANGE_OPERATOR = Operator(symbol="..", level=RANGE, left=SUM, right=SUM, spaced=False)
RESERVED = frozenset({"and", "or", "not", "in"})

"""Write expressions and other parts of statements on one line, with the fewest parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, singledispatch

from gipspec.lang.operators import ATOM, BINARY, RANGE_OPERATOR, RESERVED, UNARY
from gipspec.lang.syntax import (
    Argument,
    Binary,
    Call,
    Difference,
    Each,
    Expr,
    Formula,
    Name,
    Node,
    Number,
    Option,
    Package,
    PanelItem,
    Percent,
    Range,
    Text,
    Unary,
    Variation,
)

_CONTROL = re.compile(r"[`\n\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN_NAME = re.compile(r"[^\W\d][\w\u0300-\u036f]*(\.[\w\u0300-\u036f]+)*")


def print_expr(expr: Expr) -> str:
    """Return an expression on one line; names, which are most of them, at once."""
    return print_name(expr.text) if isinstance(expr, Name) else print_node(expr)


def quote(value: str) -> str:
    """Return a text in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# ---------------------------------------------------------------- expressions


@singledispatch
def print_node(node: Node) -> str:
    """Return the text of a part of a statement."""
    raise TypeError(f"no text for {type(node).__name__}")


@print_node.register
def _(node: Name) -> str:
    return print_name(node.text)


@print_node.register
def _(node: Number) -> str:
    return node.text


@print_node.register
def _(node: Percent) -> str:
    return f"{node.text}%"


@print_node.register
def _(node: Text) -> str:
    return quote(node.value)


@print_node.register
def _(node: Call) -> str:
    return f"{print_name(node.function)}({_join(node.arguments)})"


@print_node.register
def _(node: Argument) -> str:
    return (
        print_node(node.value) if node.name is None else f"{print_name(node.name)}={print_node(node.value)}"
    )


@print_node.register
def _(node: Each) -> str:
    return f"[{_join(node.items)}]"


@print_node.register
def _(node: Unary) -> str:
    operator = UNARY[node.op]
    gap = " " if operator.spaced else ""
    return f"{node.op}{gap}{_operand(node.operand, operator.right)}"


@print_node.register
def _(node: Binary) -> str:
    """Walk down the left side in a loop: a sum of a thousand terms needs no deep stack."""
    backwards = []
    while True:
        operator = BINARY[node.op]
        backwards.append(_operand(node.right, operator.right))
        backwards.append(f" {node.op} " if operator.spaced else node.op)
        if not isinstance(node.left, Binary) or _level(node.left) < operator.left:
            backwards.append(_operand(node.left, operator.left))
            return "".join(reversed(backwards))
        node = node.left


@print_node.register
def _(node: Range) -> str:
    low, high = RANGE_OPERATOR.left, RANGE_OPERATOR.right
    return f"{_operand(node.low, low)}..{_operand(node.high, high)}"


def _operand(expr: Expr, least: int) -> str:
    text = print_node(expr)
    return text if _level(expr) >= least else f"({text})"


def _level(expr: Expr) -> int:
    match expr:
        case Binary(op=op):
            return BINARY[op].level
        case Unary(op=op):
            return UNARY[op].level
        case Range():
            return RANGE_OPERATOR.level
        case _:
            return ATOM


def _join(nodes: Iterable[Node]) -> str:
    return ", ".join(map(print_node, nodes))


@lru_cache(maxsize=4096)
def print_name(text: str) -> str:
    """Return a name as a spec has it: in backticks where it would mean something else without them."""
    return text if _PLAIN_NAME.fullmatch(text) and text not in RESERVED else f"`{text}`"


def can_be_named(text: str) -> bool:
    """Tell whether a spec can hold a name, in backticks at least."""
    return bool(text) and not _CONTROL.search(text)


# ---------------------------------------------------------------- heads, options, items


@print_node.register
def _(node: Formula) -> str:
    controls = "" if node.controls is None else f" | {print_node(node.controls)}"
    return f"{print_node(node.outcome)} ~ {print_node(node.treatment)}{controls}"


@print_node.register
def _(node: Variation) -> str:
    return print_node(node.base)


@print_node.register
def _(node: Difference) -> str:
    return f"{print_node(node.left)} - {print_node(node.right)}"


@print_node.register
def _(node: Option) -> str:
    return f"{print_node(node.name)}={print_node(node.value)}"


@print_node.register
def _(node: Package) -> str:
    return f"{print_name(node.package)}::{print_name(node.dataset)}"


@print_node.register
def _(node: PanelItem) -> str:
    return f"panel {quote(node.title)} ({_join(node.members)})"

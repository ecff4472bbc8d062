"""Calls as other packages have them, written as they are here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Argument, Binary, Call, Expr, Name, Number

EVENT = "effects by time since adoption are an option of a model: `y ~ treatment | controls; event=-5..5`"


def rewritten(call: Call, *, formula: bool = False) -> str:
    """Say how a call of another package is written here; empty for one that is not known.

    In a formula arithmetic stands in `I( )`.
    """
    maker = _MAKERS.get(call.function.casefold())
    return maker(call, formula) if maker else ""


def joined(exprs: Sequence[Expr]) -> str:
    """Say that terms are joined by `+`."""
    return f"terms are joined by `+`: `{' + '.join(map(print_expr, exprs))}`"


def _logarithm(call: Call, formula: bool) -> str:
    base = call.function.casefold().removeprefix("log")
    given = _positional(call) or [Name(text="x", span=call.span)]
    parts = (_call("log", given[0], call), _call("log", Number(text=base, span=call.span), call))
    quotient = print_expr(Binary(op="/", left=parts[0], right=parts[1], span=call.span))
    return f"write `I({quotient})`" if formula else f"write `{quotient}`"


def _call(function: str, argument: Expr, where: Call) -> Call:
    inner = Argument(name=None, value=argument, span=where.span)
    return Call(function=function, arguments=(inner,), span=where.span, name_span=where.span)


def _power(call: Call, formula: bool) -> str:
    given = _positional(call)
    if len(given) != 2:
        return "write `x^2`"
    return f"write `{print_expr(Binary(op='^', left=given[0], right=given[1], span=call.span))}`"


def _list(call: Call, formula: bool) -> str:
    return joined(_positional(call))


def _event(call: Call, formula: bool) -> str:
    alone = call.function.casefold() == "i" and len(call.arguments) == 1  # dummies
    return "" if alone else EVENT


def _positional(call: Call) -> list[Expr]:
    return [argument.value for argument in call.arguments if argument.name is None]


_MAKERS: dict[str, Callable[[Call, bool], str]] = {
    **dict.fromkeys(("log2", "log10"), _logarithm),
    **dict.fromkeys(("pow", "power"), _power),
    **dict.fromkeys(("c", "list", "cbind"), _list),
    **dict.fromkeys(("i", "sunab"), _event),
}

"""What outcomes, treatments, instruments and mediators are: columns of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.scope import Scope, raise_any
from gipspec.lang.check.sorts import need_numbers
from gipspec.lang.check.terms import arithmetic, factors_of, has_number, without_quotes
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Binary, Call, Expr, Number, Percent, Text
from gipspec.lang.vocabulary import FUNCTIONS

A_COLUMN = "name a column, or an expression of columns"
BY_GROUP = "effects by group are an option: `het={name}`"
LEVELS = f"a treatment with several levels has `model=apo`; {BY_GROUP}"


def refuse_constants(treatment: Expr) -> None:
    """Raise G217 for a number or a text in the place of a treatment, and for a product with a number."""
    match treatment:
        case Number() | Percent():
            remedy = "a treatment is a column of the data"
            raise GipError(problem("G217", treatment.span, found=print_expr(treatment), remedy=remedy))
        case Binary(op="*" | ":") if has_number(treatment):
            raise arithmetic(treatment)


def need_variables(exprs: Iterable[Expr], scope: Scope, levels: str = A_COLUMN) -> None:
    """Refuse variables of a model that are text (G307), or several columns (G206) as `factor(region)` is.

    `levels` is the remedy for the latter.
    """
    raise_any(dict.fromkeys(problem for expr in exprs for problem in _numbers(expr, scope, levels)))


def _numbers(variable: Expr, scope: Scope, levels: str) -> Iterator[Problem]:
    """Yield the problems of a variable, or of the factors of a product."""
    factors = factors_of(variable)
    for at, factor in enumerate(factors):
        remedy = BY_GROUP.format(name=print_expr(factor)) if at else ""
        match factor:
            case Text():
                yield from need_numbers(factor, scope, without_quotes(factor))
            case Call(function=function) if FUNCTIONS[function].role == "term" and function != "I":
                inner = print_expr(factor.arguments[0].value)
                remedy = (BY_GROUP if len(factors) > 1 else levels).format(name=inner)
                where = " that gives a value for each row"
                yield problem("G206", factor.name_span, name=function, where=where, remedy=remedy)
            case _:
                yield from need_numbers(factor, scope, remedy)

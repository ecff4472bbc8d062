"""What outcomes, treatments, instruments and mediators are: columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.scope import Scope
from gipspec.lang.check.sorts import need_numbers
from gipspec.lang.check.terms import arithmetic, has_number, without_quotes
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Settings
from gipspec.lang.syntax import Binary, Call, Expr, Number, Percent, Text
from gipspec.lang.vocabulary import FUNCTIONS

A_COLUMN = "name a column, or an expression of columns"
BY_GROUP = "effects by group are an option: `het={name}`"


def refuse_constants(treatment: Expr) -> None:
    """Raise G217 for a number or a text in the place of a treatment, and for a product with a number."""
    match treatment:
        case Number() | Percent():
            remedy = "a treatment is a column of the data"
            raise GipError(problem("G217", treatment.span, found=print_expr(treatment), remedy=remedy))
        case Binary(op="*" | ":") if has_number(treatment):
            raise arithmetic(treatment)


def number_conflicts(
    outcome: Expr, treatments: tuple[Expr, ...], settings: Settings, scope: Scope
) -> list[Problem]:
    """Refuse variables of a model that are text (G307), or several columns (G206) as `factor(region)` is."""
    found = list(_numbers(outcome, scope))
    for treatment in treatments:
        found += _numbers(treatment, scope, f"a treatment with several levels has `model=apo`; {BY_GROUP}")
    for variable in (*settings.iv, *settings.via):
        found += _numbers(variable, scope)
    return list(dict.fromkeys(found))


def _numbers(variable: Expr, scope: Scope, levels: str = A_COLUMN) -> Iterator[Problem]:
    """Yield the problems of a variable, or of the factors of a product."""
    factors = _factors(variable)
    for at, factor in enumerate(factors):
        remedy = BY_GROUP.format(name=print_expr(factor)) if at else ""
        match factor:
            case Text():
                yield from need_numbers(factor, scope, without_quotes(factor))
            case Call(function=function) if FUNCTIONS[function].role == "term" and function != "I":
                inner = print_expr(factor.arguments[0].value)
                help = BY_GROUP if len(factors) > 1 else levels
                where = " that gives a value for each row"
                remedy = help.format(name=inner)
                yield problem("G206", factor.name_span, name=function, where=where, remedy=remedy)
            case _:
                yield from need_numbers(factor, scope, remedy)


def _factors(product: Expr) -> list[Expr]:
    factors: list[Expr] = []
    while isinstance(product, Binary) and product.op == "*":
        factors.append(product.right)
        product = product.left
    return [product, *reversed(factors)]

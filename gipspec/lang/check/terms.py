"""Formula algebra: what `+ : * ^ -`, sets and term functions mean, as in R."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial, singledispatch
from itertools import combinations

from gipspec.diagnostics import GipError, problem
from gipspec.lang.check.constants import check_constants, named_arguments
from gipspec.lang.check.expressions import check_arguments, check_column, names_in, no_function
from gipspec.lang.check.foreign import joined
from gipspec.lang.check.scope import PoisonedError, Scope, attempt_all, raise_any, require_column
from gipspec.lang.check.sorts import check_values, need_numbers
from gipspec.lang.check.values import constant
from gipspec.lang.notation import print_name
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Term
from gipspec.lang.syntax import Binary, Call, Each, Expr, Name, Number, Percent, Range, Text, Unary
from gipspec.lang.vocabulary import FUNCTIONS

MOST_TERMS = 5000


def expand(expr: Expr, scope: Scope) -> tuple[Term, ...]:
    """Return the terms of a formula's side, sets spread out, each once, in the order of writing.

    Raises GipError with G102, G206, G207 or G217, at the place of the first mistake of each summand.
    """
    return _unique(_expand(expr, scope))


def term_key(term: Term) -> tuple[str, ...]:
    """Return what makes two terms the same: their factors in any order."""
    return tuple(sorted(print_expr(f) for f in term.factors))


def term_text(term: Term) -> str:
    """Print a term as it would be written: `finance:fdi`."""
    return ":".join(print_expr(f) for f in term.factors)


def _unique(terms: Iterable[Term]) -> tuple[Term, ...]:
    kept: dict[tuple[str, ...], Term] = {}
    for term in terms:
        kept.setdefault(term_key(term), term)
    result = tuple(kept.values())
    if len(result) > MOST_TERMS:
        raise GipError(
            problem("G007", result[0].factors[0].span, what="the number of terms", bound=MOST_TERMS)
        )
    return result


def _bad(expr: Expr, remedy: str) -> GipError:
    return GipError(problem("G217", expr.span, found=print_expr(expr), remedy=remedy))


def summands(expr: Expr) -> list[Expr]:
    """Return the parts of `a + b + c`, without recursion: sums are long."""
    parts: list[Expr] = []
    while isinstance(expr, Binary) and expr.op == "+":
        parts.append(expr.right)
        expr = expr.left
    return [expr, *reversed(parts)]


@singledispatch
def _expand(expr: Expr, scope: Scope) -> tuple[Term, ...]:
    raise TypeError(type(expr).__name__)


A_TERM = "a term is a column, an interaction `a:b`, a power `x^2` or a function"


@_expand.register(Percent)
@_expand.register(Range)
def _(expr: Expr, scope: Scope) -> tuple[Term, ...]:
    raise _bad(expr, A_TERM)


@_expand.register
def _(expr: Text, scope: Scope) -> tuple[Term, ...]:
    raise _bad(expr, without_quotes(expr))


def without_quotes(text: Text) -> str:
    """Say how the name of a column is written that stands in quotes."""
    return f"a column stands without quotes, with odd characters in backticks: `{print_name(text.value)}`"


@_expand.register
def _(expr: Number, scope: Scope) -> tuple[Term, ...]:
    if expr.value in (0, 1):
        raise _bad(expr, "leave it away: there is no intercept to add or to remove")
    raise _bad(expr, f"{A_TERM}; arithmetic stands in `I( )`")


@_expand.register
def _(expr: Each, scope: Scope) -> tuple[Term, ...]:
    raise GipError(problem("G216", expr.span, help=joined(expr.items)))


@_expand.register
def _(expr: Name, scope: Scope) -> tuple[Term, ...]:
    if expr.text in scope.poisoned:
        raise PoisonedError
    if expr.text in scope.sets:
        return expand(scope.sets[expr.text], scope)
    require_column(expr, scope)
    return (Term(factors=(expr,)),)


@_expand.register
def _(expr: Unary, scope: Scope) -> tuple[Term, ...]:
    if expr.op == "+" or isinstance(expr.operand, Number):
        return _expand(expr.operand, scope)
    raise _bad(expr, f"write `I({print_expr(expr)})` for arithmetic, or `a - b` to take a term away")


@_expand.register
def _(expr: Binary, scope: Scope) -> tuple[Term, ...]:
    match expr.op:
        case "+":
            found = attempt_all([partial(_expand, part, scope) for part in summands(expr)])
            return tuple(term for terms in found for term in terms)
        case "-":
            gone = {term_key(t) for t in _expand(expr.right, scope)}
            return tuple(t for t in _expand(expr.left, scope) if term_key(t) not in gone)
        case ":" | "*" if has_number(expr):
            raise arithmetic(expr)
        case ":":
            return _cross(_expand(expr.left, scope), _expand(expr.right, scope))
        case "*":
            left, right = _expand(expr.left, scope), _expand(expr.right, scope)
            return _unique((*left, *right, *_cross(left, right)))
        case "^":
            return _power(expr, scope)
        case _:
            raise arithmetic(expr)


def arithmetic(expr: Expr) -> GipError:
    """Build G217 for arithmetic among the terms of a formula."""
    meant = replace(expr, op="*") if isinstance(expr, Binary) and expr.op == ":" else expr
    return _bad(expr, f"write `I({print_expr(meant)})`, or define a `let`")


def has_number(product: Binary) -> bool:
    """Tell whether a product has a number for a factor, and so is arithmetic."""
    return any(constant(side) is not None for side in (product.left, product.right))


def _cross(left: tuple[Term, ...], right: tuple[Term, ...]) -> tuple[Term, ...]:
    def merged(a: Term, b: Term) -> Term:
        seen = {print_expr(f): f for f in (*a.factors, *b.factors)}
        return Term(factors=tuple(seen.values()))

    return _unique(merged(a, b) for a in left for b in right)


def _power(expr: Binary, scope: Scope) -> tuple[Term, ...]:
    """`x^2` is the square of a column; `(a + b)^2` is a, b and their interaction, as in R."""
    exponent = expr.right
    if not isinstance(exponent, Number) or not exponent.value.is_integer() or not 2 <= exponent.value <= 9:
        raise _bad(
            expr, "the power of a term is a whole number from 2 to 9; other arithmetic stands in `I( )`"
        )
    base = expand(expr.left, scope)
    if len(base) == 1 and len(base[0].factors) == 1 and not isinstance(expr.left, Name | Call):
        base = _expand(base[0].factors[0], scope)
    if len(base) == 1:
        return (_power_of_numbers(base[0], int(exponent.value), expr, scope),)
    picked = (combinations(base, k) for k in range(1, int(exponent.value) + 1))
    terms = []
    for group in (g for size in picked for g in size):
        term = group[0]
        for other in group[1:]:
            (term,) = _cross((term,), (other,))
        terms.append(term)
    return _unique(terms)


def _power_of_numbers(term: Term, power: int, where: Expr, scope: Scope) -> Term:
    raised = power_of(term, power, where)
    raise_any(list(need_numbers(term.factors[0], scope)))
    return raised


def product_of(term: Term, where: Expr) -> Expr:
    """Return the product of a term's factors as one expression: `gip:compute` is `gip * compute`."""
    product = term.factors[0]
    for factor in term.factors[1:]:
        product = Binary(op="*", left=product, right=factor, span=where.span)
    return product


def factors_of(product: Expr) -> list[Expr]:
    """Return the factors of a product, `gip * compute`; of any other expression, itself."""
    factors: list[Expr] = []
    while isinstance(product, Binary) and product.op == "*":
        factors.append(product.right)
        product = product.left
    return [product, *reversed(factors)]


def power_of(term: Term, power: int, where: Expr) -> Term:
    """Return the term with its one factor raised to a power."""
    if len(term.factors) != 1:
        raise _bad(where, "write the power of each part, such as `a^2:b`")
    two = Number(text=str(power), span=where.span)
    return Term(factors=(Binary(op="^", left=term.factors[0], right=two, span=where.span),))


@_expand.register
def _(expr: Call, scope: Scope) -> tuple[Term, ...]:
    entry = FUNCTIONS.get(expr.function)
    if entry is None or entry.role not in ("column", "term"):
        legal = [f.name for f in FUNCTIONS.values() if f.role in ("column", "term")]
        where = "" if entry is None else " in a formula"
        raise GipError(no_function(expr, legal, where, formula=True))
    if entry.role == "column":
        raise_any(check_column(expr, scope))
        return (Term(factors=(expr,)),)
    raise_any(check_arguments(expr, entry, scope))
    argument = next(a.value for name, a in named_arguments(expr) if name == "x")
    if expr.function == "square":
        return tuple(_square(t, expr, scope) for t in _expand(argument, scope) if _squarable(t))
    raise_any(check_column(argument, scope))
    raise_any([*check_constants(expr, scope.panel), *check_values(expr, scope)])
    return (Term(factors=(expr,)),)


def _squarable(term: Term) -> bool:
    factor = term.factors[0]
    shaped = isinstance(factor, Call) and factor.function in ("factor", "poly", "bs")
    powered = isinstance(factor, Binary) and factor.op == "^"
    return len(term.factors) == 1 and not shaped and not powered


def _square(term: Term, call: Call, scope: Scope) -> Term:
    return _power_of_numbers(term, 2, replace(call, span=call.span), scope)


__all__ = ["expand", "names_in", "power_of", "product_of", "summands", "term_key", "term_text"]

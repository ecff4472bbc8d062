"""Numbers, texts and conditions: what an expression yields, as far as the header of the data tells."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.lang.check.constants import named_arguments
from gipspec.lang.check.scope import Scope
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Binary, Call, Each, Expr, Name, Number, Percent, Text, Unary
from gipspec.lang.vocabulary import FUNCTIONS

ARITHMETIC = frozenset({"+", "-", "*", "/", "^"})
EQUALITY = frozenset({"==", "!="})
ORDER = frozenset({"<", "<=", ">", ">="})
TAKE_TEXT = frozenset({"lag", "lead", "is_missing", "I", "factor", "square", "policytree"})
CONTINUOUS = frozenset({"log", "log1p", "exp", "standardize", "rank", "entropy", "pca", "topsis"})


def sort_of(expr: Expr, scope: Scope) -> str:
    """Return "number" or "text"; empty where only the data would tell. A date is text."""
    match expr:
        case Name(text=text):
            kind = scope.kind(text)
            return "text" if kind == "date" else kind
        case Text():
            return "text"
        case Number() | Percent() | Unary() | Binary():
            return "number"
        case Call(function="lag" | "lead" | "I" | "ifelse"):
            chosen = {sort_of(value, scope) for value in _values(expr)}
            return chosen.pop() if len(chosen) == 1 else ""
        case Call(function=function) if function in FUNCTIONS:
            return "number" if FUNCTIONS[function].role in ("column", "index") else ""
        case _:
            return ""


def _values(call: Call) -> list[Expr]:
    """Return the arguments of which a function returns one."""
    wanted = ("yes", "no") if call.function == "ifelse" else ("x",)
    return [argument.value for name, argument in named_arguments(call) if name in wanted]


def need_numbers(expr: Expr, scope: Scope, remedy: str = "") -> Iterator[Problem]:
    """Yield G307 for what is text."""
    if sort_of(expr, scope) == "text":
        yield problem("G307", expr.span, name=print_expr(expr), remedy=remedy or _as_number(expr, scope))


def _as_number(expr: Expr, scope: Scope) -> str:
    name = print_expr(expr)
    if isinstance(expr, Text):
        return "take its quotes away" if is_number(expr.value) else "write a number, or a column of numbers"
    if isinstance(expr, Name) and scope.kind(expr.text) == "date":
        return f'dates are text; compare them, as in `{name} >= "2010-01-01"`'
    stored = "store numbers as numbers in the file (in Stata: `destring`)"
    return f'say what counts as 1, for example `let on = {name} == "yes"`, or {stored}'


def is_number(text: str) -> bool:
    """Tell whether a text is that of a number."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def need_condition(expr: Expr, scope: Scope) -> Iterator[Problem]:
    """Yield G314 for what is no condition in any data; a column of numbers may hold 0 and 1."""
    text = sort_of(expr, scope) == "text"
    number = constant(expr)
    continuous = isinstance(expr, Call) and expr.function in CONTINUOUS
    if text or continuous or (number is not None and number not in (0, 1)):
        name = print_expr(expr)
        help = None if not text else f'write a comparison such as `{name} == "yes"`'
        if isinstance(expr, Text):
            help = "write a comparison such as `gdp >= 1`"
        yield problem("G314", expr.span, found=expr.span.text, name=name, help=help)


def check_operands(expr: Unary | Binary, scope: Scope) -> Iterator[Problem]:
    """Yield the problems of operands of the wrong sort: G307, G314, G317."""
    match expr:
        case Unary(op="not", operand=operand):
            yield from need_condition(operand, scope)
        case Unary(operand=operand):
            yield from need_numbers(operand, scope)
        case Binary(op="and" | "or", left=left, right=right):
            yield from need_condition(left, scope)
            yield from need_condition(right, scope)
        case Binary(op="in" | "not in", left=left, right=Each(items=items)):
            for item in items:
                yield from _compare("==", left, item, expr, scope)
        case Binary(op=op, left=left, right=right) if op in ARITHMETIC:
            yield from need_numbers(left, scope)
            yield from need_numbers(right, scope)
        case Binary(op=op, left=left, right=right) if op in EQUALITY | ORDER:
            yield from _compare(op, left, right, expr, scope)
        case _:
            return


def _compare(op: str, left: Expr, right: Expr, whole: Expr, scope: Scope) -> Iterator[Problem]:
    """Compare numbers with numbers and texts with texts; labels of codes are texts, but have no order."""
    sorts = {sort_of(left, scope): left, sort_of(right, scope): right}
    if set(sorts) != {"number", "text"}:
        return
    number, text = sorts["number"], sorts["text"]
    if op in EQUALITY and _may_have_labels(number):
        return
    name = print_expr(number)
    if not isinstance(text, Text):
        shown = print_expr(text)
        remedy = f"`{shown}` holds text: compare it with a text in quotes, by `==`, `!=` or `in`"
    elif is_number(text.value):
        remedy = f"`{name}` holds numbers: leave the quotes of {print_expr(text)} away"
    else:
        remedy = f"`{name}` holds numbers: compare it with one"
    yield problem("G317", whole.span, left=print_expr(left), right=print_expr(right), remedy=remedy)


def _may_have_labels(expr: Expr) -> bool:
    match expr:
        case Name():
            return True
        case Call(function="lag" | "lead" | "I"):
            return all(map(_may_have_labels, _values(expr)))
        case _:
            return False


def check_values(call: Call, scope: Scope) -> Iterator[Problem]:
    """Yield the problems of arguments of the wrong sort: G307, and G314 for a condition that is none."""
    given = named_arguments(call)
    if call.function == "ifelse":
        yield from _choice({name: argument.value for name, argument in given}, scope)
    elif call.function not in TAKE_TEXT:
        for name, argument in given:
            if name == "x":
                yield from need_numbers(argument.value, scope)


def _choice(given: dict[str, Expr], scope: Scope) -> Iterator[Problem]:
    yield from need_condition(given["condition"], scope)
    values = (given["yes"], given["no"])
    if {sort_of(value, scope) for value in values} == {"number", "text"}:
        for value in values:
            yield from need_numbers(value, scope, "`ifelse` gives one of two numbers, or one of two texts")

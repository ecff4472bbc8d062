"""What an expression of a study is made of, by way of derived columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gipspec.lang.check.expressions import names_in
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Let, Model, Study, Term
from gipspec.lang.syntax import Binary, Call, Expr, Name, Unary
from gipspec.lang.vocabulary import FUNCTIONS

INCREASING = ("exp", "sqrt", "rank", "log", "log1p", "standardize")  # functions of one column
ABOVE_NOUGHT = INCREASING[:3]


def names_of(study: Study, expr: Expr) -> Iterator[str]:
    """Yield the names in an expression, and those in the definitions of its derived columns."""
    values = {let.name: let.value for let in study.lets}
    todo, seen = [expr], set()
    while todo:
        for name in names_in(todo.pop()):
            if name.text not in seen:
                seen.add(name.text)
                yield name.text
                if name.text in values:
                    todo.append(values[name.text])


def names_at_once(study: Study, expr: Expr) -> Iterator[str]:
    """As `names_of`, but for what stands in a `lag( )`: names whose values are those of the row's period."""
    values = {let.name: let.value for let in study.lets}
    todo, seen = [expr], set()
    while todo:
        match todo.pop():
            case Call(function="lag"):
                continue
            case Name(text=name):
                if name not in seen:
                    seen.add(name)
                    yield name
                    todo += [values[name]] if name in values else []
            case part:
                todo += _held(part)


def formula_of(model: Model) -> Iterator[Expr]:
    """Yield the parts of a model's formula: outcome, treatments, the factors of controls."""
    yield from (model.outcome, *model.treatments)
    yield from (factor for term in model.controls for factor in term.factors)


def printed(model: Model) -> tuple[str, frozenset[str]]:
    """Return the outcome and the treatments of a model as text: what its estimates are about."""
    return print_expr(model.outcome), frozenset(print_expr(t) for t in model.treatments)


def index_of(let: Let) -> Call | None:
    """Return the index that a derived column is, if it is one."""
    value = let.value
    is_index = isinstance(value, Call) and FUNCTIONS[value.function].role == "index"
    return value if is_index and isinstance(value, Call) else None


def components_of(study: Study, expr: Expr) -> set[str]:
    """Return the indicators of the indices that an expression is made of."""
    used = set(names_of(study, expr))
    indices = [call for let in study.lets if let.name in used and (call := index_of(let))]
    return {n.text for call in indices for a in call.arguments if a.name is None for n in names_in(a.value)}


def parts_of(expr: Expr) -> Iterator[Expr]:
    """Yield an expression and all that it holds; not what its derived columns hold."""
    todo = [expr]
    while todo:
        part = todo.pop()
        yield part
        todo += _held(part)


def _held(expr: Expr) -> list[Expr]:
    """Return the expressions that stand right in another one."""
    match expr:
        case Call(arguments=arguments):
            return [a.value for a in arguments]
        case Binary(left=left, right=right):
            return [left, right]
        case Unary(operand=operand):
            return [operand]
        case _:
            return []


def summands_of(study: Study, expr: Expr) -> set[str]:
    """Return the columns that are added up or subtracted to an expression, also by way of derived columns.

    Two columns at least make a sum, and numbers may multiply them. Quotients and products have no summands,
    and neither have differences of logs.
    """
    values = {let.name: let.value for let in study.lets}
    found: set[str] = set()
    todo, seen = [expr], set()
    while todo:
        inner = _inner(todo.pop())
        if isinstance(inner, Name) and inner.text in values and inner.text not in seen:
            seen.add(inner.text)
            todo.append(values[inner.text])
        columns = [p for _, part in signed_summands(inner) if isinstance(p := scaled(part), Name)]
        columns = [c for c in columns if not _is_log(values.get(c.text))]
        if len(columns) > 1:
            found |= {c.text for c in columns}
            todo += columns
    return found


def signed_summands(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Yield the parts of `a + b - c` that are no numbers, each with its sign, from left to right."""
    todo = [("+", expr)]
    while todo:
        sign, part = todo.pop()
        other = "-" if sign == "+" else "+"
        match scaled(part):
            case Binary(op="+" | "-" as op, left=left, right=right):
                todo += [(sign if op == "+" else other, right), (sign, left)]
            case _ if constant(part) is None:
                yield sign, part


def scaled(expr: Expr) -> Expr:
    """Return what an expression multiplies, or divides, by numbers."""
    while True:
        match expr:
            case Binary(op="*" | "/", left=left, right=right) if constant(right) is not None:
                expr = left
            case Binary(op="*", left=left, right=right) if constant(left) is not None:
                expr = right
            case Unary(op="+" | "-", operand=operand):
                expr = operand
            case _:
                return expr


def _inner(expr: Expr) -> Expr:
    """Return what a function of one column, such as `log(x)` or `winsor(x, 1%)`, is a function of."""
    while True:
        expr = scaled(expr)
        match expr:
            case Call(arguments=(first, *more)) if all(constant(a.value) is not None for a in more):
                expr = first.value
            case _:
                return expr


def _is_log(expr: Expr | None) -> bool:
    return isinstance(expr, Call) and expr.function in ("log", "log1p")


def lags_of(study: Study, expr: Expr) -> Iterator[tuple[Call, str]]:
    """Yield each `lag(x)` that an expression holds, also by way of derived columns, with the name x."""
    values = {let.name: let.value for let in study.lets}
    todo: list[Expr] = [expr]
    seen: set[str] = set()
    while todo:
        match todo.pop():
            case Call(function="lag", arguments=(first, *_)) as call if isinstance(first.value, Name):
                yield call, first.value.text
            case Name(text=name) if name in values and name not in seen:
                seen.add(name)
                todo.append(values[name])
            case Call(arguments=arguments):
                todo += [a.value for a in arguments]
            case _:
                continue


def alone(term: Term) -> Expr | None:
    """Return the factor of a term that has no other one."""
    return term.factors[0] if len(term.factors) == 1 else None


def ordered_like(study: Study, expr: Expr, columns: Collection[str]) -> str:
    """Return which of these columns an expression orders the rows by, or in reverse; "" where it is none.

    A power counts as if the column had one sign, unless it is one of a column that was moved: `(x - 5)^2` has
    an order of its own.
    """
    values = {let.name: let.value for let in study.lets}
    even = False
    while True:
        match expr:
            case Name(text=text) if text in columns:
                return text
            case Name(text=text) if text in values:
                expr = values[text]
            case Call(function=function, arguments=(only,)) if function in INCREASING:
                if even and function not in ABOVE_NOUGHT:
                    return ""
                expr = only.value
            case Call(function="square" | "I" as function, arguments=(only,)):
                even, expr = even or function == "square", only.value
            case Binary(op="^", left=left, right=right) if constant(right):
                even, expr = even or constant(right) != 1, left
            case Binary(op="*", left=left, right=right) if left == right:
                even, expr = True, left
            case Binary(op="*", left=left, right=right) if constant(left) or constant(right):
                expr = left if constant(right) else right
            case Binary(op="/", left=left, right=right) if constant(right):
                expr = left
            case Binary(op="+" | "-", left=left, right=right) if not even and _one_moves(left, right):
                expr = left if constant(right) is not None else right
            case Unary(op="+" | "-", operand=operand):
                expr = operand
            case _:
                return ""


def _one_moves(left: Expr, right: Expr) -> bool:
    """Tell whether one of two summands is a number, and the other one is none."""
    return (constant(left) is None) != (constant(right) is None)

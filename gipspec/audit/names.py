"""What an expression of a study is made of, by way of derived columns."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.lang.check.expressions import names_in
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Let, Model, Study
from gipspec.lang.syntax import Call, Expr, Name
from gipspec.lang.vocabulary import FUNCTIONS


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

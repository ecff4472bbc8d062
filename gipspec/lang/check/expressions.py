"""Checks of expressions that yield a column: names, functions, arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import singledispatch

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.constants import check_constants, is_written_out
from gipspec.lang.check.foreign import rewritten
from gipspec.lang.check.scope import Scope, no_column, require_column
from gipspec.lang.check.sorts import check_operands, check_values, need_condition
from gipspec.lang.check.suggest import unknown
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Argument, Binary, Call, Each, Expr, Name, Number, Percent, Range, Text, Unary
from gipspec.lang.vocabulary import FUNCTIONS, FunctionEntry

COLUMN = frozenset({"column"})
LET = frozenset({"column", "index"})


def names_in(expr: Expr) -> Iterator[Name]:
    """Yield every name that an expression uses, left to right; a long sum costs no recursion."""
    todo: list[Expr] = [expr]
    while todo:
        match todo.pop():
            case Name() as name:
                yield name
            case Call(arguments=arguments) as call:
                todo += [a.value for a in reversed(arguments) if not _is_word(call, a)]
            case Unary(operand=operand):
                todo.append(operand)
            case Binary(left=left, right=right) | Range(low=left, high=right):
                todo += [right, left]
            case Each(items=items):
                todo += reversed(items)


def check_column(expr: Expr, scope: Scope, roles: frozenset[str] = COLUMN) -> list[Problem]:
    """Return the problems of an expression that should yield a value for each row."""
    found: list[Problem] = []
    _check(expr, scope, roles, found)
    return found


def check_condition(expr: Expr, scope: Scope) -> list[Problem]:
    """Return the problems of an expression that should be true or false for each row (G314)."""
    return check_column(expr, scope) or list(need_condition(expr, scope))


@singledispatch
def _check(expr: Expr, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    raise TypeError(type(expr).__name__)


@_check.register(Number)
@_check.register(Percent)
@_check.register(Text)
def _(expr: Expr, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    return


@_check.register
def _(expr: Name, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    require_column_into(expr, scope, found)


@_check.register
def _(expr: Unary, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    _check(expr.operand, scope, roles, found)
    found += check_operands(expr, scope)


@_check.register
def _(expr: Binary, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    if expr.op == ":":
        found.append(_not_a_value(expr, _instead_of_crossing(expr, scope)))
        return
    bare = _bare_texts(expr, scope)
    if bare:
        found += _without_quotes(expr, bare, scope)
    for side in (expr.left, expr.right):
        if side is expr.right and expr.op in ("in", "not in"):
            _check_members(side, bare, scope, roles, found)
        elif not _among(side, bare):
            _check(side, scope, roles, found)
    if not bare:
        found += check_operands(expr, scope)


def _instead_of_crossing(expr: Binary, scope: Scope) -> str:
    """Say what `a:b` should be; a name that is no column may be that of a model, in front of its formula."""
    product = "write `a * b` for the product of two columns"
    columns = scope.columns()
    if columns is None or not isinstance(expr.left, Name) or expr.left.text in columns | scope.sets.keys():
        return product
    return f"the name of a model stands in front of an arrow: `{print_expr(expr.left)} <- ...`; {product}"


def _check_members(
    side: Expr, bare: Mapping[str, Name], scope: Scope, roles: frozenset[str], found: list[Problem]
) -> None:
    if not isinstance(side, Each):
        found.append(_not_a_value(side, 'write the values in brackets: `region in ["East", "West"]`'))
        return
    for item in side.items:
        if not _among(item, bare):
            _check(item, scope, roles, found)


def _bare_texts(expr: Binary, scope: Scope) -> dict[str, Name]:
    """Return the names in a comparison that are none, and may be texts without their quotes."""
    if expr.op in ("==", "!="):
        pairs = [(expr.right, expr.left), (expr.left, expr.right)]
    elif expr.op in ("in", "not in") and isinstance(expr.right, Each):
        pairs = [(item, expr.left) for item in expr.right.items]
    else:
        return {}
    names = [(side, other) for side, other in pairs if isinstance(side, Name)]
    return {name.text: name for name, other in names if _may_be_text(name, other, scope)}


def _among(expr: Expr, bare: Mapping[str, Name]) -> bool:
    return isinstance(expr, Name) and expr.text in bare


def _may_be_text(name: Name, other: Expr, scope: Scope) -> bool:
    columns = scope.columns()
    if columns is None or name.text in columns or name.text in scope.sets or name.text in scope.poisoned:
        return False
    return isinstance(other, Name) and other.text in columns and scope.kind(other.text) != "number"


def _without_quotes(expr: Binary, bare: Mapping[str, Name], scope: Scope) -> list[Problem]:
    def quoted(part: Expr) -> Expr:
        return Text(value=part.text, span=part.span) if isinstance(part, Name) and part.text in bare else part

    right = expr.right
    if isinstance(right, Each):
        right = replace(right, items=tuple(map(quoted, right.items)))
    written = print_expr(replace(expr, left=quoted(expr.left), right=quoted(right)))
    remedy = f"a text stands in quotes: `{written}`"
    columns = scope.columns() or ()
    return [no_column(name, scope, columns, (), or_else=remedy) for name in bare.values()]


@_check.register
def _(expr: Each, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    found.append(problem("G216", expr.span))


@_check.register
def _(expr: Range, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    found.append(_not_a_value(expr, "a range belongs to an option such as `event=-5..5`"))


@_check.register
def _(expr: Call, scope: Scope, roles: frozenset[str], found: list[Problem]) -> None:
    entry = FUNCTIONS.get(expr.function)
    legal = [f.name for f in FUNCTIONS.values() if f.role in roles]
    if entry is None or entry.role not in roles:
        where = "" if entry is None else " in this place"
        found.append(no_function(expr, legal, where))
        return
    wrong = check_arguments(expr, entry, scope)
    found += wrong
    for argument in expr.arguments:
        if not is_written_out(expr, argument):
            _check_argument(expr, argument, scope, found)
    if not wrong:
        found += check_constants(expr, scope.panel)
        found += check_values(expr, scope)


def no_function(call: Call, legal: Iterable[str], where: str, *, formula: bool = False) -> Problem:
    """Build G206, with the call as it is written here where it comes from another package."""
    name = call.function
    if remedy := rewritten(call, formula=formula):
        return problem("G206", call.name_span, name=name, where=where, remedy=remedy)
    return unknown("G206", call.name_span, name, legal, name=name, where=where)


def _check_argument(call: Call, argument: Argument, scope: Scope, found: list[Problem]) -> None:
    """Check one argument: group columns may be crossed, anything else is a column."""
    position = call.arguments.index(argument)
    value = argument.value
    if call.function == "ave" and (argument.name == "by" or position == 1):
        for name in names_in(value):
            require_column_into(name, scope, found)
    else:
        _check(value, scope, COLUMN, found)


def require_column_into(name: Name, scope: Scope, found: list[Problem]) -> None:
    """Append the problem of `require_column`, if there is one."""
    try:
        require_column(name, scope)
    except GipError as error:
        if not error.problems:
            raise
        found.extend(error.problems)


def check_arguments(call: Call, entry: FunctionEntry, scope: Scope) -> list[Problem]:
    """Check the number and the names of a call's arguments, and that a panel is there where one is needed."""
    found: list[Problem] = []
    usage = f"for example: `{entry.example}`"
    positional = [a for a in call.arguments if a.name is None]
    named = [a.name for a in call.arguments if a.name is not None]
    legal = (*entry.positional, *entry.named) if not entry.repeats else entry.named
    for argument in call.arguments:
        if argument.name is not None and argument.name not in legal:
            reason = f"there is no argument `{argument.name}`"
            found.append(problem("G207", argument.span, name=entry.name, reason=reason, remedy=usage))
    given = len(positional) + sum(1 for n in named if n in entry.positional)
    if given < entry.least or (len(positional) > len(entry.positional) and not entry.repeats):
        reason = f"takes {_count(entry)}, not {given}"
        found.append(problem("G207", call.span, name=entry.name, reason=reason, remedy=usage))
    if len(named) != len(set(named)) or any(n in entry.positional[: len(positional)] for n in named):
        reason = "an argument is given twice"
        found.append(problem("G207", call.span, name=entry.name, reason=reason, remedy=usage))
    if entry.needs_panel and scope.panel is None:
        found.append(problem("G110", call.name_span, what=f"`{entry.name}`"))
    return found


def _count(entry: FunctionEntry) -> str:
    if entry.repeats:
        return f"{entry.least} or more arguments"
    most = len(entry.positional)
    number = f"{entry.least}" if entry.least == most else f"{entry.least} to {most}"
    return f"{number} argument{'s' if most > 1 else ''}"


def _is_word(call: Call, argument: Argument) -> bool:
    """Tell whether an argument is a word of the language, such as `scale=year`, and no column."""
    return call.function in ("entropy", "pca", "topsis") and argument.name == "scale"


def _not_a_value(expr: Expr, remedy: str) -> Problem:
    return problem("G217", expr.span, found=expr.span.text, remedy=remedy)

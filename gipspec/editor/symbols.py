"""The names of a spec: where each is defined, and where it is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

from gipspec.lang.check.expressions import names_in
from gipspec.lang.syntax import (
    AuditStatement,
    Call,
    DefaultsStatement,
    Difference,
    Expr,
    FigureStatement,
    Formula,
    LabelStatement,
    LearnerStatement,
    LetStatement,
    ModelStatement,
    Name,
    Node,
    Option,
    PanelItem,
    PanelStatement,
    SampleStatement,
    SetStatement,
    Statement,
    TableStatement,
    Variation,
)
from gipspec.lang.vocabulary import OPTIONS
from gipspec.lang.vocabulary.kinds import Columns, LearnerValue, Moderator, SampleValue, Terms, Variable
from gipspec.source import Span

VALUES = "column"  # columns of the data, lets and sets share one namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A place where a name stands. `kind`: "column", "sample", "learner", "model", "exhibit".

    `defines` marks the place that gives the name its meaning; `word` is the statement word there.
    """

    kind: str
    name: str
    span: Span
    defines: bool = False
    word: str = ""

    @property
    def root(self) -> str:
        """The name that a statement defines: `algos` of `algos.lasso`."""
        return self.name.partition(".")[0] if self.kind == "model" else self.name


def symbols(statements: tuple[Statement, ...]) -> tuple[Symbol, ...]:
    """Return every place of a name, in the order of the text of each statement."""
    return tuple(symbol for statement in statements for symbol in _symbols(statement))


@singledispatch
def _symbols(statement: Node) -> Iterator[Symbol]:
    """Statements that name nothing: the title, the data, an include."""
    return iter(())


@_symbols.register
def _(statement: PanelStatement) -> Iterator[Symbol]:
    yield from (_use(VALUES, name) for name in (statement.unit, statement.time))


@_symbols.register
def _(statement: LabelStatement) -> Iterator[Symbol]:
    yield _use(VALUES, statement.name)


@_symbols.register
def _(statement: LetStatement) -> Iterator[Symbol]:
    yield _definition(VALUES, statement.name, "let")
    yield from _uses(statement.value)


@_symbols.register
def _(statement: SetStatement) -> Iterator[Symbol]:
    yield _definition(VALUES, statement.name, "set")
    yield from _uses(statement.value)


@_symbols.register
def _(statement: SampleStatement) -> Iterator[Symbol]:
    yield _definition("sample", statement.name, "sample")
    yield from _uses(statement.condition)


@_symbols.register
def _(statement: LearnerStatement) -> Iterator[Symbol]:
    yield _definition("learner", statement.name, "learner")
    yield from _learners(statement.value)


@_symbols.register
def _(statement: DefaultsStatement) -> Iterator[Symbol]:
    for option in statement.options:
        yield from _option(option)


@_symbols.register
def _(statement: ModelStatement) -> Iterator[Symbol]:
    if statement.name is not None:
        yield _definition("model", statement.name, "model")
    match statement.head:
        case Formula(outcome=outcome, treatment=treatment, controls=controls):
            for part in (outcome, treatment, controls):
                yield from _uses(part) if part is not None else ()
        case Variation(base=base):
            yield _use("model", base)
        case Difference(left=left, right=right):
            yield from (_use("model", name) for name in (left, right))
    for option in statement.options:
        yield from _option(option)


@_symbols.register
def _(statement: TableStatement) -> Iterator[Symbol]:
    yield _definition("exhibit", statement.name, "table")
    for item in statement.items:
        members = item.members if isinstance(item, PanelItem) else (item,)
        yield from (_use("model", name) for name in members)


@_symbols.register
def _(statement: FigureStatement) -> Iterator[Symbol]:
    yield _definition("exhibit", statement.name, "figure")
    yield from (_use("model", name) for name in statement.items)


@_symbols.register
def _(statement: AuditStatement) -> Iterator[Symbol]:
    yield from (_use("model", name) for name in statement.items)


def _option(option: Option) -> Iterator[Symbol]:
    entry = OPTIONS.get(option.name.text)
    match entry.kind if entry else None:
        case LearnerValue():
            yield from _learners(option.value)
        case SampleValue():
            bare = isinstance(option.value, Name)
            yield from (
                Symbol(kind="sample" if bare else VALUES, name=n.text, span=n.span)
                for n in names_in(option.value)
            )
        case Columns() | Terms() | Variable() | Moderator():
            yield from _uses(option.value)


def _learners(expr: Expr) -> Iterator[Symbol]:
    """Names and calls of learners: `best`, `rf(trees=100)`, `stack(gbm, best)`."""
    for name in names_in(expr):
        yield _use("learner", name)
    if isinstance(expr, Call):
        yield Symbol(kind="learner", name=expr.function, span=expr.name_span)


def _uses(expr: Expr) -> Iterator[Symbol]:
    yield from (_use(VALUES, name) for name in names_in(expr))


def _use(kind: str, name: Name) -> Symbol:
    return Symbol(kind=kind, name=name.text, span=name.span)


def _definition(kind: str, name: Name, word: str) -> Symbol:
    return Symbol(kind=kind, name=name.text, span=name.span, defines=True, word=word)

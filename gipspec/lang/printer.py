"""Print syntax trees as canonical text: `parse(print(tree)) == tree`, with the fewest parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import groupby

from gipspec.lang.operators import ATOM, BINARY, RANGE_OPERATOR, RESERVED, UNARY
from gipspec.lang.syntax import (
    Argument,
    Binary,
    Call,
    Comment,
    DataStatement,
    DefaultsStatement,
    Difference,
    Each,
    Expr,
    FigureStatement,
    Formula,
    IncludeStatement,
    LabelStatement,
    LearnerStatement,
    LetStatement,
    ModelStatement,
    Name,
    Node,
    Number,
    Option,
    Package,
    PanelItem,
    PanelStatement,
    Percent,
    Range,
    SampleStatement,
    SetStatement,
    SpecFile,
    Statement,
    StudyStatement,
    TableStatement,
    Text,
    Unary,
    Variation,
)
from gipspec.source import display_width

WIDTH = 100
INDENT = " " * 4
COMMENT_GAP = 2

_PLAIN_NAME = re.compile(r"[^\W\d][\w\u0300-\u036f]*(\.[\w\u0300-\u036f]+)*")


def print_expr(expr: Expr) -> str:
    """Return an expression on one line."""
    return _print(expr)


def print_statement(statement: Statement) -> str:
    """Return a statement; a long one, or a table with panels, takes several lines."""
    return _compose(_layout(statement))


def format_file(file: SpecFile) -> str:
    """Return the canonical text of a file that has no problems: aligned, comments kept, idempotent.

    A comment within a statement moves above it, except one behind its last line. One blank line at the most
    stays between two statements.
    """
    return "\n".join(_stanza(stanza) for stanza in _stanzas(_entries(file)))


# ---------------------------------------------------------------- expressions


@singledispatch
def _print(node: Node) -> str:
    raise TypeError(f"no text for {type(node).__name__}")


@_print.register
def _(node: Name) -> str:
    return _name(node.text)


@_print.register
def _(node: Number) -> str:
    return node.text


@_print.register
def _(node: Percent) -> str:
    return f"{node.text}%"


@_print.register
def _(node: Text) -> str:
    return _quote(node.value)


@_print.register
def _(node: Call) -> str:
    return f"{_name(node.function)}({_join(node.arguments)})"


@_print.register
def _(node: Argument) -> str:
    return _print(node.value) if node.name is None else f"{_name(node.name)}={_print(node.value)}"


@_print.register
def _(node: Each) -> str:
    return f"[{_join(node.items)}]"


@_print.register
def _(node: Unary) -> str:
    operator = UNARY[node.op]
    gap = " " if operator.spaced else ""
    return f"{node.op}{gap}{_operand(node.operand, operator.right)}"


@_print.register
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


@_print.register
def _(node: Range) -> str:
    low, high = RANGE_OPERATOR.left, RANGE_OPERATOR.right
    return f"{_operand(node.low, low)}..{_operand(node.high, high)}"


def _operand(expr: Expr, least: int) -> str:
    text = _print(expr)
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
    return ", ".join(_print(node) for node in nodes)


def _name(text: str) -> str:
    return text if _PLAIN_NAME.fullmatch(text) and text not in RESERVED else f"`{text}`"


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# ---------------------------------------------------------------- heads, options, items


@_print.register
def _(node: Formula) -> str:
    controls = "" if node.controls is None else f" | {_print(node.controls)}"
    return f"{_print(node.outcome)} ~ {_print(node.treatment)}{controls}"


@_print.register
def _(node: Variation) -> str:
    return _print(node.base)


@_print.register
def _(node: Difference) -> str:
    return f"{_print(node.left)} - {_print(node.right)}"


@_print.register
def _(node: Option) -> str:
    return f"{_print(node.name)}={_print(node.value)}"


@_print.register
def _(node: Package) -> str:
    return f"{_name(node.package)}::{_name(node.dataset)}"


@_print.register
def _(node: PanelItem) -> str:
    return f"panel {_quote(node.title)} ({_join(node.members)})"


# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """The parts of a statement: what stands before its `=` or `<-`, the rest, items, and options."""

    lead: str = ""
    body: str
    items: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    tall: bool = False  # takes several lines even where one would do


def _compose(layout: _Layout, pad: int = 0) -> str:
    """Put the parts together on one line, or on several where one is too long."""
    gap = " " * (1 + max(0, pad - display_width(layout.lead))) if layout.lead else ""
    start = f"{layout.lead}{gap}{layout.body}"
    line = "; ".join((" ".join((start, ", ".join(layout.items))).rstrip(), *layout.options))
    if not layout.tall and display_width(line) <= WIDTH:
        return line
    head = f"\n{INDENT}".join((start, f",\n{INDENT}".join(layout.items))) if layout.items else start
    return f";\n{INDENT}".join((head, *layout.options))


@singledispatch
def _layout(statement: Node) -> _Layout:
    raise TypeError(f"no text for {type(statement).__name__}")


@_layout.register
def _(statement: StudyStatement) -> _Layout:
    return _Layout(body=f"study {_quote(statement.title)}")


@_layout.register
def _(statement: DataStatement) -> _Layout:
    return _Layout(body=f"data {_print(statement.origin)}", options=_options(statement.options))


@_layout.register
def _(statement: PanelStatement) -> _Layout:
    return _Layout(body=f"panel {_print(statement.unit)} {_print(statement.time)}")


@_layout.register
def _(statement: LabelStatement) -> _Layout:
    return _Layout(body=f"label {_print(statement.name)} {_quote(statement.text)}")


@_layout.register
def _(statement: LetStatement) -> _Layout:
    return _definition("let", statement.name, statement.value)


@_layout.register
def _(statement: SetStatement) -> _Layout:
    return _definition("set", statement.name, statement.value)


@_layout.register
def _(statement: SampleStatement) -> _Layout:
    return _definition("sample", statement.name, statement.condition)


@_layout.register
def _(statement: LearnerStatement) -> _Layout:
    return _definition("learner", statement.name, statement.value)


@_layout.register
def _(statement: DefaultsStatement) -> _Layout:
    first, *others = _options(statement.options)
    return _Layout(body=f"defaults {first}", options=tuple(others))


@_layout.register
def _(statement: IncludeStatement) -> _Layout:
    return _Layout(body=f"include {_print(statement.path)}")


@_layout.register
def _(statement: ModelStatement) -> _Layout:
    options = _options(statement.options)
    if statement.name is None:
        return _Layout(body=_print(statement.head), options=options)
    return _Layout(lead=_print(statement.name), body=f"<- {_print(statement.head)}", options=options)


@_layout.register
def _(statement: TableStatement) -> _Layout:
    return _exhibit("table", statement, tall=any(isinstance(item, PanelItem) for item in statement.items))


@_layout.register
def _(statement: FigureStatement) -> _Layout:
    return _exhibit("figure", statement)


def _definition(word: str, name: Name, value: Expr) -> _Layout:
    return _Layout(lead=f"{word} {_print(name)}", body=f"= {_print(value)}")


def _exhibit(word: str, statement: TableStatement | FigureStatement, *, tall: bool = False) -> _Layout:
    title = "" if statement.title is None else f" {_quote(statement.title)}"
    return _Layout(
        body=f"{word} {_print(statement.name)}{title}:",
        items=tuple(_print(item) for item in statement.items),
        options=_options(statement.options),
        tall=tall,
    )


def _options(options: Iterable[Option]) -> tuple[str, ...]:
    return tuple(_print(option) for option in options)


# ---------------------------------------------------------------- files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A statement with the comment behind it, or a comment of its own; the lines that it took."""

    first: int
    last: int
    statement: Statement | None = None
    comment: str = ""

    @property
    def run(self) -> str:
        """Neighbours of the same run are aligned."""
        match self.statement:
            case LabelStatement() | LetStatement() | SetStatement() | SampleStatement() | LearnerStatement():
                return "definitions"
            case ModelStatement(name=Name()):
                return "models"
            case _:
                return ""


def _entries(file: SpecFile) -> Iterator[_Entry]:
    comments = list(file.comments)
    for statement in file.statements:
        start, end = statement.span.start, statement.span.end
        first, last = statement.span.line, file.source.line_column(end - 1)[0]
        while comments and comments[0].span.start < start:
            yield _own_line(comments.pop(0))
        while comments and comments[0].span.start < end:
            yield _Entry(first=first, last=first, comment=_comment(comments.pop(0)))
        behind = bool(comments) and comments[0].trailing and comments[0].span.line == last
        comment = _comment(comments.pop(0)) if behind else ""
        yield _Entry(first=first, last=last, statement=statement, comment=comment)
    yield from (_own_line(comment) for comment in comments)


def _own_line(comment: Comment) -> _Entry:
    return _Entry(first=comment.span.line, last=comment.span.line, comment=_comment(comment))


def _comment(comment: Comment) -> str:
    gap = "" if not comment.text or comment.text[0] in "#!" else " "  # `## heading`, `#!/usr/bin/env`
    return f"#{gap}{comment.text}"


def _stanzas(entries: Iterable[_Entry]) -> list[list[_Entry]]:
    """Split where the text has blank lines."""
    stanzas: list[list[_Entry]] = []
    for entry in entries:
        if stanzas and entry.first - stanzas[-1][-1].last <= 1:
            stanzas[-1].append(entry)
        else:
            stanzas.append([entry])
    return stanzas


def _stanza(entries: Sequence[_Entry]) -> str:
    """Print entries that no blank line parts; an own-line comment ends what is aligned."""
    parts = groupby(entries, key=lambda entry: entry.statement is None)
    return "".join(
        "".join(f"{entry.comment}\n" for entry in part) if comments else _aligned(list(part))
        for comments, part in parts
    )


def _aligned(entries: Sequence[_Entry]) -> str:
    texts = [text for _, run in groupby(entries, key=lambda entry: entry.run) for text in _run(list(run))]
    widths = [display_width(text.rpartition("\n")[2]) for text in texts]
    column = COMMENT_GAP + max((w for w, e in zip(widths, entries, strict=True) if e.comment), default=0)
    return "".join(
        f"{text}{' ' * (column - width)}{entry.comment}\n" if entry.comment else f"{text}\n"
        for text, width, entry in zip(texts, widths, entries, strict=True)
    )


def _run(entries: Sequence[_Entry]) -> list[str]:
    layouts = [_layout(entry.statement) for entry in entries if entry.statement is not None]
    pad = max(display_width(layout.lead) for layout in layouts) if entries[0].run else 0
    return [_compose(layout, pad) for layout in layouts]

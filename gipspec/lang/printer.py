"""Print syntax trees as canonical text: `parse(print(tree)) == tree`, with the fewest parentheses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import groupby

from gipspec.lang.notation import print_expr, print_node, quote
from gipspec.lang.syntax import (
    AuditStatement,
    Comment,
    DataStatement,
    DefaultsStatement,
    Expr,
    FigureStatement,
    IncludeStatement,
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
    SpecFile,
    Statement,
    StudyStatement,
    TableStatement,
)
from gipspec.source import display_width

__all__ = ["format_file", "print_expr", "print_statement"]

WIDTH = 100
INDENT = " " * 4
COMMENT_GAP = 2


def print_statement(statement: Statement) -> str:
    """Return a statement; a long one, or a table with panels, takes several lines."""
    return _compose(_layout(statement))


def format_file(file: SpecFile) -> str:
    """Return the canonical text of a file that has no problems: aligned, comments kept, idempotent.

    A comment within a statement moves above it, except one behind its last line. One blank line at the most
    stays between two statements.
    """
    return "\n".join(_stanza(stanza) for stanza in _stanzas(_entries(file)))


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
    return _Layout(body=f"study {quote(statement.title)}")


@_layout.register
def _(statement: DataStatement) -> _Layout:
    return _Layout(body=f"data {print_node(statement.origin)}", options=_options(statement.options))


@_layout.register
def _(statement: PanelStatement) -> _Layout:
    return _Layout(body=f"panel {print_node(statement.unit)} {print_node(statement.time)}")


@_layout.register
def _(statement: LabelStatement) -> _Layout:
    return _Layout(body=f"label {print_node(statement.name)} {quote(statement.text)}")


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
    return _Layout(body=f"include {print_node(statement.path)}")


@_layout.register
def _(statement: ModelStatement) -> _Layout:
    options = _options(statement.options)
    if statement.name is None:
        return _Layout(body=print_node(statement.head), options=options)
    return _Layout(lead=print_node(statement.name), body=f"<- {print_node(statement.head)}", options=options)


@_layout.register
def _(statement: TableStatement) -> _Layout:
    return _exhibit("table", statement, tall=any(isinstance(item, PanelItem) for item in statement.items))


@_layout.register
def _(statement: FigureStatement) -> _Layout:
    return _exhibit("figure", statement)


@_layout.register
def _(statement: AuditStatement) -> _Layout:
    items = ", ".join(print_node(name) for name in statement.items)
    about = f"{print_node(statement.code)} {items}".rstrip()
    return _Layout(body=f"audit accept {about} {quote(statement.reason)}")


def _definition(word: str, name: Name, value: Expr) -> _Layout:
    return _Layout(lead=f"{word} {print_node(name)}", body=f"= {print_node(value)}")


def _exhibit(word: str, statement: TableStatement | FigureStatement, *, tall: bool = False) -> _Layout:
    title = "" if statement.title is None else f" {quote(statement.title)}"
    return _Layout(
        body=f"{word} {print_node(statement.name)}{title}:",
        items=tuple(print_node(item) for item in statement.items),
        options=_options(statement.options),
        tall=tall,
    )


def _options(options: Iterable[Option]) -> tuple[str, ...]:
    return tuple(print_node(option) for option in options)


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

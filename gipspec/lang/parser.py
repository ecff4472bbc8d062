"""Parse the text of a spec into its syntax tree. The only module that knows lark."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

import gipspec
from gipspec.diagnostics import GipError, Problem, problem, sort_problems
from gipspec.lang.build import Leaf, Piece, build
from gipspec.lang.mistakes import Stop, explain
from gipspec.lang.scanner import Stretch, scan
from gipspec.lang.syntax import SpecFile, Statement
from gipspec.source import Source, Span

MOST_BYTES = 1_000_000
MOST_STATEMENTS = 20_000
MOST_DEPTH = 150  # levels of a syntax tree; what reads a tree may recurse without fear

GRAMMAR = "gipspec.lark"


def parse(source: Source) -> tuple[SpecFile, tuple[Problem, ...]]:
    """Return the syntax tree of a spec and its problems in order, at most one for each statement.

    Never raises on bad text: statements with a problem are left out, the others stand in the tree.
    """
    if too_long := _too_long(source):
        return SpecFile(source=source, statements=()), (too_long,)
    pieces = scan(source)
    problems = list(pieces.problems)
    statements: list[Statement] = []
    for number, stretch in enumerate(pieces.stretches):
        if number == MOST_STATEMENTS:
            problems.append(
                problem("G007", stretch.span, what="the number of statements", bound=f"{MOST_STATEMENTS:,}")
            )
            break
        try:
            statements.append(_statement(stretch))
        except GipError as error:
            problems.extend(error.problems)
    file = SpecFile(source=source, statements=tuple(statements), comments=pieces.comments)
    return file, sort_problems(problems)


def find_grammar() -> Path:
    """Return the folder of the grammar: within the package in a wheel, beside it in a checkout."""
    package = Path(gipspec.__file__).parent
    for folder in (package / "grammar", package.parent / "grammar"):
        if (folder / GRAMMAR).is_file():
            return folder
    raise FileNotFoundError(f"gipspec is not installed completely: {GRAMMAR} is missing")


def build_lark(*, strict: bool = False) -> Lark:
    """Build the parser of one statement; `strict` proves that it has no conflicts (needs interegular)."""
    return Lark(
        (find_grammar() / GRAMMAR).read_text(encoding="utf-8"),
        parser="lalr",
        start="statement",
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=strict,
    )


_lark = cache(build_lark)


def _too_long(source: Source) -> Problem | None:
    if len(source.text) <= MOST_BYTES // 4 or len(source.text.encode("utf-8", "replace")) <= MOST_BYTES:
        return None
    return problem("G007", Span(source=source, start=0, end=0), what="the size of the spec", bound="1 MB")


def _statement(stretch: Stretch) -> Statement:
    """Parse one statement, or raise GipError with the problem that it has."""
    if stretch.problem is not None:
        raise GipError(stretch.problem)
    try:
        tree = _lark().parse(stretch.span.text)
    except UnexpectedInput as error:
        raise GipError(explain(_stop(error, stretch.span))) from None
    _check_depth(tree, stretch.span)
    node = _build(tree, stretch.span)
    if not isinstance(node, Statement):
        raise AssertionError(f"the grammar made no statement of {stretch.span.text!r}")
    return node


def _build(tree: Tree[Token], statement: Span) -> Piece:
    pieces = [
        _leaf(child, statement) if isinstance(child, Token) else _build(child, statement)
        for child in tree.children
    ]
    return build(tree.data, pieces)


def _leaf(token: Token, statement: Span) -> Leaf:
    start = statement.start + (token.start_pos or 0)
    return Leaf(kind=token.type, span=Span(source=statement.source, start=start, end=start + len(token)))


def _check_depth(tree: Tree[Token], statement: Span) -> None:
    """Refuse what nests too deeply, without recursion of its own."""
    if statement.end - statement.start <= MOST_DEPTH:
        return  # a level takes a character at the least
    level: list[Tree[Token]] = [tree]
    for _ in range(MOST_DEPTH):
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
        if not level:
            return
    raise GipError(
        problem(
            "G007",
            statement,
            what="the nesting of this statement",
            bound=f"{MOST_DEPTH} levels",
            help="give parts of it a name of their own with `set` or `let`",
        )
    )


def _stop(error: UnexpectedInput, statement: Span) -> Stop:
    """Put lark's error in terms of the text: where parsing stopped, and what could have stood there.

    The text before the culprit is parsed again: lark's own state has already given up what could follow.
    """
    found = _found(error, statement)
    place = found.span if found else Span(source=statement.source, start=statement.end, end=statement.end)
    state = _lark().parse_interactive(statement.text[: place.start - statement.start])
    tokens = [_leaf(token, statement) for token in state.exhaust_lexer()]
    # What one rule of the grammar hides in another (`_relation`) still waits for what follows.
    waiting = [
        piece
        for entry in state.parser_state.value_stack
        for piece in (entry.children if isinstance(entry, Tree) and entry.data.startswith("_") else [entry])
    ]
    return Stop(
        statement=statement,
        place=place,
        found=found,
        first=tokens[0] if tokens else None,
        last=tokens[-1] if tokens else None,
        open=tuple(piece.type for piece in waiting if isinstance(piece, Token)),
        accepts=frozenset(state.accepts()),  # type: ignore[no-untyped-call]
    )


def _found(error: UnexpectedInput, statement: Span) -> Leaf | None:
    if isinstance(error, UnexpectedToken):
        return None if error.token.type == "$END" else _leaf(error.token, statement)
    start = statement.start + (error.pos_in_stream or 0)
    return Leaf(kind="", span=Span(source=statement.source, start=start, end=start + 1))

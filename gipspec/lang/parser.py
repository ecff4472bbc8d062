"""Parse the text of a spec into its syntax tree. The only module that knows lark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from gipspec.diagnostics import GipError, Problem, problem, sort_problems
from gipspec.lang.build import PUNCTUATION, Leaf, Piece, build, name_text
from gipspec.lang.mistakes import Stop, explain
from gipspec.lang.scanner import Stretch, scan
from gipspec.lang.syntax import Name, Node, SpecFile, Statement
from gipspec.source import Source, Span

MOST_BYTES = 1_000_000
MOST_STATEMENTS = 20_000
MOST_CHARACTERS = 50_000  # of a statement
MOST_REMEMBERED = 2_000  # statements whose parse is kept
MOST_DEPTH = 100  # levels of a syntax tree; what reads a tree may recurse without fear

GRAMMAR = "gipspec.lark"
PARTS = "give parts of it a name of their own with `set` or `let`"


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
    package = Path(__file__).parents[1]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A rule with its place in the statement, and its pieces in order.

    They are tokens, with their places, and earlier steps, by number. A name, which half of the steps are, has
    its text instead.
    """

    rule: str
    start: int
    end: int
    pieces: tuple[tuple[str, int, int] | int, ...]
    name: str = ""


@lru_cache(maxsize=MOST_REMEMBERED)
def _steps(statement: str) -> tuple[_Step, ...]:
    """Parse the text of a statement; an editor asks for the same ones at each change of one.

    The steps go from the bottom up: a sum of a thousand terms needs no deep stack. None are there for what
    nests too deeply.
    """
    tree = _lark().parse(statement)
    if _too_deep(tree, len(statement)):
        return ()
    steps: list[_Step] = []
    numbers: dict[int, int] = {}
    for subtree in tree.iter_subtrees():
        numbers[id(subtree)] = len(steps)
        first, last = subtree.children[0], subtree.children[-1]
        start = _place(first)[1] if isinstance(first, Token) else steps[numbers[id(first)]].start
        end = _place(last)[2] if isinstance(last, Token) else steps[numbers[id(last)]].end
        pieces = tuple(
            _place(child) if isinstance(child, Token) else numbers[id(child)]
            for child in subtree.children
            if not (isinstance(child, Token) and child.type in PUNCTUATION)
        )
        name = name_text(statement[start:end]) if subtree.data == "name" else ""
        steps.append(_Step(rule=subtree.data, start=start, end=end, pieces=pieces, name=name))
    return tuple(steps)


def _place(token: Token) -> tuple[str, int, int]:
    start = token.start_pos or 0
    return token.type, start, start + len(token)


def _too_long(source: Source) -> Problem | None:
    if len(source.text) <= MOST_BYTES // 4 or len(source.text.encode("utf-8", "replace")) <= MOST_BYTES:
        return None
    return problem("G007", Span(source=source, start=0, end=0), what="the size of the spec", bound="1 MB")


def _statement(stretch: Stretch) -> Statement:
    """Parse one statement, or raise GipError with the problem that it has."""
    if stretch.problem is not None:
        raise GipError(stretch.problem)
    if stretch.span.end - stretch.span.start > MOST_CHARACTERS:
        what, bound = "the length of this statement", f"{MOST_CHARACTERS:,} characters"
        raise GipError(problem("G007", stretch.span, what=what, bound=bound, help=PARTS))
    try:
        steps = _steps(stretch.span.text)
    except UnexpectedInput as error:
        raise GipError(explain(_stop(error, stretch.span))) from None
    if not steps:
        what, bound = "the nesting of this statement", f"{MOST_DEPTH} levels"
        raise GipError(problem("G007", stretch.span, what=what, bound=bound, help=PARTS))
    node = _build(steps, stretch.span)
    if not isinstance(node, Statement):
        raise AssertionError(f"the grammar made no statement of {stretch.span.text!r}")
    return node


def _build(steps: tuple[_Step, ...], statement: Span) -> Node:
    nodes: list[Node] = []
    source, offset = statement.source, statement.start
    for step in steps:
        span = Span(source=source, start=offset + step.start, end=offset + step.end)
        if step.name:
            nodes.append(Name(span=span, text=step.name))
            continue
        pieces: list[Piece] = [
            nodes[piece]
            if isinstance(piece, int)
            else Leaf(piece[0], source, offset + piece[1], offset + piece[2])
            for piece in step.pieces
        ]
        nodes.append(build(step.rule, span, pieces))
    return nodes[-1]


def _leaf(token: Token, statement: Span) -> Leaf:
    kind, start, end = _place(token)
    return Leaf(kind, statement.source, statement.start + start, statement.start + end)


def _too_deep(tree: Tree[Token], length: int) -> bool:
    """Tell what nests too deeply. The terms of a formula or a set count as one level, however many."""
    if length <= MOST_DEPTH:
        return False  # a level takes a character at the least
    level = [tree]
    for _ in range(MOST_DEPTH):
        level = [inner for node in level for inner in _inner(node)]
        if not level:
            return False
    return True


def _inner(tree: Tree[Token]) -> Iterator[Tree[Token]]:
    for child in tree.children:
        if isinstance(child, Tree):
            yield from _terms(child) if tree.data in ("formula", "set") else (child,)


def _terms(tree: Tree[Token]) -> Iterator[Tree[Token]]:
    while tree.data == "binary":
        left, sign, right = tree.children[0], tree.children[1], tree.children[-1]
        if sign not in ("+", "-") or not isinstance(left, Tree) or not isinstance(right, Tree):
            break
        yield right
        tree = left
    yield tree


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
    return Leaf("", statement.source, start, start + 1)

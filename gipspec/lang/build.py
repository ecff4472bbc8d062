"""From what the grammar matched to nodes of the syntax tree: one function for each rule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.statements import STATEMENTS
from gipspec.lang.syntax import (
    Argument,
    AuditStatement,
    Binary,
    Call,
    DataStatement,
    DefaultsStatement,
    Difference,
    Each,
    Expr,
    FigureStatement,
    Formula,
    Head,
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
    StudyStatement,
    TableStatement,
    Text,
    Unary,
    Variation,
)
from gipspec.source import Source, Span


class Leaf(NamedTuple):
    """A token: the name of its terminal and its place."""

    kind: str
    source: Source
    start: int
    end: int

    @property
    def span(self) -> Span:
        return Span(source=self.source, start=self.start, end=self.end)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


Piece = Leaf | Node
Pieces = Sequence[Piece]
T = TypeVar("T")

# Terminals that say nothing once the grammar has matched.
PUNCTUATION = frozenset(
    {"BAR", "COMMA", "EQUALS", "LPAR", "LSQB", "PERCENT_MARK", "RPAR", "RSQB", "SEMICOLON", "TILDE"}
)


def build(rule: str, span: Span, pieces: Pieces) -> Node:
    """Build the node of a rule from its place and its pieces in order: tokens but `PUNCTUATION`, and nodes.

    Raises GipError (G218) for a model head that is neither a formula, nor a name, nor a difference of names.
    """
    return _RULES[rule](span, pieces)


# ---------------------------------------------------------------- reading pieces


def _all(pieces: Pieces, kind: type[T]) -> tuple[T, ...]:
    return tuple([piece for piece in pieces if isinstance(piece, kind)])


def _the(pieces: Pieces, kind: type[T]) -> T:
    for piece in pieces:
        if isinstance(piece, kind):
            return piece
    raise LookupError(f"the grammar made no {kind.__name__}")


def _exprs(pieces: Pieces) -> list[Expr]:
    return [piece for piece in pieces if isinstance(piece, Expr)]


def _leaf(pieces: Pieces, kind: str) -> Leaf | None:
    return next((piece for piece in _all(pieces, Leaf) if piece.kind == kind), None)


def _text_of(pieces: Pieces) -> str | None:
    """Return what stands between the quotes; a backslash before neither `"` nor `\\` stands for itself."""
    leaf = _leaf(pieces, "TEXT")
    return None if leaf is None else re.sub(r'\\(["\\])', r"\1", leaf.text[1:-1])


def _some_text(pieces: Pieces) -> str:
    return _text_of(pieces) or ""


def _quoted(pieces: Pieces) -> Text:
    """Return the text behind the word of a statement."""
    return Text(span=pieces[1].span, value=_some_text(pieces))


# ---------------------------------------------------------------- expressions


def name_text(written: str) -> str:
    """Return a name without its backticks, in the composed form of Unicode: é is one letter."""
    text = written[1:-1] if written[0] == "`" else written
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _number(span: Span, pieces: Pieces) -> Number:
    return Number(span=span, text=_the(pieces, Leaf).text)


def _percent(span: Span, pieces: Pieces) -> Percent:
    return Percent(span=span, text=_the(pieces, Leaf).text)


def _text(span: Span, pieces: Pieces) -> Text:
    return Text(span=span, value=_some_text(pieces))


def _call(span: Span, pieces: Pieces) -> Call:
    function = _the(pieces, Name)
    arguments = tuple(
        piece if isinstance(piece, Argument) else Argument(span=piece.span, name=None, value=piece)
        for piece in pieces[1:]
        if isinstance(piece, Argument | Expr)
    )
    return Call(span=span, function=function.text, arguments=arguments, name_span=function.span)


def _named(span: Span, pieces: Pieces) -> Argument:
    name, value = _exprs(pieces)
    return Argument(span=span, name=_the([name], Name).text, value=value)


def _each(span: Span, pieces: Pieces) -> Each:
    return Each(span=span, items=tuple(_exprs(pieces)))


def _parens(span: Span, pieces: Pieces) -> Node:
    return replace(_exprs(pieces)[0], span=span)


def _binary(span: Span, pieces: Pieces) -> Binary:
    left, right = _exprs(pieces)
    op = " ".join([leaf.text for leaf in _all(pieces, Leaf)])
    return Binary(span=span, op=op, left=left, right=right)


def _unary(span: Span, pieces: Pieces) -> Unary:
    return Unary(span=span, op=_the(pieces, Leaf).text, operand=_exprs(pieces)[0])


def _range(span: Span, pieces: Pieces) -> Range:
    low, high = _exprs(pieces)
    return Range(span=span, low=low, high=high)


# ---------------------------------------------------------------- models


def _option(span: Span, pieces: Pieces) -> Option:
    return Option(span=span, name=_the(pieces, Name), value=_exprs(pieces)[1])


def _formula(span: Span, pieces: Pieces) -> Formula:
    outcome, treatment, *controls = _exprs(pieces)
    return Formula(
        span=span,
        outcome=outcome,
        treatment=treatment,
        controls=controls[0] if controls else None,
    )


def _lone(span: Span, pieces: Pieces) -> Head:
    """Build the head that has no `~`."""
    match _exprs(pieces)[0]:
        case Name() as base:
            return Variation(span=base.span, base=base)
        case Binary(op="-", left=Name() as left, right=Name() as right, span=span):
            return Difference(span=span, left=left, right=right)
        case other:
            raise GipError(
                problem(
                    "G218",
                    other.span,
                    reason="this is no model",
                    remedy="write a formula `outcome ~ treatment | controls`, the name of a model to vary, "
                    "or a difference of two models `a - b`",
                )
            )


def _no_name(head: Variation | Difference) -> Problem:
    word = head.span.text
    if word in STATEMENTS:
        return problem(
            "G218",
            head.span,
            reason=f"`{word}` says nothing on its own",
            remedy=f"such a line reads `{STATEMENTS[word]}`",
        )
    return problem(
        "G218",
        head.span,
        reason="a model without `~` needs a name of its own",
        remedy=f"write `name <- {word}`, or a formula `outcome ~ treatment | controls`",
    )


def _model(span: Span, pieces: Pieces) -> ModelStatement:
    head = next(piece for piece in pieces if isinstance(piece, Head))
    named = _leaf(pieces, "ARROW") is not None
    if not named and not isinstance(head, Formula):
        raise GipError(_no_name(head))
    return ModelStatement(
        span=span,
        name=_the(pieces, Name) if named else None,
        head=head,
        options=_all(pieces, Option),
    )


# ---------------------------------------------------------------- other statements


def _study(span: Span, pieces: Pieces) -> StudyStatement:
    return StudyStatement(span=span, title=_some_text(pieces))


def _package(span: Span, pieces: Pieces) -> Package:
    package, dataset = _all(pieces, Name)
    return Package(span=span, package=package.text, dataset=dataset.text)


def _data(span: Span, pieces: Pieces) -> DataStatement:
    origin = pieces[1] if isinstance(pieces[1], Package) else _quoted(pieces)
    return DataStatement(span=span, origin=origin, options=_all(pieces, Option))


def _panel(span: Span, pieces: Pieces) -> PanelStatement:
    unit, time = _all(pieces, Name)
    return PanelStatement(span=span, unit=unit, time=time)


def _label(span: Span, pieces: Pieces) -> LabelStatement:
    return LabelStatement(span=span, name=_the(pieces, Name), text=_some_text(pieces))


def _let(span: Span, pieces: Pieces) -> LetStatement:
    return LetStatement(span=span, name=_the(pieces, Name), value=_exprs(pieces)[1])


def _set(span: Span, pieces: Pieces) -> SetStatement:
    return SetStatement(span=span, name=_the(pieces, Name), value=_exprs(pieces)[1])


def _sample(span: Span, pieces: Pieces) -> SampleStatement:
    return SampleStatement(span=span, name=_the(pieces, Name), condition=_exprs(pieces)[1])


def _learner(span: Span, pieces: Pieces) -> LearnerStatement:
    return LearnerStatement(span=span, name=_the(pieces, Name), value=_exprs(pieces)[1])


def _defaults(span: Span, pieces: Pieces) -> DefaultsStatement:
    return DefaultsStatement(span=span, options=_all(pieces, Option))


def _include(span: Span, pieces: Pieces) -> IncludeStatement:
    return IncludeStatement(span=span, path=_quoted(pieces))


def _panel_item(span: Span, pieces: Pieces) -> PanelItem:
    return PanelItem(span=span, title=_some_text(pieces), members=_all(pieces, Name))


def _table(span: Span, pieces: Pieces) -> TableStatement:
    name, *items = (piece for piece in pieces if isinstance(piece, Name | PanelItem))
    return TableStatement(
        span=span,
        name=_the([name], Name),
        title=_text_of(pieces),
        items=tuple(items),
        options=_all(pieces, Option),
    )


def _figure(span: Span, pieces: Pieces) -> FigureStatement:
    name, *items = _all(pieces, Name)
    return FigureStatement(
        span=span,
        name=name,
        title=_text_of(pieces),
        items=tuple(items),
        options=_all(pieces, Option),
    )


def _audit(span: Span, pieces: Pieces) -> AuditStatement:
    verb, code, *items = _all(pieces, Name)
    if verb.text != "accept":
        remedy = f"such a line reads `{STATEMENTS['audit']}`"
        raise GipError(problem("G218", verb.span, reason="behind `audit` stands `accept`", remedy=remedy))
    return AuditStatement(span=span, code=code, items=tuple(items), reason=_some_text(pieces))


_RULES: dict[str, Callable[[Span, Pieces], Node]] = {
    "study": _study,
    "data": _data,
    "package": _package,
    "panel": _panel,
    "label": _label,
    "let": _let,
    "set": _set,
    "sample": _sample,
    "learner": _learner,
    "defaults": _defaults,
    "include": _include,
    "model": _model,
    "formula": _formula,
    "lone": _lone,
    "option": _option,
    "table": _table,
    "figure": _figure,
    "audit": _audit,
    "panel_item": _panel_item,
    "number": _number,
    "percent": _percent,
    "text": _text,
    "call": _call,
    "named": _named,
    "each": _each,
    "parens": _parens,
    "binary": _binary,
    "unary": _unary,
    "range": _range,
}

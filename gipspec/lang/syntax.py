"""The syntax tree of a spec: what was written, nothing resolved yet.

Spans never count in equality, so a tree equals the tree of its printed form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gipspec.source import Source, Span

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """`gdp`, `algos.lasso`, `` `GDP per head` ``: a column, a model, or a word of the vocabulary."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """`0.05`, `1e-3`; the digits as written, so that printing keeps them."""

    text: str

    @property
    def value(self) -> float:
        return float(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(Node):
    """`1%`; `text` is the number in front of the sign."""

    text: str

    @property
    def value(self) -> float:
        return float(self.text) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """`"East"`, with `\\"` and `\\\\` undone."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument(Node):
    """An argument of a call; `name` is None when it was given by position."""

    name: str | None
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """`rf(trees=500, leaf=5)`, `log(gdp)`, `entropy(+resist, -volatility)`."""

    function: str
    arguments: tuple[Argument, ...]
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Node):
    """`-x`, `+x`, `not x`."""

    op: str
    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """`a + b`: one of `+ - * / : ^ == != < <= > >= and or`, `in`, `not in`."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Node):
    """`-5..5`, both ends included."""

    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Each(Node):
    """`[a, b]`: one of each."""

    items: tuple[Expr, ...]


Expr = Name | Number | Percent | Text | Call | Unary | Binary | Range | Each

# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Node):
    """`folds=5`, behind the `;` of a statement."""

    name: Name
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Node):
    """`causaldata::castle`, a data set that an installed package carries."""

    package: str
    dataset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStatement(Node):
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStatement(Node):
    origin: Text | Package
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelStatement(Node):
    unit: Name
    time: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStatement(Node):
    name: Name
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetStatement(Node):
    name: Name
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatement(Node):
    name: Name
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStatement(Node):
    name: Name
    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerStatement(Node):
    name: Name
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultsStatement(Node):
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludeStatement(Node):
    path: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula(Node):
    """`outcome ~ treatment | controls`; `controls` is None where there is no `|`."""

    outcome: Expr
    treatment: Expr
    controls: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation(Node):
    """The head `base`: everything that `base` says, except the options that follow."""

    base: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Node):
    """The head `base - rivals.lowcarbon`: the difference of two estimates."""

    left: Name
    right: Name


Head = Formula | Variation | Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatement(Node):
    """`name <- head; options`; `name` is None for a formula on its own."""

    name: Name | None
    head: Head
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelItem(Node):
    """`panel "A. Samples" (recent, winsor)` within a table."""

    title: str
    members: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatement(Node):
    name: Name
    title: str | None
    items: tuple[Name | PanelItem, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureStatement(Node):
    name: Name
    title: str | None
    items: tuple[Name, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStatement(Node):
    """`audit accept A10 base "28 provinces only"`; without models it is about all places of the rule."""

    code: Name
    items: tuple[Name, ...]
    reason: str


Statement = (
    StudyStatement
    | DataStatement
    | PanelStatement
    | LabelStatement
    | LetStatement
    | SetStatement
    | SampleStatement
    | LearnerStatement
    | DefaultsStatement
    | IncludeStatement
    | ModelStatement
    | TableStatement
    | FigureStatement
    | AuditStatement
)

# ---------------------------------------------------------------- a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Node):
    """`# why`, without the mark and the blank behind it; `trailing` when a statement stands on its line."""

    text: str
    trailing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFile:
    """One parsed file: its statements and comments, each in the order of the text."""

    source: Source = field(compare=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = ()

"""What a value of an option or a parameter may be: data that the checker, the reference and completion read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number from `low` to `high`; `none` is the word that stands for 0, where one does."""

    low: int
    high: int
    none: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A number from `low` to `high`; with `open_low` the lower end itself is not legal."""

    low: float
    high: float
    open_low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A percentage or fraction strictly between `low` and `high`; `none` is the word that stands for 0."""

    low: float
    high: float
    none: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Some of a few words, joined by `+` or in brackets."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """`yes` or `no`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOrColumn:
    """A whole number, or the column that holds the values."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns joined by `+`, at most `most`; `a:b` is allowed with `crossed`; `none` for no column."""

    most: int
    crossed: bool = False
    none: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column or an expression of columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """A column or an expression of columns, or a function that makes groups of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerValue:
    """A learner: `rf`, `rf(trees=100)`, or the name that a `learner` statement gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleValue:
    """The name of a sample, or a condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A range such as `-5..5`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One or several numbers in brackets."""

    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Free text or names, joined by `+` or in brackets; checked by the room that uses them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Levels of significance in brackets, `yes` for the usual three, `no` for none."""

    usual: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Names with a text each, in brackets: `[gip: "Park", dose: "Number of parks"]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Texts with the cells of a line each, in brackets: `["Trends": [no, yes], "Source": "survey"]`."""


Kind = (
    Whole
    | Real
    | Share
    | Word
    | Several
    | YesNo
    | WholeOrColumn
    | Columns
    | Terms
    | Variable
    | Moderator
    | LearnerValue
    | SampleValue
    | Window
    | Numbers
    | Words
    | Levels
    | Pairs
    | Lines
)


def describe(kind: Kind) -> str:
    """Say in words what a value may be, for messages and the reference."""
    match kind:
        case Whole(low=low, high=high, none=none):
            return f"a whole number from {low} to {high}" + (f", or `{none}`" if none else "")
        case Real(low=low, high=high):
            return f"a number from {low:g} to {high:g}"
        case Share(low=low, high=high, none=none):
            return f"a share above {low:.0%} and below {high:.0%}" + (f", or `{none}`" if none else "")
        case Word(words=words):
            return "one of " + ", ".join(f"`{w}`" for w in words)
        case Several(words=words):
            return "some of " + ", ".join(f"`{w}`" for w in words) + ", joined by `+`"
        case YesNo():
            return "`yes` or `no`"
        case WholeOrColumn(low=low, high=high):
            return f"a whole number from {low} to {high}, or a column"
        case Columns(most=most, none=none):
            return ("a column" if most == 1 else f"up to {most} columns joined by `+`") + (
                f", or `{none}`" if none else ""
            )
        case Terms():
            return "terms of a formula"
        case Variable():
            return "a column or an expression"
        case Moderator():
            return "a column, `terciles(x)`, `quantiles(x, 4)` or `policytree(a, b)`"
        case LearnerValue():
            return "a learner"
        case SampleValue():
            return "a sample or a condition"
        case Window():
            return "a range such as `-5..5`"
        case Numbers(low=low, high=high, whole=whole):
            return f"{'whole numbers' if whole else 'numbers'} from {low:g} to {high:g} in brackets"
        case Words():
            return "names"
        case Levels():
            return "`yes`, `no`, or levels such as `[5%, 1%]`"
        case Pairs():
            return 'names with a text each, such as `[gip: "Park"]`'
        case Lines():
            return 'texts with the cells of a line each, such as `["Trends": [no, yes]]`'

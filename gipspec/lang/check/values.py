"""Options and parameters: from an expression to a typed value, by the kinds of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.suggest import unknown
from gipspec.lang.study import Value
from gipspec.lang.syntax import Binary, Each, Expr, Name, Number, Percent, Text, Unary
from gipspec.lang.vocabulary import Kind, describe
from gipspec.lang.vocabulary.kinds import (
    Levels,
    Lines,
    Numbers,
    Pairs,
    Real,
    Several,
    Share,
    Whole,
    Word,
    Words,
    YesNo,
)

NOTHING = frozenset({"no", "none"})  # words for no value, where an option may have none


def typed(name: str, kind: Kind, expr: Expr) -> Value:
    """Return the value of an option or parameter, for the kinds that need no scope.

    Raises GipError: G202 for the wrong kind of value, G203 for one out of range, G204 for an unknown word.
    """
    match kind:
        case Whole(low=low, high=high, none=none):
            if none and _word(expr) in NOTHING:
                return 0
            return _whole(name, kind, expr, low, high)
        case Real(low=low, high=high, open_low=open_low):
            value = _number(name, kind, expr)
            if value > high or value < low or (open_low and value == low):
                raise _range(name, kind, expr)
            return value
        case Share(low=low, high=high, none=none):
            if none and _word(expr) in NOTHING:
                return 0.0
            value = _number(name, kind, expr)
            if not low < value < high:
                raise _range(name, kind, expr)
            return value
        case Word(words=words):
            return _choice(name, kind, expr, words)
        case Several(words=words):
            return tuple(dict.fromkeys(_choice(name, kind, item, words) for item in _together(expr)))
        case YesNo():
            return _choice(name, kind, expr, ("yes", "no")) == "yes"
        case Numbers(low=low, high=high, whole=whole):
            return _numbers(name, kind, expr, low, high, whole)
        case Words():
            return _words(name, kind, expr)
        case Levels(usual=usual):
            return _levels(name, kind, expr, usual)
        case Pairs():
            return tuple(
                (_subject(name, kind, left), _text(name, kind, right))
                for left, right in _pairs(name, kind, expr)
            )
        case Lines():
            return tuple(
                (_text(name, kind, left), _cells(name, kind, right))
                for left, right in _pairs(name, kind, expr)
            )
        case _:
            raise TypeError(f"{name} needs a scope")


def constant(expr: Expr) -> float | None:
    """Return the number that an expression of plain numbers stands for, such as `1/3`; None for any other."""
    match expr:
        case Number() | Percent():
            return expr.value
        case Unary(op="-" | "+" as op, operand=operand):
            value = constant(operand)
            return value if value is None or op == "+" else -value
        case Binary(op="+" | "-" | "*" | "/" as op, left=left, right=right):
            a, b = constant(left), constant(right)
            if a is None or b is None or (op == "/" and b == 0):
                return None
            return {"+": a + b, "-": a - b, "*": a * b, "/": a / (b or 1.0)}[op]
        case _:
            return None


def _word(expr: Expr) -> str | None:
    return expr.text if isinstance(expr, Name) else None


def _wrong(name: str, kind: Kind, expr: Expr) -> GipError:
    found = f"`{expr.span.text}`"
    return GipError(
        problem("G202", expr.span, name=name, expected=describe(kind), found=found, remedy=_see(name))
    )


def _range(name: str, kind: Kind, expr: Expr) -> GipError:
    expected = f"it takes {describe(kind)}"
    return GipError(
        problem("G203", expr.span, name=name, found=expr.span.text, expected=expected, remedy=_see(name))
    )


def wrong_value(name: str, kind: Kind, expr: Expr) -> Problem:
    """Build G202 for a value of the wrong kind."""
    return _wrong(name, kind, expr).problems[0]


def out_of_range(name: str, kind: Kind, expr: Expr) -> Problem:
    """Build G203 for a value that is not legal."""
    return _range(name, kind, expr).problems[0]


def _see(name: str) -> str:
    return f"see `gipspec explain {name}`"


def _number(name: str, kind: Kind, expr: Expr) -> float:
    value = constant(expr)
    if value is None:
        raise _wrong(name, kind, expr)
    return value


def _whole(name: str, kind: Kind, expr: Expr, low: int, high: int) -> int:
    value = _number(name, kind, expr)
    if not value.is_integer():
        raise _wrong(name, kind, expr)
    if not low <= value <= high:
        raise _range(name, kind, expr)
    return int(value)


def _choice(name: str, kind: Kind, expr: Expr, words: tuple[str, ...]) -> str:
    word = _word(expr)
    if word is None:
        raise _wrong(name, kind, expr)
    if word not in words:
        raise GipError(unknown("G204", expr.span, word, words, name=name, found=word))
    return word


def _together(expr: Expr) -> Iterator[Expr]:
    """Yield what stands in brackets or is joined by `+`."""
    match expr:
        case Each(items=items):
            for item in items:
                yield from _together(item)
        case Binary(op="+", left=left, right=right):
            yield from _together(left)
            yield from _together(right)
        case _:
            yield expr


def _numbers(name: str, kind: Kind, expr: Expr, low: float, high: float, whole: bool) -> Value:
    items = expr.items if isinstance(expr, Each) else (expr,)
    values: list[Value] = []
    for item in items:
        value = _number(name, kind, item)
        if whole and not value.is_integer():
            raise _wrong(name, kind, item)
        if not low <= value <= high:
            raise _range(name, kind, item)
        values.append(int(value) if whole else value)
    return tuple(values)


def _words(name: str, kind: Kind, expr: Expr) -> Value:
    match expr:
        case Text(value=text):
            return (text,)
        case Name(text=text):
            return (text,)
        case Each(items=items):
            return tuple(w for item in items for w in _as_tuple(_words(name, kind, item)))
        case Binary(op="+", left=left, right=right):
            return (*_as_tuple(_words(name, kind, left)), *_as_tuple(_words(name, kind, right)))
        case _:
            raise _wrong(name, kind, expr)


def _as_tuple(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _levels(name: str, kind: Kind, expr: Expr, usual: tuple[float, ...]) -> Value:
    """Return levels of significance, the largest first; none for `no`."""
    if _word(expr) in ("yes", "no"):
        return usual if _word(expr) == "yes" else ()
    levels = _numbers(name, kind, expr, 0.0, 1.0, False)
    given = sorted({float(str(level)) for level in _as_tuple(levels)}, reverse=True)
    if not given or given[0] >= 1 or given[-1] <= 0:
        raise _range(name, kind, expr)
    return tuple(given)


def _pairs(name: str, kind: Kind, expr: Expr) -> list[tuple[Expr, Expr]]:
    """Return both sides of each `a: b` in brackets; a single one needs none."""
    items = expr.items if isinstance(expr, Each) else (expr,)
    pairs = [(item.left, item.right) for item in items if isinstance(item, Binary) and item.op == ":"]
    if len(pairs) < len(items):
        raise _wrong(name, kind, expr)
    return pairs


def _named_texts(name: str, kind: Kind, expr: Expr) -> Value:
    pairs = _pairs(name, kind, expr)
    return tuple((_subject(name, kind, left), _text(name, kind, right)) for left, right in pairs)


def _titled_lines(name: str, kind: Kind, expr: Expr) -> Value:
    pairs = _pairs(name, kind, expr)
    return tuple((_text(name, kind, left), _cells(name, kind, right)) for left, right in pairs)


def _subject(name: str, kind: Kind, expr: Expr) -> str:
    """Return a name; one with odd characters may stand in quotes."""
    return expr.text if isinstance(expr, Name) else _text(name, kind, expr)


def _text(name: str, kind: Kind, expr: Expr) -> str:
    if not isinstance(expr, Text):
        raise _wrong(name, kind, expr)
    return expr.value


def _cells(name: str, kind: Kind, expr: Expr) -> tuple[str, ...]:
    """Return cells as they are written; text without its quotes."""
    items = expr.items if isinstance(expr, Each) else (expr,)
    for item in items:
        if not isinstance(item, Text | Name) and constant(item) is None:
            raise _wrong(name, kind, item)
    return tuple(item.value if isinstance(item, Text) else item.span.text for item in items)

"""Types of JSON: each holds a value to itself, or raises ValueError, which names the place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Shape = Callable[[Any, str], None]
LARGEST = 2.0**1023
_HALF = re.compile("[\ud800-\udfff]")


def leaf(what: str, fits: Callable[[Any], bool]) -> Shape:
    def hold(value: Any, at: str) -> None:
        if not fits(value):
            raise ValueError(f"{at or 'the document'} is not {what}")

    return hold


def is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < LARGEST


def is_text(value: Any) -> bool:
    """Tell a text that can be written; JSON may spell half of a character, which cannot."""
    return isinstance(value, str) and (value.isascii() or _HALF.search(value) is None)


OBJECT = leaf("an object", lambda v: isinstance(v, dict))
TEXT = leaf("a text", is_text)
TEXT_OR_NULL = leaf("a text or null", lambda v: v is None or is_text(v))
FLAG = leaf("true or false", lambda v: isinstance(v, bool))
WHOLE = leaf("a whole number", lambda v: type(v) is int and is_number(v))
NUMBER = leaf("a number", is_number)
NUMBER_OR_NULL = leaf("a number or null", lambda v: v is None or is_number(v))


def each(shape: Shape, least: int = 0, most: float = float("inf")) -> Shape:
    """Return the shape of a list."""
    is_list = leaf("a list of its length", lambda v: isinstance(v, list) and least <= len(v) <= most)

    def hold(value: Any, at: str) -> None:
        is_list(value, at)
        for i, one in enumerate(value):
            shape(one, f"{at}[{i}]")

    return hold


def by_name(shape: Shape) -> Shape:
    """Return the shape of an object with names of any kind."""

    def hold(value: Any, at: str) -> None:
        OBJECT(value, at)
        for name, one in value.items():
            TEXT(name, f"a name in {at}")
            shape(one, f"{at}.{name}")

    return hold


def all_of(shape: Shape, names: str) -> dict[str, Shape]:
    """Return fields of one shape; their names stand apart by blanks."""
    return dict.fromkeys(names.split(), shape)


def record(*parts: Mapping[str, Shape], optional: str = "") -> Shape:
    """Return the shape of an object with these fields; others are passed over."""
    fields = {name: shape for part in parts for name, shape in part.items()}
    may_lack = frozenset(optional.split())

    def hold(value: Any, at: str) -> None:
        OBJECT(value, at)
        for name, shape in fields.items():
            place = f"{at}.{name}" if at else name
            if name in value:
                shape(value[name], place)
            elif name not in may_lack:
                raise ValueError(f"{place} is missing")

    return hold

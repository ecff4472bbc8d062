"""Places in a text, between gipspec's characters and the UTF-16 units that editors count."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.source import Source, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line and a column, both from 0; the column in UTF-16 units, as the protocol has them."""

    line: int
    column: int


def place_of(source: Source, offset: int) -> Place:
    """Return the place of a character."""
    line, column = source.line_column(offset)
    return Place(line=line - 1, column=_units(source.line_text(line)[: column - 1]))


def places_of(span: Span) -> tuple[Place, Place]:
    """Return the first place of a span and the one behind its last."""
    return place_of(span.source, span.start), place_of(span.source, span.end)


def offset_of(source: Source, place: Place) -> int:
    """Return the character at a place; a place beyond its line or text means the end of it."""
    lines = source.text.split("\n")
    if place.line >= len(lines):
        return len(source.text)
    before = sum(len(line) + 1 for line in lines[: place.line])
    units = 0
    for at, ch in enumerate(lines[place.line]):
        if units >= place.column:
            return before + at
        units += _units(ch)
    return before + len(lines[place.line])


def _units(text: str) -> int:
    return sum(2 if ord(ch) > 0xFFFF else 1 for ch in text)

"""Listings: tables of one line a thing, which a reader may sort. Exhibits are not listings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from gipspec.report.cells import DASH, Cell, Coefficient, Number, Text
from gipspec.report.formats.html import Html, escape
from gipspec.report.formats.pieces import pieces_of

MOST_ROWS = 600  # of a listing; the rest is in results.json


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands over a column; `about` says in words what it means; a `wide` one holds long texts."""

    text: str
    about: str = ""
    numeric: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A cell as HTML. `key` is the number that it is sorted by, empty for text and for what is missing."""

    content: Html
    key: str = ""
    link: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table with headings over columns; the first entry of a row is its label."""

    name: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Entry, ...], ...] = field(repr=False)
    left_out: int = 0


def listing(name: str, caption: str, headings: Sequence[Heading], rows: Sequence[Sequence[Entry]]) -> Listing:
    """Return a listing; of very many rows the first are shown, and the others counted."""
    return Listing(
        name=name,
        caption=caption,
        headings=tuple(headings),
        rows=tuple(tuple(row) for row in rows[:MOST_ROWS]),
        left_out=max(0, len(rows) - MOST_ROWS),
    )


def content_of(cell: Cell) -> Html:
    """Return a typed cell as HTML."""
    pieces = ((escape(p.text), p.raised) for p in pieces_of(cell))
    return Html("".join(f"<sup>{text}</sup>" if raised else text for text, raised in pieces))


def entry(cell: Cell, *, link: str = "", anchor: str = "") -> Entry:
    """Return an entry that shows a typed cell, and is sorted by its number where it has one."""
    value = cell.value if isinstance(cell, Number | Coefficient) else math.nan
    key = repr(float(value)) if math.isfinite(value) else ""
    return Entry(content=content_of(cell), key=key, link=link, anchor=anchor)


def words(text: str, *, link: str = "", anchor: str = "") -> Entry:
    """Return an entry of plain text."""
    return entry(Text(text=text), link=link, anchor=anchor)


def number(value: float | None, digits: int) -> Entry:
    """Return an entry of a number, a dash where there is none."""
    return entry(DASH if value is None else Number(value=value, digits=digits))

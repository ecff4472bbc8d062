"""Tables and figures on the page, each with the lines of spec that it comes from."""

from __future__ import annotations

import struct
from base64 import b64encode
from dataclasses import dataclass

from gipspec.lang.study import Study
from gipspec.report.formats.bands import bands_of
from gipspec.report.formats.html import Html, view_of
from gipspec.report.page.listing import Entry, Heading, Listing, listing, number, words
from gipspec.report.page.parts import Picture
from gipspec.report.page.places import Place, Places, anchor
from gipspec.report.table import Table

MOST_NUMBERS = 60  # lines of plotted numbers that the page shows
DIGITS = 4
SCALE = (
    144 / 300
)  # pixels of the page for one of a drawing: an inch and a half of the screen for one of paper
PNG_SIZE = slice(16, 24)  # bytes of width and height


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """A model that an exhibit shows, and its line."""

    name: str
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A table or a figure: `table` is the view that table templates see, `image` a data URI."""

    name: str
    anchor: str
    title: str
    comes_from: tuple[From, ...]
    table: dict[str, object] | None = None
    sortable: bool = False
    image: Html | None = None
    size: tuple[int, int] = (0, 0)  # of the image as it is shown, in pixels of CSS
    notes: str = ""
    numbers: Listing | None = None


def table_exhibit(table: Table, study: Study, places: Places) -> Exhibit:
    """Return a table; one whose lines stand for themselves may be sorted."""
    first, *rest = bands_of(table)
    lines = [line for band in rest for line in band.lines]
    alone = all(line.reach == 1 and all(slot.span == 1 for slot in line.slots) for line in lines)
    return Exhibit(
        name=table.name,
        anchor=anchor("table", table.name),
        title=table.title or table.name,
        comes_from=_table_sources(table.name, study, places),
        table=view_of(table),
        sortable=alone and len(rest) == 1 and len(first.lines) == 1,
    )


def picture_exhibit(picture: Picture, places: Places) -> Exhibit:
    """Return a figure, which the page carries in itself."""
    data = b64encode(picture.png).decode("ascii")
    return Exhibit(
        name=picture.name,
        anchor=anchor("figure", picture.name),
        title=picture.title or picture.name,
        comes_from=_sources(list(picture.members), places),
        image=Html(f"data:image/png;base64,{data}"),
        size=_size(picture.png),
        notes=picture.notes,
        numbers=_numbers(picture),
    )


def _size(png: bytes) -> tuple[int, int]:
    """Return width and height of a drawing, all in one scale so that their letters are of one size."""
    width, height = struct.unpack(">II", png[PNG_SIZE])
    return round(width * SCALE), round(height * SCALE)


def _numbers(picture: Picture) -> Listing | None:
    """Return what is plotted, where it is few enough to be read; there is a file of it in any case."""
    length = max((len(values) for _, values in picture.data), default=0)
    if not 0 < length <= MOST_NUMBERS:
        return None
    headings = [
        Heading(text=name, numeric=any(isinstance(v, float) for v in values)) for name, values in picture.data
    ]
    rows = [[_cell(values[i]) for _, values in picture.data] for i in range(length)]
    return listing(anchor("numbers", picture.name), f"Numbers of the figure: {picture.title}", headings, rows)


def _cell(value: float | str) -> Entry:
    return words(value) if isinstance(value, str) else number(value, DIGITS)


def _table_sources(name: str, study: Study, places: Places) -> tuple[From, ...]:
    """Return the models that a table shows; a table of variables comes from its own line."""
    request = next((t for t in study.tables if t.name == name), None)
    if request is None:
        return ()
    members = [n for p in request.panels for n in p.members if n in request.models]
    return _sources(members, places) or (From(name=name, place=places.at(request.span)),)


def _sources(members: list[str], places: Places) -> tuple[From, ...]:
    return tuple(From(name=n, place=places.of_model(n)) for n in dict.fromkeys(members))

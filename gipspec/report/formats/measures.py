"""How many characters wide a table's labels and columns are, for formats whose widths are given."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from gipspec.report.cells import Cell, Text
from gipspec.report.escape import one_line
from gipspec.report.formats.bands import Line, bands_of
from gipspec.report.formats.pieces import text_of
from gipspec.report.lines import wrap
from gipspec.report.table import Table
from gipspec.source import display_width

MOST_STUB = 32
MOST_TEXT = 14  # text in a cell is broken beyond it; numbers are not
LEAST = 8
BOLD = 1.15  # letters of bold headings beside others
WIDER = 1.2  # digits in a font that stands in for the one that is asked for; a number must not break


def stub_characters(table: Table, most: int = MOST_STUB) -> int:
    """Return the width of the row labels; those longer than `most` are broken."""
    labels = (line.stub for line in _lines(table) if line.slots)
    return max((min(most, display_width(text_of(cell))) for cell in labels), default=LEAST)


def column_characters(table: Table) -> int:
    """Return the width that every column has room in; headings over several columns do not count."""
    cells = (slot.cell for line in _lines(table) for slot in line.slots if slot.span == 1)
    letters = BOLD if table.style.head_look == "bold" else 1.0
    return max(LEAST, *(_characters(cell, letters) for cell in cells))


def widths_of(table: Table) -> list[int]:
    """Return the width of each column: that of all that hold numbers, or the room of one that holds text."""
    common = _common(table)
    rooms = {at: room.characters for at, room in table.rooms}
    return [rooms.get(at, common) for at in range(table.columns)]


def _common(table: Table) -> int:
    return column_characters(table) if len(table.rooms) < table.columns else LEAST


def _lines(table: Table) -> Iterator[Line]:
    return (line for band in bands_of(table) for line in band.lines)


def _characters(cell: Cell, letters: float) -> int:
    if not isinstance(cell, Text):
        return ceil(WIDER * display_width(text_of(cell)))
    widest = max(display_width(line) for line in wrap(one_line(cell.text), MOST_TEXT))
    return ceil(letters * min(MOST_TEXT, widest))

"""A table as comma-separated text, as it is printed: for programs and other documents.

UTF-8 with a byte-order mark, by which Excel knows it from the encoding of the machine. Spreadsheets read
`(0.011)` as -0.011: for them there is `.xlsx`.
"""

from __future__ import annotations

import csv
import io
import re

from gipspec.report.cells import Cell, Text
from gipspec.report.formats.bands import Line, bands_of
from gipspec.report.formats.pieces import DASH, is_dash, notes_of, origin_of, title_of
from gipspec.report.printed import plain_cell
from gipspec.report.table import Table

MARK = "\ufeff"
FORMULA = re.compile(r"[=+\-@\uff1d\uff0b\uff0d\uff20].")  # full-width signs too: some spreadsheets fold them
NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*%?")


def csv_table(table: Table) -> str:
    """Return title, lines and notes; a heading over several columns stands over the first of them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(title_of(table))])
    for band in bands_of(table):
        writer.writerows(_fields(line, table.columns) for line in band.lines)
    notes = notes_of(table)
    writer.writerows([[harmless(f"{table.style.notes_lead} {notes}")]] if notes else [])
    writer.writerow([harmless(origin_of(table))])
    return MARK + out.getvalue()


def _fields(line: Line, columns: int) -> list[str]:
    fields = [_printed(line.stub)]
    for slot in line.slots:
        fields += [_printed(slot.cell), *([""] * (slot.span - 1))]
    return fields + [""] * (columns + 1 - len(fields))


def _printed(cell: Cell) -> str:
    if is_dash(cell):
        return DASH
    return harmless(cell.text) if isinstance(cell, Text) else plain_cell(cell)


def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    text = plain_cell(Text(text=text))
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text

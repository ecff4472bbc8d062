"""The sheet of a workbook: title, lines with their rules, notes, and the printed page."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from gipspec.report.cells import Cell, Coefficient, Number
from gipspec.report.decimals import LARGE
from gipspec.report.formats.bands import Line, bands_of
from gipspec.report.formats.excel_numbers import number_format, shown
from gipspec.report.formats.measures import column_characters, stub_characters
from gipspec.report.formats.pieces import is_dash, notes_of, text_of, title_of
from gipspec.report.lines import wrap
from gipspec.report.table import Table
from gipspec.source import display_width

FONT = "Times New Roman"
LINE_HEIGHT, HIGHEST = 15, 409  # points; no row can be higher
MOST_LABEL = 50  # characters of a row label before it breaks
PADDING = 2  # characters beside those of labels and columns
MOST_PORTRAIT = 6  # columns on an upright page
THICK, THIN = Side(style="medium"), Side(style="thin")
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # `_x0041_` would be read as a character


def fill(sheet: Any, table: Table) -> None:
    """Write a table from the first cell of an empty sheet on."""
    sheet.title = "Table"
    _text(sheet.cell(1, 1), title_of(table), Font(name=FONT, bold=True))
    label, column = stub_characters(table, MOST_LABEL), column_characters(table)
    widths = [label + PADDING, *([column + PADDING] * table.columns)]
    at = 2
    for i, band in enumerate(bands_of(table)):
        for j, line in enumerate(band.lines):
            _line(sheet, at, line)
            _height(sheet, at, line, widths)
            if j == 0:
                _rule(sheet, at, table.columns, THIN if i else THICK)
            at += 1
        if i == 0:
            sheet.print_title_rows = f"2:{at - 1}"
    _rule(sheet, at, table.columns, THICK)
    _notes(sheet, at, table, sum(widths))
    _page(sheet, table, widths)


def _line(sheet: Any, at: int, line: Line) -> None:
    label = sheet.cell(at, 1)
    _write(label, line.stub, Font(name=FONT, italic=line.panel))
    label.alignment = Alignment(horizontal="left", vertical="top", wrap_text=bool(line.slots))
    column = 2
    for slot in line.slots:
        _write(sheet.cell(at, column), slot.cell, Font(name=FONT))
        last = column + slot.span - 1
        if slot.span > 1:
            sheet.merge_cells(start_row=at, end_row=at, start_column=column, end_column=last)
        for under in range(column, last + 1) if slot.rule else ():
            sheet.cell(at, under).border = Border(bottom=THIN)
        column = last + 1


def _height(sheet: Any, at: int, line: Line, widths: list[int]) -> None:
    """Make room for text of several lines; not every program does so by itself."""
    if not line.slots:
        return
    texts = [(text_of(line.stub), widths[0]), *((text_of(s.cell), s.span * widths[1]) for s in line.slots)]
    lines = max(len(wrap(text, width - PADDING + 1)) for text, width in texts)
    if lines > 1:
        sheet.row_dimensions[at].height = min(HIGHEST, LINE_HEIGHT * lines)


def _rule(sheet: Any, at: int, columns: int, side: Side) -> None:
    """Draw a rule above a row, and keep what is drawn below it."""
    for column in range(1, columns + 2):
        cell = sheet.cell(at, column)
        cell.border = Border(top=side, bottom=cell.border.bottom)


def _write(target: Any, cell: Cell, font: Font) -> None:
    if isinstance(cell, Number | Coefficient) and not is_dash(cell) and abs(cell.value) < LARGE:
        target.value = shown(cell)
        target.number_format = number_format(cell)
        target.font = font
    else:
        _text(target, text_of(cell), font)
    target.alignment = Alignment(horizontal="center", vertical="top", wrap_text=True)


def _text(target: Any, text: str, font: Font) -> None:
    """Write text that a spreadsheet leaves as it is, also when a reader edits the cell."""
    target.font = font
    if text:
        target.value = ESCAPED.sub("_x005F_", text)
        target.data_type = "s"
        target.quotePrefix = True


def _notes(sheet: Any, at: int, table: Table, width: int) -> None:
    """Write the notes over the whole width; a merged cell does not find its height by itself."""
    notes = notes_of(table)
    if not notes:
        return
    target = sheet.cell(at, 1)
    _text(target, f"Notes: {notes}", Font(name=FONT))
    target.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
    sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=table.columns + 1)
    sheet.row_dimensions[at].height = min(HIGHEST, LINE_HEIGHT * (display_width(notes) // width + 2))


def _page(sheet: Any, table: Table, widths: list[int]) -> None:
    for i, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "portrait" if table.columns <= MOST_PORTRAIT else "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True

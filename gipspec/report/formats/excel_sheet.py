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
from gipspec.report.formats.measures import stub_characters, widths_of
from gipspec.report.formats.pieces import is_dash, notes_of, text_of, title_of
from gipspec.report.lines import wrap
from gipspec.report.table import Table
from gipspec.source import display_width

FONT = "Times New Roman"
LINE_HEIGHT, HIGHEST = 15, 409  # points; no row can be higher
MOST_LABEL = 50  # characters of a row label before it breaks
PADDING = 2  # characters beside those of labels and columns
MOST_PORTRAIT = 6  # columns on an upright page
THIN = Side(style="thin")
MEDIUM = 0.6  # points from which on a rule is drawn of medium thickness
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # `_x0041_` would be read as a character


def fill(sheet: Any, table: Table) -> None:
    """Write a table from the first cell of an empty sheet on."""
    sheet.title = "Table"
    _text(sheet.cell(1, 1), title_of(table), Font(name=FONT, bold=True))
    widths = [stub_characters(table, MOST_LABEL) + PADDING, *(w + PADDING for w in widths_of(table))]
    style = table.style
    top, inner = (Side(style=_thickness(width)) for width in (style.outer, style.inner))
    first = Side(style="double") if style.double else top
    at = 2
    for i, band in enumerate(bands_of(table)):
        for j, line in enumerate(band.lines):
            _line(sheet, at, line, table, style.head_look if band.kind == "head" else "plain")
            _height(sheet, at, line, widths)
            if j == 0:
                _rule(sheet, at, table.columns, inner if i else first)
            at += 1
        if i == 0:
            sheet.print_title_rows = f"2:{at - 1}"
    _rule(sheet, at, table.columns, top)
    _notes(sheet, at, table, sum(widths))
    _page(sheet, table, widths)


def _thickness(points: float) -> str:
    return "medium" if points > MEDIUM else "thin"


def _font(how: str) -> Font:
    return Font(name=FONT, italic=how == "italic", bold=how == "bold")


def _line(sheet: Any, at: int, line: Line, table: Table, how: str) -> None:
    label = sheet.cell(at, 1)
    _write(label, line.stub, _font(table.style.panel_look if line.panel else how))
    label.alignment = Alignment(horizontal="left", vertical="top", wrap_text=bool(line.slots))
    if not line.slots and table.style.panel_align == "center":
        label.alignment = Alignment(horizontal="centerContinuous", vertical="top")
        for under in range(2, table.columns + 2):
            sheet.cell(at, under).alignment = Alignment(horizontal="centerContinuous")
    text = {place for place, _ in table.rooms}
    column = 2
    for slot in line.slots:
        _write(sheet.cell(at, column), slot.cell, _font(how))
        if column - 2 in text:
            sheet.cell(at, column).alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
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
    texts, at_column = [(text_of(line.stub), widths[0])], 1
    for slot in line.slots:
        texts.append((text_of(slot.cell), sum(widths[at_column : at_column + slot.span])))
        at_column += slot.span
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
    _text(target, f"{table.style.notes_lead} {notes}", Font(name=FONT))
    target.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
    sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=table.columns + 1)
    sheet.row_dimensions[at].height = min(HIGHEST, LINE_HEIGHT * (display_width(notes) // width + 2))


def _page(sheet: Any, table: Table, widths: list[int]) -> None:
    for i, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    sheet.sheet_view.showGridLines = False
    upright = table.columns <= MOST_PORTRAIT and not table.page.landscape
    sheet.page_setup.orientation = "portrait" if upright else "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True

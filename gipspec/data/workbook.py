"""Workbooks (.xlsx), read with openpyxl: one sheet, whose first row names the columns."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import ParseError

from gipspec.data.bounds import MOST_CELLS, check_cells, unreadable
from gipspec.data.locate import Located, require
from gipspec.diagnostics import nearest

# openpyxl passes on what the archive and the XML in it raise
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    OSError,
    EOFError,
    RuntimeError,  # encrypted archives and unknown compression
)

Row = tuple[Any, ...]


def header(located: Located) -> list[str]:
    """Read the names of the columns."""
    with _rows(located) as rows:
        return _names(located, next(rows, ()))


def rows(located: Located) -> tuple[list[str], list[Row]]:
    """Read the names of the columns and all rows that are not empty, padded to the width of the sheet."""
    with _rows(located) as records:
        names = _names(located, next(records, ()))
        found: list[Row] = []
        cells = 0
        for record in records:
            if any(cell is not None for cell in record):
                found.append(record)
            cells += max(len(record), 1)
            if cells > MOST_CELLS:
                check_cells(located.source, cells // len(names) + 1, len(names))
    width = max([len(names), *(len(record) for record in found)])
    check_cells(located.source, len(found), width)
    padded = [(*record, *([None] * (width - len(record)))) for record in found]
    return names + [""] * (width - len(names)), padded


@contextmanager
def _rows(located: Located) -> Iterator[Iterator[Row]]:
    require(located.source, "openpyxl")
    import openpyxl

    source = located.source
    try:
        book = openpyxl.load_workbook(located.path, read_only=True, data_only=True)
        try:
            sheet = _sheet(located, book)
            sheet.reset_dimensions()
            yield sheet.iter_rows(values_only=True)
        finally:
            book.close()
    except DAMAGE as error:
        reason = f"it is not a workbook, or it is damaged ({error})"
        raise unreadable(source, reason) from None


def _sheet(located: Located, book: Any) -> Any:
    wanted = located.source.sheet
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        raise unreadable(located.source, "it has no sheet with cells")
    if not wanted:
        return next(iter(sheets.values()))
    if wanted not in sheets:
        guess = nearest(wanted, sheets)
        remedy = f"did you mean `{guess}`?" if guess else "it has " + ", ".join(f"`{n}`" for n in sheets)
        raise unreadable(located.source, f"there is no sheet `{wanted}`", remedy)
    return sheets[wanted]


def _names(located: Located, record: Row) -> list[str]:
    names = ["" if cell is None else _plain(cell) for cell in record]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise unreadable(
            located.source,
            "its first row names no columns",
            "delete what stands above the names, or name another sheet: `sheet=...`",
        )
    return names


def _plain(cell: Any) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell)) if whole else str(cell).strip()

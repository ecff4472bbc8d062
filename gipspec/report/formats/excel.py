"""A table as a workbook: numbers stay numbers, and text is never a formula."""

from __future__ import annotations

import io

from gipspec.report.formats.archive import require, sealed
from gipspec.report.table import Table


def xlsx_table(table: Table) -> bytes:
    """Return a workbook of one sheet: title, table, notes. Raises GipError (G508) without openpyxl."""
    require("openpyxl", "xlsx")
    import openpyxl

    from gipspec.report.formats.excel_sheet import fill

    book = openpyxl.Workbook()
    fill(book.active, table)
    out = io.BytesIO()
    book.save(out)
    return sealed(out.getvalue(), table)

"""Numbers of a workbook: a cell holds all digits, and its format prints it as every other writer does."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from gipspec.report.cells import Coefficient, Number
from gipspec.report.decimals import fixed


def shown(cell: Number | Coefficient) -> float:
    """Return the value, or the printed one where a spreadsheet, which rounds halves up, would differ."""
    printed = fixed(cell.value, cell.digits)
    rounded = Decimal(repr(float(cell.value))).quantize(Decimal(1).scaleb(-cell.digits), ROUND_HALF_UP)
    return float(cell.value) if rounded == Decimal(printed) else float(printed)


def number_format(cell: Number | Coefficient) -> str:
    """Return a format of two sections, for numbers from zero on and below it."""
    digits = "#,##0" + ("." + "0" * cell.digits if cell.digits else "")
    if isinstance(cell, Coefficient):
        stars = f'"{"*" * cell.stars}"' if cell.stars else ""
        return f"{digits}{stars};-{digits}{stars}"
    if not cell.brackets:
        return f"{digits};-{digits}"
    opening, closing = cell.brackets[0], cell.brackets[1]
    return f'"{opening}"{digits}"{closing}";"{opening}-"{digits}"{closing}"'

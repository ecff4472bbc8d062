"""Cells as plain Unicode: the terminal's writer, and what other writers measure."""

from __future__ import annotations

import math

from gipspec.report.cells import Cell, Coefficient, Empty, Interval, Mark, Math, Number, Raw, Text
from gipspec.report.decimals import fixed
from gipspec.report.escape import one_line

MINUS = "-"
DASHES = "--"


def is_finite(cell: Number | Coefficient | float) -> bool:
    return math.isfinite(cell.value if isinstance(cell, Number | Coefficient) else cell)


def plain_cell(cell: Cell) -> str:
    """Return a cell as text of one line, without control characters."""
    match cell:
        case Empty(dash=dash):
            return DASHES if dash else ""
        case Text(text=text):
            return one_line(text)
        case Math(plain=plain) | Raw(plain=plain):
            return plain
        case Mark():
            return one_line(cell.text)
        case Number() | Coefficient() if not is_finite(cell):
            return DASHES
        case Number(value=value, digits=digits, brackets=brackets):
            text = fixed(value, digits, group=",")
            return brackets[:1] + text + brackets[1:]
        case Coefficient(value=value, digits=digits, stars=stars):
            return fixed(value, digits, group=",") + "*" * stars
        case Interval(low=low, high=high, digits=digits):
            if not (is_finite(low) and is_finite(high)):
                return DASHES
            return f"[{fixed(low, digits, group=',')}, {fixed(high, digits, group=',')}]"

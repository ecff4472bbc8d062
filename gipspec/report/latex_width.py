"""How wide a table is about, for long ones, which LaTeX cannot shrink since they break over pages."""

from __future__ import annotations

from gipspec.report.cells import Cell, Text
from gipspec.report.escape import one_line
from gipspec.report.lines import wrap
from gipspec.report.printed import plain_cell
from gipspec.report.table import Table
from gipspec.source import display_width

CELL_WIDTH = 14  # characters of a heading or text over one column
# Type sizes with points a character takes and half the gap between columns, the largest first.
SIZES = ((r"\small", 4.8, 8), (r"\footnotesize", 4.4, 5), (r"\scriptsize", 3.9, 3), (r"\tiny", 3.1, 2))
UPRIGHT, TURNED = 345.0, 550.0  # points of a line of LaTeX's own article


def size_of_long(table: Table) -> tuple[str, int]:
    """Return the largest type size, and half the gap between columns, with which a long table fits a line."""
    room = TURNED if table.page.landscape else UPRIGHT
    characters = sum(_widths(table))
    for size, points, gap in SIZES:
        if characters * points + 2 * gap * table.columns <= room:
            return size, gap
    return SIZES[-1][0], SIZES[-1][2]


def _widths(table: Table) -> list[int]:
    widths = [0] * (table.columns + 1)
    rooms = {at: room.characters for at, room in table.rooms}
    heads = (tuple((h.cell, h.span) for h in row.cells) for row in table.headings())
    lines = (tuple((cell, row.span) for cell in row.cells) for row in table.lines())
    for line in (*heads, *lines):
        at = 1
        for cell, span in line:
            if span == 1:
                widths[at] = max(widths[at], _characters(cell, rooms.get(at - 1, CELL_WIDTH)))
            at += span
    stubs = (_characters(row.stub, table.stub_width) for row in table.lines())
    return [max(stubs, default=0), *widths[1:]]


def _characters(cell: Cell, most: int) -> int:
    if not isinstance(cell, Text):
        return display_width(plain_cell(cell))
    return max(display_width(line) for line in wrap(one_line(cell.text), most))

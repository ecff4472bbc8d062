"""Tables for the terminal: plain text, right under Chinese too."""

from __future__ import annotations

from gipspec.engine.results import Results
from gipspec.report.cells import Coefficient, Interval, Number
from gipspec.report.decimals import fixed, percent
from gipspec.report.escape import one_line
from gipspec.report.lines import wrap
from gipspec.report.names import natural_key
from gipspec.report.printed import plain_cell
from gipspec.report.table import Block, HeaderRow, Row, Table
from gipspec.source import display_width

GAP = 2
NOTE_WIDTH = 78


def terminal_table(table: Table) -> str:
    """Return a table as text, with its notes below."""
    widths = _widths(table)
    total = sum(widths) + GAP * (len(widths) - 1)
    lines = [one_line(f"{table.title or table.name}{' (DRAFT)' if table.draft else ''}"), "=" * total]
    lines += [_head(row, widths) for row in table.header]
    for i, block in enumerate(table.blocks):
        if i:
            lines.append("-" * total)
        lines += _block(block, widths, total)
    if table.footer:
        lines += ["-" * total, *(_row(row, widths) for row in table.footer)]
    lines.append("=" * total)
    lines += [line for note in table.notes for line in wrap(plain_cell(note), max(total, NOTE_WIDTH))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _widths(table: Table) -> list[int]:
    widths = [0] * (table.columns + 1)
    for row in table.lines():
        widths[0] = max(widths[0], display_width(plain_cell(row.stub)))
        for i, cell in enumerate(row.cells, start=1) if row.span == 1 else ():
            widths[i] = max(widths[i], display_width(plain_cell(cell)))
    for head in table.headings():
        widths[0] = max(widths[0], display_width(plain_cell(head.stub)))
        _make_room(head, widths)
    return widths


def _make_room(head: HeaderRow, widths: list[int]) -> None:
    """Widen the last column below a heading that is wider than its columns."""
    at = 1
    for h in head.cells:
        room = sum(widths[at : at + h.span]) + GAP * (h.span - 1)
        widths[at + h.span - 1] += max(0, display_width(plain_cell(h.cell)) - room)
        at += h.span


def _block(block: Block, widths: list[int], total: int) -> list[str]:
    lines = [one_line(block.title)] if block.title else []
    lines += [_head(row, widths) for row in block.header]
    if block.header:
        lines.append("-" * total)
    lines += [_row(row, widths) for row in block.rows]
    if block.footer:
        lines.append("-" * total)
    return lines + [_row(row, widths) for row in block.footer]


def _head(row: HeaderRow, widths: list[int]) -> str:
    parts = [_pad(plain_cell(row.stub), widths[0], "<")]
    at = 1
    for h in row.cells:
        parts.append(_pad(plain_cell(h.cell), sum(widths[at : at + h.span]) + GAP * (h.span - 1), "^"))
        at += h.span
    return (" " * GAP).join(parts)


def _row(row: Row, widths: list[int]) -> str:
    rooms = (_room(widths, 1 + at * row.span, row.span) for at in range(len(row.cells)))
    cells = (_pad(plain_cell(c), room, "^") for c, room in zip(row.cells, rooms, strict=True))
    return (" " * GAP).join((_pad(plain_cell(row.stub), widths[0], "<"), *cells))


def _room(widths: list[int], at: int, span: int) -> int:
    return sum(widths[at : at + span]) + GAP * (span - 1)


def _pad(text: str, width: int, align: str) -> str:
    missing = max(0, width - display_width(text))
    left = {"<": 0, ">": missing, "^": missing // 2}[align]
    return " " * left + text + " " * (missing - left)


def summary(results: Results, digits: int = 3) -> str:
    """Return a line an estimate: name, coefficient with stars, SE, p, interval, n."""
    ordered = sorted(results, key=lambda e: natural_key(e.name))
    levels = {e.level for e in ordered}
    head = f"{percent(levels.pop())} interval" if len(levels) == 1 else "interval"
    rows: list[tuple[str, ...]] = [("name", "coef", "se", "p", head, "n")]
    for e in ordered:
        numbers = (plain_cell(Number(value=v, digits=digits)) for v in (e.se, e.p))
        rows.append(
            (
                one_line(e.name),
                plain_cell(Coefficient(value=e.coef, digits=digits, p=e.p)),
                *numbers,
                plain_cell(Interval(low=e.ci[0], high=e.ci[1], digits=digits)),
                fixed(e.n, 0, group=","),
            )
        )
    widths = [max(display_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "".join(
        "  ".join(
            _pad(c, w, "<" if i in (0, 1) else ">") for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )

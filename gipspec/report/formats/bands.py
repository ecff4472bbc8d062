"""A table as bands of lines between rules: what every format lays out in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gipspec.report.cells import EMPTY, Cell, Text
from gipspec.report.styles import Style
from gipspec.report.table import Block, HeaderRow, Row, Table, beside_headings


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A cell over `span` columns; `rule` asks for a line below it."""

    cell: Cell
    span: int = 1
    rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label and its slots, which fill all columns; the title of a panel may stand alone.

    `panel` tells that the label is the title of a panel. The label stands beside `reach` lines: 2 where a
    line without a label follows, which has 0.
    """

    stub: Cell
    slots: tuple[Slot, ...] = ()
    panel: bool = False
    reach: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Lines between two rules."""

    kind: Literal["head", "body", "foot"]
    lines: tuple[Line, ...]


def bands_of(table: Table) -> tuple[Band, ...]:
    """Return the bands of a table from top to bottom, a rule between each two. The first is its heading."""
    return tuple(band for band in _bands(table) if band.lines)


def _bands(table: Table) -> Iterator[Band]:
    above = tuple(_head(row) for row in table.header)
    for i, block in enumerate(table.blocks):
        heading = _heading(block, table.style)
        if block.header:
            yield Band(kind="head", lines=(*(above if i == 0 else ()), *heading))
            heading = ()
        yield Band(kind="body", lines=(*heading, *_lines(block.rows)))
        yield Band(kind="foot", lines=_lines(block.footer))
    yield Band(kind="foot", lines=_lines(table.footer))


def _heading(block: Block, style: Style) -> tuple[Line, ...]:
    """Put the title of a panel beside its first headings where it fits, and otherwise above them."""
    lines = tuple(_head(row) for row in block.header)
    if not block.title:
        return lines
    title = Text(text=block.title)
    if beside_headings(block, style):
        return (Line(stub=title, slots=lines[0].slots, panel=True), *lines[1:])
    return (Line(stub=title, panel=True), *lines)


def _head(row: HeaderRow) -> Line:
    slots = tuple(Slot(cell=h.cell, span=h.span, rule=h.rule) for h in row.cells)
    return Line(stub=row.stub, slots=slots)


def _lines(rows: tuple[Row, ...]) -> tuple[Line, ...]:
    covered = [row.kind == "below" and row.stub == EMPTY and i > 0 for i, row in enumerate(rows)]
    return tuple(
        Line(
            stub=row.stub,
            slots=tuple(Slot(cell=c, span=row.span) for c in row.cells),
            reach=0 if covered[i] else 1 + _run(covered[i + 1 :]),
        )
        for i, row in enumerate(rows)
    )


def _run(covered: list[bool]) -> int:
    """Count how many values are true before the first that is not."""
    return next((i for i, value in enumerate(covered) if not value), len(covered))

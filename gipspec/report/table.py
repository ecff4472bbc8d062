"""The format-neutral table: what every writer reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gipspec.report.cells import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderCell:
    """A heading over `span` columns; `rule` asks for a line below it."""

    cell: Cell
    span: int = 1
    rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRow:
    """Headings over all columns of a block; `stub` stands over the row labels."""

    stub: Cell
    cells: tuple[HeaderCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line: its label and one cell a column. `kind` tells writers what belongs together."""

    stub: Cell
    cells: tuple[Cell, ...]
    kind: Literal["value", "below", "footer"] = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A panel: its title, empty where there is only one, its headings, its rows and its footer rows."""

    title: str
    header: tuple[HeaderRow, ...]
    rows: tuple[Row, ...]
    footer: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a table was made from. No time and no folder: the same inputs give the same bytes."""

    study: str
    spec: str
    data: str
    data_hash: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of `columns` columns beside the row labels; narrower blocks leave the right side open.

    `header` and `footer` hold what is common to several blocks. `notes` are sentences, in order; `draft`
    results are marked in title and notes.
    """

    name: str
    title: str
    columns: int
    blocks: tuple[Block, ...]
    notes: tuple[Cell, ...]
    provenance: Provenance
    header: tuple[HeaderRow, ...] = ()
    footer: tuple[Row, ...] = ()
    draft: bool = False

    def lines(self) -> tuple[Row, ...]:
        """Return all rows below headings, in order."""
        return (*(row for b in self.blocks for row in (*b.rows, *b.footer)), *self.footer)

    def headings(self) -> tuple[HeaderRow, ...]:
        """Return all heading rows, in order."""
        return (*self.header, *(row for b in self.blocks for row in b.header))

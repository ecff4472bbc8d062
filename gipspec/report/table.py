"""The format-neutral table: what every writer reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gipspec.report.cells import EMPTY, Cell
from gipspec.report.escape import one_line
from gipspec.report.styles import Style, load_style
from gipspec.source import display_width

STUB_WIDTH = 30  # characters of a row label before it breaks, and of a panel's title beside headings
WIDER_STUBS = {1: 44, 2: 40, 3: 36}  # by the number of columns: the fewer, the more room for labels


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
    """A line: its label and cells of `span` columns each. `kind` tells writers what belongs together."""

    stub: Cell
    cells: tuple[Cell, ...]
    kind: Literal["value", "below", "footer"] = "value"
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A panel: its title, empty where there is only one, its headings, its rows and its footer rows."""

    title: str
    header: tuple[HeaderRow, ...]
    rows: tuple[Row, ...]
    footer: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How a column of text is set: from the left, in lines of about `characters`."""

    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How a table meets the page; `width` is "shrink", "full" or "natural"."""

    width: str = "shrink"
    long: bool = False
    landscape: bool = False


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
    results are marked in title and notes. `rooms` are those of columns of text, by position from 0.
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
    style: Style = field(default_factory=load_style)
    page: Page = Page()
    rooms: tuple[tuple[int, Room], ...] = ()

    @property
    def stub_width(self) -> int:
        """The characters of a row label before it breaks."""
        return WIDER_STUBS.get(self.columns, STUB_WIDTH)

    @property
    def own_headings(self) -> bool:
        """Tell whether several blocks have headings: those of one do not hold on the next page."""
        return sum(1 for b in self.blocks if b.header) > 1

    def lines(self) -> tuple[Row, ...]:
        """Return all rows below headings, in order."""
        return (*(row for b in self.blocks for row in (*b.rows, *b.footer)), *self.footer)

    def headings(self) -> tuple[HeaderRow, ...]:
        """Return all heading rows, in order."""
        return (*self.header, *(row for b in self.blocks for row in b.header))


def beside_headings(block: Block, style: Style) -> bool:
    """Tell whether the title of a panel shares the line of its first headings, and so fits there."""
    return (
        style.panel_beside
        and block.header != ()
        and block.header[0].stub == EMPTY
        and display_width(one_line(block.title)) <= STUB_WIDTH
    )

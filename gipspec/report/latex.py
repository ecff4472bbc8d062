"""A table as LaTeX: its lines as cells, the frame from a template."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gipspec.report.cells import EMPTY, TICK, Cell, Coefficient, Mark, Number, Text
from gipspec.report.escape import Latex, beyond_latin, escape
from gipspec.report.latex_cells import aligned_number, broken, cell_latex, integer_part
from gipspec.report.latex_style import (
    WRAPPED,
    caption_of,
    look,
    packages_of,
    panel_line,
    rules_of,
    title_of,
)
from gipspec.report.latex_width import CELL_WIDTH, size_of_long
from gipspec.report.lines import wrap
from gipspec.report.printed import is_finite, plain_cell
from gipspec.report.styles import Style
from gipspec.report.table import Block, HeaderRow, Row, Table, beside_headings
from gipspec.report.templates import latex_environment, render
from gipspec.source import display_width

# Type size and half the gap between columns in points, by the number of columns.
SIZES = ((2, r"\small", 14), (4, r"\small", 8), (6, r"\footnotesize", 6), (99, r"\footnotesize", 4))
MOST_BLOCKS = 2  # panels in a table of the larger size
CROWDED = 6  # half the gap that stars before a minus sign need at least
STARRED = 8  # half the gap that three stars need at least
MOST_PADDING = 40  # characters up to which the source is aligned
STAR = 4  # points beside the last column that a star takes
STUB_SHARES = {1: 0.4, 2: 0.35}  # of the line, by the number of columns: room for notes below
LONG_NOTES, MORE_ROOM = 600, 0.2  # characters of notes that ask for more of the line, and how much


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the tabular: its cells, already LaTeX, and the partial rules below it.

    `term` marks the first line of a term other than the first.
    """

    cells: tuple[Latex, ...]
    rules: tuple[Latex, ...] = ()
    term: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    """A block as lines; `title` is one over all columns, empty where it stands beside headings."""

    title: Latex
    header: tuple[Line, ...]
    rows: tuple[Line, ...]
    footer: tuple[Line, ...]


def latex_table(table: Table, templates: Path | None = None) -> str:
    """Return the fragment for `\\input`; raises GipError (G502) when a template fails."""
    name = "latex/longtable.tex" if table.page.long else "latex/table.tex"
    return render(latex_environment(templates), name, view_of(table))


def standalone_table(table: Table, templates: Path | None = None) -> str:
    """Return a document with the table and nothing else; raises GipError (G502) when a template fails."""
    return render(latex_environment(templates), "latex/standalone.tex", view_of(table))


def view_of(table: Table) -> dict[str, object]:
    """Return what a template sees. Plain strings are escaped when printed; `Latex` is printed as it is."""
    size, gap = next((s, g) for most, s, g in SIZES if table.columns <= most)
    if len(table.blocks) > MOST_BLOCKS:
        size = r"\footnotesize"
    if _crowded(table):
        gap = max(gap, CROWDED)
    if _close(table):
        gap = max(gap, STARRED)
    if table.page.long:
        size, gap = size_of_long(table)
    header = tuple(_head(row, table.style) for row in table.header)
    blocks = _widened(tuple(_block(b, table) for b in table.blocks), table)
    return {
        "name": table.name,
        "label": Latex("tab:" + re.sub(r"[^\w.-]", "-", table.name)),
        "title": title_of(table),
        "caption": caption_of(table.style),
        "place": Latex(r"\centering" if table.style.caption_align == "center" else r"\raggedright"),
        "rules": rules_of(table.style),
        "style": table.style,
        "long": table.page.long,
        "landscape": table.page.landscape,
        "stretch": table.page.width == "full",
        "natural": table.page.width == "natural",
        "lead": look(table.style.notes_lead, table.style.lead_look),
        "draft": table.draft,
        "provenance": table.provenance,
        "packages": Latex(",".join(packages_of(table))),
        "unicode": any(beyond_latin(text) for text in _texts(table)),
        "size": Latex(size),
        "gap": Latex(f"{gap}pt"),
        "columns": _column_types(table),
        "width": table.columns + 1,
        "header": header,
        "heads": (*header, *blocks[0].header),
        "repeated": header if table.own_headings else (*header, *blocks[0].header),
        "blocks": blocks,
        "footer": _aligned(tuple(_line(row, table) for row in table.footer)),
        "notes": tuple(cell_latex(c) for c in table.notes),
    }


def _texts(table: Table) -> Iterable[str]:
    yield table.title or table.name
    yield from (b.title for b in table.blocks)
    heads = (h.cell for row in table.headings() for h in row.cells)
    cells = (c for row in table.lines() for c in (row.stub, *row.cells))
    yield from (plain_cell(c) for c in (*heads, *cells, *table.notes) if not _is_tick(c))


def _is_tick(cell: Cell) -> bool:
    """Tell whether a cell prints a tick, which LaTeX takes from mathematics."""
    return isinstance(cell, Mark) and cell.text == TICK


def _crowded(table: Table) -> bool:
    """Tell whether stars, which take no width, stand before a minus sign, which takes none either."""
    pairs = ((a, b) for row in table.lines() for a, b in zip(row.cells, row.cells[1:], strict=False))
    return any(
        isinstance(a, Coefficient) and a.stars > 0 and isinstance(b, Coefficient) and b.value < 0
        for a, b in pairs
    )


def _close(table: Table) -> bool:
    """Tell whether stars stand beside numbers with nothing below them that would keep columns apart."""
    lines = table.lines()
    return all(row.kind != "below" for row in lines) and any(
        isinstance(a, Coefficient) and a.stars > 0 and isinstance(b, Coefficient)
        for row in lines
        for a, b in zip(row.cells, row.cells[1:], strict=False)
    )


def _column_types(table: Table) -> Latex:
    """Leave room for the stars of the last column, which would stand out of the table."""
    last = (row.cells[-1] for row in table.lines() if row.cells)
    stars = max((cell.stars for cell in last if isinstance(cell, Coefficient)), default=0)
    room = rf"\hspace{{{STAR * stars}pt}}" if stars else ""
    left = {at for at, _ in table.rooms}
    if not left:
        return Latex(f"@{{}}l*{{{table.columns}}}{{c}}@{{{room}}}")
    return Latex(f"@{{}}l{''.join('l' if i in left else 'c' for i in range(table.columns))}@{{{room}}}")


def _block(block: Block, table: Table) -> BlockView:
    """Lay out a block; the cells of its lines are padded so that the source reads as a table."""
    rows = tuple(line for pair in _pairs(block) for line in _term(pair, _widest(block), table))
    lines = _aligned((*rows, *(_line(row, table) for row in block.footer)))
    title, header = _heading(block, table)
    return BlockView(
        title=title,
        header=header,
        rows=tuple(replace(line, term=line.term and i > 0) for i, line in enumerate(lines[: len(rows)])),
        footer=lines[len(rows) :],
    )


def _widened(blocks: tuple[BlockView, ...], table: Table) -> tuple[BlockView, ...]:
    """Give the row labels of a table of few columns a least width, lest the notes below be a thin column."""
    share = STUB_SHARES.get(table.columns)
    if share is None or table.header or table.page.width == "full" or not blocks[0].header:
        return blocks
    first = blocks[0].header[0]
    if first.cells[0]:
        return blocks
    if sum(len(plain_cell(note)) for note in table.notes) > LONG_NOTES:
        share += MORE_ROOM
    room = Latex(rf"\hspace*{{{share:g}\linewidth}}")
    wide = replace(first, cells=(room, *first.cells[1:]))
    return (replace(blocks[0], header=(wide, *blocks[0].header[1:])), *blocks[1:])


def _heading(block: Block, table: Table) -> tuple[Latex, tuple[Line, ...]]:
    """Put the title beside the first headings where it fits there, and otherwise on a line of its own."""
    style = table.style
    lines = tuple(_head(row, style) for row in block.header)
    if not block.title:
        return Latex(""), lines
    if beside_headings(block, style):
        stub = look(block.title, style.panel_look)
        return Latex(""), (replace(lines[0], cells=(stub, *lines[0].cells[1:])), *lines[1:])
    return panel_line(block.title, style, table.columns + 1), lines


def _aligned(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    if len({len(line.cells) for line in lines}) != 1:
        return lines
    widths = [
        min(MOST_PADDING, max(display_width(c) for c in column))
        for column in zip(*(x.cells for x in lines), strict=True)
    ]
    widths[-1] = 0
    return tuple(
        replace(
            line,
            cells=tuple(
                Latex(c + " " * (w - display_width(c))) for c, w in zip(line.cells, widths, strict=True)
            ),
        )
        for line in lines
    )


def _head(row: HeaderRow, style: Style) -> Line:
    def set_in(content: Latex) -> Latex:
        if style.head_look not in WRAPPED or not content:
            return content
        mathematics = r"\boldmath " if style.head_look == "bold" and "$" in content else ""
        return Latex(WRAPPED[style.head_look] % f"{mathematics}{content}")

    cells = [set_in(cell_latex(row.stub))]
    rules: list[Latex] = []
    at = 2
    for head in row.cells:
        content = set_in(broken(head.cell, CELL_WIDTH * head.span, "b" if head.rule else "t", "c"))
        cells.append(content if head.span == 1 else Latex(f"\\multicolumn{{{head.span}}}{{c}}{{{content}}}"))
        if head.rule:
            rules.append(Latex(f"\\cmidrule(lr){{{at}-{at + head.span - 1}}}"))
        at += head.span
    return Line(cells=tuple(cells), rules=tuple(rules))


def _pairs(block: Block) -> list[list[Row]]:
    """Group each row with those that stand below it."""
    groups: list[list[Row]] = []
    for row in block.rows:
        if row.kind == "below" and groups:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _term(rows: list[Row], widest: tuple[str, ...], table: Table) -> list[Line]:
    """Write the rows of a term; a long label runs on beside what stands below, indented."""
    first = rows[0].stub
    texts = wrap(first.text, table.stub_width) if isinstance(first, Text) else ("",)
    stubs = [escape(texts[0]), *(Latex(r"\quad " + escape(t)) for t in texts[1:])]
    if not isinstance(first, Text):
        stubs = [cell_latex(first)]
    blank = (EMPTY,) * len(rows[0].cells)
    count = max(len(rows), len(stubs))
    lines: list[Line] = []
    for i in range(count):
        cells = rows[i].cells if i < len(rows) else blank
        stub = stubs[i] if i < len(stubs) else Latex("")
        values = (_value(c, widest, at, table) for at, c in enumerate(cells))
        lines.append(Line(cells=(stub, *values), term=i == 0 and len(rows) > 1))
    return lines


def _value(cell: Cell, widest: tuple[str, ...], at: int, table: Table) -> Latex:
    """Write a cell: text of a column that has room for it in lines, a number below those above it."""
    room = dict(table.rooms).get(at)
    if room is not None and isinstance(cell, Text):
        return broken(cell, room.characters, "t", "l")
    return aligned_number(cell, widest[at])


def _line(row: Row, table: Table) -> Line:
    cells = tuple(broken(cell, CELL_WIDTH * row.span, "t", "c") for cell in row.cells)
    if row.span > 1:
        cells = tuple(Latex(f"\\multicolumn{{{row.span}}}{{c}}{{{c}}}") for c in cells)
    return Line(cells=(broken(row.stub, table.stub_width, "t", "l", hang=True), *cells))


def _widest(block: Block) -> tuple[str, ...]:
    """Return the longest integer part of each column: coefficients and what stands below them."""
    return tuple(
        max(
            (integer_part(c) for c in column if isinstance(c, Coefficient | Number) and is_finite(c)),
            key=len,
            default="",
        )
        for column in zip(*(row.cells for row in block.rows), strict=True)
    )

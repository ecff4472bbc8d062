"""A table as Typst: a figure for `#include`; all text stands in string literals."""

from __future__ import annotations

from pathlib import Path

from gipspec.report.cells import EMPTY, Cell, Coefficient
from gipspec.report.escape import one_line
from gipspec.report.formats.bands import Band, Line, Slot, bands_of
from gipspec.report.formats.pieces import Piece, notes_of, origin_of, pieces_of, title_of
from gipspec.report.latex_style import PLAIN_CAPTION
from gipspec.report.styles import Style
from gipspec.report.table import Table
from gipspec.report.templates import environment, render

# Size of the text and gap between columns, by the number of columns.
SIZES = ((4, "0.9em", "1.5em"), (6, "0.85em", "1.2em"), (8, "0.75em", "1em"), (99, "0.65em", "0.8em"))
STAR = 0.4  # em that a star takes beside the last column


class Typst(str):
    """Typst code that may be printed as it stands. Only `gipspec.report` makes it."""

    __slots__ = ()


def typst_table(table: Table, templates: Path | None = None) -> str:
    """Return the file for `#include`; raises GipError (G502) when a template fails."""
    return render(environment(templates, Typst, escape, comment), "typst/table.typ", view_of(table))


def escape(text: str) -> Typst:
    """Return a string literal, with its quotes, that prints `text`, whatever it holds."""
    quoted = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return Typst(f'"{quoted}"')


def comment(text: str) -> Typst:
    """Return text that stays within a comment: one line."""
    return Typst(one_line(text))


def view_of(table: Table) -> dict[str, object]:
    """Return what a template sees. Plain strings print as literals; `Typst` is printed as it is."""
    head, *rest = bands_of(table)
    size, gap = next((size, gap) for most, size, gap in SIZES if table.columns <= most)
    return {
        "name": table.name,
        "label": f"tab:{table.name}",
        "caption": _caption(table.style),
        "landscape": table.page.landscape,
        "long": table.page.long,
        "parted": table.own_headings,
        "outer": Typst(f"{table.style.outer:g}pt"),
        "inner": Typst(f"{table.style.inner:g}pt"),
        "double": table.style.double,
        "lead": Typst(_look(escape(table.style.notes_lead), table.style.lead_look) + ' + " "'),
        "left": Typst("(" + "".join(f"{at + 1}, " for at, _ in table.rooms) + ")" if table.rooms else ""),
        "title": title_of(table),
        "origin": origin_of(table),
        "draft": table.draft,
        "columns": Typst(table.columns + 1),
        "last": Typst(table.columns),
        "size": Typst(size),
        "gap": Typst(gap),
        "room": Typst(f"{STAR * _last_stars(table):.1f}em"),
        "head": lines_of(head, table),
        "bands": tuple(lines_of(band, table) for band in rest),
        "notes": notes_of(table),
    }


def _last_stars(table: Table) -> int:
    last = (row.cells[-1] for row in table.lines() if row.cells)
    return max((cell.stars for cell in last if isinstance(cell, Coefficient)), default=0)


LOOKS = {"italic": "emph({0})", "bold": "strong({0})", "smallcaps": "smallcaps({0})", "caps": "upper({0})"}


def _look(code: str, how: str) -> str:
    return LOOKS.get(how, "{0}").replace("{0}", code)


def _caption(style: Style) -> dict[str, object] | None:
    """Return what the template needs to set a caption, None for one that the document may set as it does."""
    given = (style.label, style.numbers, style.separator, style.caption_align)
    if (*given, style.label_look, style.title_look) == PLAIN_CAPTION:
        return None
    newline = style.separator == "newline"
    how = "plain" if style.title_look == "headline" else style.title_look
    return {
        "supplement": escape(style.label),
        "roman": style.numbers == "roman",
        "separator": Typst("linebreak()" if newline else escape(style.separator)[:-1] + _blank(style) + '"'),
        "align": Typst("left" if style.caption_align == "left" else "center"),
        "label": Typst(_look("[#it.supplement #context it.counter.display(it.numbering)]", style.label_look)),
        "title": Typst(_look("it.body", how)),
    }


def _blank(style: Style) -> str:
    """Return the blank at the end of a separator, which is cut off where text is escaped."""
    return " " if style.separator.endswith(" ") else ""


def lines_of(band: Band, table: Table) -> tuple[Typst, ...]:
    """Return the lines of a band: arguments of `table`, with partial rules between them."""
    head = table.style.head_look if band.kind == "head" else "plain"
    return tuple(Typst(text) for line in band.lines for text in (_cells(line, table, head), *_rules(line)))


def _cells(line: Line, table: Table, head: str) -> str:
    style = table.style
    if not line.slots:
        place = ", align: center" if style.panel_align == "center" else ""
        title = _look(_content(line.stub), style.panel_look)
        return f"table.cell(colspan: {table.columns + 1}{place}, {title}),"
    cells = [_slot(slot, head) for slot in line.slots]
    if line.panel:
        return ", ".join((_look(_content(line.stub), style.panel_look), *cells)) + ","
    if line.reach > 1:
        return ", ".join((f"table.cell(rowspan: {line.reach}, {_content(line.stub)})", *cells)) + ","
    stub = _look(_content(line.stub), head) if line.stub != EMPTY else _content(line.stub)
    return ", ".join((stub, *cells) if line.reach else cells) + ","


def _slot(slot: Slot, head: str) -> str:
    content = _content(slot.cell)
    content = _look(content, head) if content != "[]" else content
    return content if slot.span == 1 else f"table.cell(colspan: {slot.span}, {content})"


def _rules(line: Line) -> list[str]:
    rules: list[str] = []
    at = 1
    for slot in line.slots:
        if slot.rule:
            rules.append(f"table.hline(start: {at}, end: {at + slot.span}, stroke: 0.4pt),")
        at += slot.span
    return rules


def _content(cell: Cell) -> str:
    return "[]" if cell == EMPTY else " + ".join(_piece(p) for p in pieces_of(cell)) or "[]"


def _piece(piece: Piece) -> str:
    return f"stars({escape(piece.text)})" if piece.raised else escape(piece.text)

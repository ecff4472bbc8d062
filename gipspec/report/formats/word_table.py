"""The parts of a Word document as elements of its XML: caption, table, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from gipspec.report.formats.bands import Band, Line, Slot, bands_of
from gipspec.report.formats.pieces import Piece, pieces_of, title_of
from gipspec.report.table import Table

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

THICK, THIN, HAIR = 12, 6, 4  # eighths of a point
SIDE = 80  # margin of a cell on its left and right, in twentieths of a point
BETWEEN = 60  # above a term


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a cell and its paragraph look: rules in eighths of a point, space above in twentieths.

    `rule` draws a line below the paragraph, `keep` holds it on the page of the next, `reach` merges the cell
    with those below.
    """

    align: str = "center"
    italic: bool = False
    top: int = 0
    bottom: int = 0
    above: int = 0
    rule: bool = False
    keep: bool = False
    reach: str = ""


def element(tag: str, *children: Element, **attributes: object) -> Element:
    """Return an element of the main namespace; attributes belong to it too."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    for child in children:
        made.append(child)
    return made


def caption(title: str) -> Element:
    """Return the title with a number that Word counts over all tables of a document."""
    number = element("fldSimple", run("1"), instr=r" SEQ Table \* ARABIC ")
    return _paragraph("Caption", run("Table "), number, run(f". {title}"), look=Look(align="", keep=True))


def notes(text: str) -> Element:
    """Return the paragraph below the table."""
    runs = (run("Notes: ", italic=True), run(text)) if text else ()
    return _paragraph("TableNotes", *runs, look=Look(align=""))


def table_element(table: Table, widths: tuple[int, ...], *, whole: bool) -> Element:
    """Return the table; `widths` are those of labels and columns, in twentieths of a point.

    A `whole` table stays on one page, any other breaks between terms.
    """
    properties = element(
        "tblPr",
        element("tblW", w=sum(widths), type="dxa"),
        element("jc", val="center"),
        element("tblLayout", type="fixed"),
        element("tblCellMar", element("left", w=SIDE, type="dxa"), element("right", w=SIDE, type="dxa")),
        element("tblLook", firstRow=1, firstColumn=1, noHBand=1, noVBand=1),
        element("tblCaption", val=title_of(table)),
    )
    grid = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    bands = bands_of(table)
    rows = [row for i, band in enumerate(bands) for row in _rows(band, i, i == len(bands) - 1, widths, whole)]
    return element("tbl", properties, grid, *rows)


def _rows(band: Band, number: int, last: bool, widths: tuple[int, ...], whole: bool) -> list[Element]:
    rows: list[Element] = []
    for i, line in enumerate(band.lines):
        top = (THICK if number == 0 else THIN) if i == 0 else 0
        bottom = THICK if last and i == len(band.lines) - 1 else 0
        above = BETWEEN if line.reach > 1 and i > 0 else 0
        properties = element("trPr", element("cantSplit"))
        if number == 0:
            properties.append(element("tblHeader"))
        keep = whole or band.kind == "head" or line.reach > 1
        cells = _cells(line, widths, Look(top=top, bottom=bottom, above=above, keep=keep))
        rows.append(element("tr", properties, *cells))
    return rows


def _cells(line: Line, widths: tuple[int, ...], look: Look) -> list[Element]:
    label = replace(look, align="left", italic=line.panel)
    if not line.slots:
        return [_cell(Slot(cell=line.stub, span=len(widths)), sum(widths), label)]
    reach = {0: "continue", 1: ""}.get(line.reach, "restart")
    cells = [_cell(Slot(cell=line.stub), widths[0], replace(label, reach=reach))]
    at = 1
    for slot in line.slots:
        cells.append(_cell(slot, sum(widths[at : at + slot.span]), look))
        at += slot.span
    return cells


def _cell(slot: Slot, width: int, look: Look) -> Element:
    properties = element("tcPr", element("tcW", w=width, type="dxa"))
    if slot.span > 1:
        properties.append(element("gridSpan", val=slot.span))
    if look.reach:
        properties.append(element("vMerge", val=look.reach))
    borders = [_border(side, size) for side, size in (("top", look.top), ("bottom", look.bottom)) if size]
    if borders:
        properties.append(element("tcBorders", *borders))
    if slot.rule:
        properties.append(element("vAlign", val="bottom"))
    runs = [_run(piece, italic=look.italic) for piece in pieces_of(slot.cell)]
    return element("tc", properties, _paragraph("TableText", *runs, look=replace(look, rule=slot.rule)))


def _border(side: str, size: int, space: int = 0) -> Element:
    return element(side, val="single", sz=size, space=space, color="auto")


def _paragraph(style: str, *content: Element, look: Look) -> Element:
    properties = element("pPr", element("pStyle", val=style))
    if look.keep:
        properties.append(element("keepNext"))
    if look.rule:
        properties.append(element("pBdr", _border("bottom", HAIR, space=1)))
    if look.above:
        properties.append(element("spacing", before=look.above))
    if look.align:
        properties.append(element("jc", val=look.align))
    return element("p", properties, *content)


def run(text: str, *, italic: bool = False) -> Element:
    """Return text that is printed as it stands."""
    return _run(Piece(text=text), italic=italic)


def _run(piece: Piece, *, italic: bool) -> Element:
    content = element("t")
    content.text = piece.text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    properties = element("rPr")
    if italic:
        properties.append(element("i"))
    if piece.raised:
        properties.append(element("vertAlign", val="superscript"))
    return element("r", properties, content)


def set_fonts(styles: Element, latin: str, chinese: str) -> None:
    """Set the fonts of all text in place of those of the template's theme."""
    defaults = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for tag in ("rFonts", "lang"):
        defaults.remove(defaults.find(qn(f"w:{tag}")))
    defaults.insert(0, element("rFonts", ascii=latin, hAnsi=latin, cs=latin, eastAsia=chinese))
    defaults.append(element("lang", val="en-US", eastAsia="zh-CN"))

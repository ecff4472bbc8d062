"""The parts of a Word document as elements of its XML: caption, table, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from gipspec.report.formats.bands import Band, Line, Slot, bands_of
from gipspec.report.formats.pieces import Piece, notes_of, pieces_of, title_of
from gipspec.report.table import Table

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

HAIR = 4  # eighths of a point
SIDE = 80  # margin of a cell on its left and right, in twentieths of a point
BETWEEN = 60  # above a term


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a cell and its paragraph look: rules in eighths of a point, space above in twentieths.

    `rule` draws a line below the paragraph, `keep` holds it on the page of the next, `reach` merges the cell
    with those below.
    """

    align: str = "center"
    how: str = "plain"
    top: int = 0
    bottom: int = 0
    above: int = 0
    rule: bool = False
    keep: bool = False
    reach: str = ""
    double: bool = False


def element(tag: str, *children: Element, **attributes: object) -> Element:
    """Return an element of the main namespace; attributes belong to it too."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    for child in children:
        made.append(child)
    return made


def caption(table: Table) -> Element:
    """Return the title with a number that Word counts over all tables of a document."""
    style = table.style
    roman = style.numbers == "roman"
    first = run("I" if roman else "1", style.label_look)
    number = element("fldSimple", first, instr=rf" SEQ Table \* {'ROMAN' if roman else 'ARABIC'} ")
    newline = style.separator == "newline"
    between = element("r", element("br")) if newline else run(style.separator)
    how = "plain" if style.title_look in ("headline", "caps") else style.title_look
    parts = (run(f"{style.label} ", style.label_look), number, between, run(title_of(table), how))
    return _paragraph("Caption", *parts, look=Look(align="", keep=True))


def notes(table: Table) -> Element:
    """Return the paragraph below the table."""
    text, style = notes_of(table), table.style
    runs = (run(f"{style.notes_lead} ", style.lead_look), run(text)) if text else ()
    return _paragraph("TableNotes", *runs, look=Look(align=""))


def table_element(table: Table, widths: tuple[int, ...], *, whole: bool) -> Element:
    """Return the table; `widths` are those of labels and columns, in twentieths of a point.

    A `whole` table stays on one page, any other breaks between panels, or where it has none between terms.
    Headings return on the next page as far as they hold there.
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
    setting = Setting(table=table, widths=widths, whole=whole)
    following = (*(band.kind for band in bands[1:]), "")
    rows = [row for i, band in enumerate(bands) for row in _rows(band, i, following[i], setting)]
    return element("tbl", properties, grid, *rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A table with the widths of its labels and columns; `whole` where it stays on one page."""

    table: Table
    widths: tuple[int, ...]
    whole: bool

    @property
    def returning(self) -> int:
        """The heading rows that hold on every page."""
        return len(self.table.header) if self.table.own_headings else len(bands_of(self.table)[0].lines)

    @property
    def thick(self) -> int:
        return eighths(self.table.style.outer)

    @property
    def thin(self) -> int:
        return eighths(self.table.style.inner)


def eighths(points: float) -> int:
    """Return the size of a border: thicker than in print, where lines of 0.5 and 0.8 points differ enough."""
    return max(2, round(20 * points - 4))


def _rows(band: Band, number: int, following: str, setting: Setting) -> list[Element]:
    rows: list[Element] = []
    double, parted = setting.table.style.double, setting.table.own_headings and not setting.table.page.long
    for i, line in enumerate(band.lines):
        top = (setting.thick if number == 0 else setting.thin) if i == 0 else 0
        end = i == len(band.lines) - 1
        bottom = setting.thick if end and not following else 0
        above = BETWEEN if line.reach > 1 and i > 0 else 0
        properties = element("trPr", element("cantSplit"))
        if number == 0 and i < setting.returning:
            properties.append(element("tblHeader"))
        within = parted and not (end and following == "head")  # a panel stays on its page
        keep = setting.whole or within or band.kind == "head" or line.reach > 1
        how = setting.table.style.head_look if band.kind == "head" else "plain"
        double_top = double and number == 0 and i == 0
        look = Look(how=how, top=top, bottom=bottom, above=above, keep=keep, double=double_top)
        cells = _cells(line, setting, look)
        rows.append(element("tr", properties, *cells))
    return rows


def _cells(line: Line, setting: Setting, look: Look) -> list[Element]:
    widths, style = setting.widths, setting.table.style
    label = replace(look, align="left", how=style.panel_look if line.panel else look.how)
    if not line.slots:
        label = replace(label, align=style.panel_align)
        return [_cell(Slot(cell=line.stub, span=len(widths)), sum(widths), label)]
    reach = {0: "continue", 1: ""}.get(line.reach, "restart")
    cells = [_cell(Slot(cell=line.stub), widths[0], replace(label, reach=reach))]
    at = 1
    text = {place for place, _ in setting.table.rooms}
    for slot in line.slots:
        own = replace(look, align="left") if at - 1 in text else look
        cells.append(_cell(slot, sum(widths[at : at + slot.span]), own))
        at += slot.span
    return cells


def _cell(slot: Slot, width: int, look: Look) -> Element:
    properties = element("tcPr", element("tcW", w=width, type="dxa"))
    if slot.span > 1:
        properties.append(element("gridSpan", val=slot.span))
    if look.reach:
        properties.append(element("vMerge", val=look.reach))
    top = "double" if look.double else "single"
    sides = (("top", look.top, top), ("bottom", look.bottom, "single"))
    borders = [_border(side, size, kind=kind) for side, size, kind in sides if size]
    if borders:
        properties.append(element("tcBorders", *borders))
    if slot.rule:
        properties.append(element("vAlign", val="bottom"))
    runs = [_run(piece, look.how) for piece in pieces_of(slot.cell)]
    return element("tc", properties, _paragraph("TableText", *runs, look=replace(look, rule=slot.rule)))


def _border(side: str, size: int, space: int = 0, kind: str = "single") -> Element:
    return element(side, val=kind, sz=size, space=space, color="auto")


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


def run(text: str, how: str = "plain") -> Element:
    """Return text that is printed as it stands, in a look of a style."""
    return _run(Piece(text=text), how)


MARKS = {"bold": "b", "italic": "i", "smallcaps": "smallCaps", "caps": "caps"}


def _run(piece: Piece, how: str) -> Element:
    content = element("t")
    content.text = piece.text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    properties = element("rPr")
    if how in MARKS:
        properties.append(element(MARKS[how]))
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

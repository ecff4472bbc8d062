"""A table as a Word document: a caption that counts, a three-line table, notes.

Text has the named styles `Caption`, `Table Text` and `Table Notes`, so that a paper can restyle all tables at
once.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gipspec.report.formats.archive import require, sealed
from gipspec.report.formats.bands import bands_of
from gipspec.report.formats.measures import stub_characters, widths_of
from gipspec.report.formats.pieces import notes_of
from gipspec.report.table import Table
from gipspec.source import display_width

if TYPE_CHECKING:
    from docx.document import Document

TEXT = "Table Text"
NOTES = "Table Notes"
LATIN, CHINESE = "Times New Roman", "SimSun"

PAGE = (11906, 16838)  # A4, in twentieths of a point
MARGIN = 1440
GAP = 2  # characters between columns
AROUND = 1.5  # points above and below a line
CAPTION = 30  # points that the caption takes
# Tried in this order until the table fits: the page on its side, points of the text.
SIZES = ((False, 10.0), (False, 9.0), (False, 8.0), (True, 9.0), (True, 8.0), (True, 7.0), (True, 6.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How a table is fitted to a page: `widths` of labels and columns, in twentieths of a point.

    `whole` tells that the table with its notes fits on one page.
    """

    landscape: bool
    points: float
    widths: tuple[int, ...]
    whole: bool


def docx_table(table: Table) -> bytes:
    """Return a document with one table. Raises GipError (G508) without python-docx."""
    require("docx", "docx")
    import docx

    from gipspec.report.formats.word_table import caption, notes, table_element

    document = docx.Document()
    sheet = sheet_of(table)
    _style(document, sheet, table.style.caption_align)
    body = document.element.body
    parts = (
        caption(table),
        table_element(table, sheet.widths, whole=sheet.whole),
        notes(table),
    )
    for at, part in enumerate(parts):
        body.insert(at, part)
    out = io.BytesIO()
    document.save(out)
    return sealed(out.getvalue(), table)


def sheet_of(table: Table) -> Sheet:
    """Return the first of `SIZES` in which the table fits on a page, or else in which it is not too wide."""
    characters = [stub_characters(table) + GAP, *(width + GAP for width in widths_of(table))]
    natural = sum(characters)
    sizes = [size for size in SIZES if size[0] or not table.page.landscape]
    wide_enough = [size for size in sizes if natural * _character(size[1]) <= _room(size[0])] or [SIZES[-1]]
    fitting = [size for size in wide_enough if _height(table, *size) <= _room(not size[0])]
    whole = [] if table.page.long else fitting
    landscape, points = (whole or wide_enough)[0]
    room = _room(landscape)
    return Sheet(
        landscape=landscape,
        points=points,
        widths=tuple(room * count // natural for count in characters),
        whole=bool(whole),
    )


def _character(points: float) -> float:
    return points * 10  # half its height


def _room(landscape: bool) -> int:
    """Return the width of what is printed; the height is that of the page on its other side."""
    return PAGE[1 if landscape else 0] - 2 * MARGIN


def _height(table: Table, landscape: bool, points: float) -> float:
    """Return about how high caption, lines and notes are."""
    lines = sum(len(band.lines) for band in bands_of(table))
    of_notes = display_width(notes_of(table)) * _character(points) // _room(landscape) + 1
    return 20 * (CAPTION + lines * (1.2 * points + 2 * AROUND) + of_notes * 1.2 * points)


def _style(document: Document, sheet: Sheet, caption_align: str) -> None:
    """Set fonts, styles and the page; what the library's own template brings of a preview is left away."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor, Twips

    from gipspec.report.formats.word_table import set_fonts

    relations = document.part.package.rels
    for key in [k for k, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        relations.pop(key)
    set_fonts(document.styles.element, LATIN, CHINESE)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if sheet.landscape else WD_ORIENT.PORTRAIT
    width, height = reversed(PAGE) if sheet.landscape else PAGE
    section.page_width, section.page_height = Twips(width), Twips(height)
    section.left_margin = section.right_margin = Twips(MARGIN)
    title = document.styles["Caption"]
    title.font.size, title.font.bold = Pt(10.5), False
    title.font.color.rgb = RGBColor(0, 0, 0)
    left = caption_align == "left"
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(4)
    for name, points in ((TEXT, sheet.points), (NOTES, max(6.0, sheet.points - 1))):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = Pt(points)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(AROUND)
        style.paragraph_format.line_spacing = 1.0
    document.styles[NOTES].paragraph_format.space_before = Pt(4)

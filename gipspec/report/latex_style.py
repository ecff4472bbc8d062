"""How a style looks in LaTeX: captions, rules, titles of panels, headings, notes."""

from __future__ import annotations

from gipspec.report.cells import TICK, Mark
from gipspec.report.escape import Latex, escape
from gipspec.report.styles import Style
from gipspec.report.table import Table

WRAPPED = {
    "bold": r"\textbf{%s}",
    "italic": r"\textit{%s}",
    "smallcaps": r"\textsc{%s}",
}
BOOKTABS = (0.8, 0.5)  # points of the rules that the package draws by itself
PLAIN_CAPTION = ("Table", "arabic", ". ", "center", "plain", "plain")


def look(text: str, how: str) -> Latex:
    """Return text in a look of a style."""
    escaped = escape(text.upper() if how == "caps" else text)
    return Latex(WRAPPED[how] % escaped) if how in WRAPPED and escaped else escaped


def packages_of(table: Table) -> tuple[str, ...]:
    """Return the packages that the fragment of a table needs."""
    found = ["booktabs", *(["longtable"] if table.page.long else ["threeparttable", "adjustbox"])]
    found += ["pdflscape"] if table.page.landscape else []
    ticks = any(isinstance(c, Mark) and c.text == TICK for row in table.lines() for c in row.cells)
    return (*found, *(["amssymb"] if ticks else []))


def caption_of(style: Style) -> dict[str, Latex] | None:
    """Return what the template needs to set a caption, None for one that the document may set as it does."""
    given = (style.label, style.numbers, style.separator, style.caption_align)
    if (*given, style.label_look, style.title_look) == PLAIN_CAPTION:
        return None
    newline = style.separator == "newline"
    number = r"\Roman{table}" if style.numbers == "roman" else r"\arabic{table}"
    label = WRAPPED.get(style.label_look, "%s") % rf"{look(style.label, 'plain')}~\thetable"
    separator = escape(style.separator.strip()) + ("~" if style.separator.endswith(" ") else "")
    return {
        "number": Latex(number),
        "label": Latex(label),
        "separator": Latex(r"\\" if newline else separator),
        "align": Latex(r"\centering" if style.caption_align == "center" else r"\raggedright"),
    }


def title_of(table: Table) -> Latex:
    """Return the title of a table in the look of its style; capitals of headlines are in the text already."""
    how = "plain" if table.style.title_look == "headline" else table.style.title_look
    return Latex(look(table.title or table.name, how) + (" (DRAFT)" if table.draft else ""))


def rules_of(style: Style) -> Latex:
    """Return the lengths of rules, nothing where they are those of the package."""
    if (style.outer, style.inner) == BOOKTABS:
        return Latex("")
    widths = (("heavy", style.outer), ("light", style.inner), ("cmid", style.inner))
    return Latex("".join(rf"\setlength{{\{name}rulewidth}}{{{width:g}pt}}" for name, width in widths))


def panel_line(title: str, style: Style, width: int) -> Latex:
    """Return the title of a panel over all columns."""
    place = r"c@{}" if style.panel_align == "center" else "l"
    return Latex(rf"\multicolumn{{{width}}}{{@{{}}{place}}}{{{look(title, style.panel_look)}}}")

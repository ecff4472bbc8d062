"""A table as HTML: a fragment for a page, which also stands alone; no script."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as escaped
from pathlib import Path

from gipspec.report.cells import EMPTY, Cell
from gipspec.report.escape import one_line
from gipspec.report.formats.bands import Band, Line, Slot, bands_of
from gipspec.report.formats.pieces import notes_of, origin_of, pieces_of, title_of
from gipspec.report.styles import Style
from gipspec.report.table import Table
from gipspec.report.templates import environment, render


class Html(str):
    """HTML that may be printed as it stands. Only `gipspec.report` makes it."""

    __slots__ = ()


def html_table(table: Table, templates: Path | None = None) -> str:
    """Return the fragment; raises GipError (G502) when a template fails."""
    return render(environment(templates, Html, escape, comment), "html/table.html", view_of(table))


def escape(text: str) -> Html:
    """Return HTML that shows `text`, whatever it holds."""
    return Html(escaped(one_line(text), quote=True))


def comment(text: str) -> Html:
    """Return text that cannot end a comment."""
    return Html(escape(text).replace("-", "&#45;"))


def view_of(table: Table) -> dict[str, object]:
    """Return what a template sees. Plain strings are escaped when printed; `Html` is printed as it is."""
    head, *rest = bands_of(table)
    lead = table.style.notes_lead
    return {
        "name": table.name,
        "title": title_of(table),
        "origin": origin_of(table),
        "draft": table.draft,
        "columns": table.columns,
        "looks": Html(" ".join((*_looks(table.style), *(["parted"] if table.own_headings else [])))),
        "lead": Html(TAGS.get(table.style.lead_look, "{0}").replace("{0}", escape(lead))),
        "head": rows_of(head, table),
        "bands": tuple((band.kind, rows_of(band, table)) for band in rest),
        "notes": notes_of(table),
    }


TAGS = {"italic": "<em>{0}</em>", "bold": "<strong>{0}</strong>"}


def _looks(style: Style) -> Iterator[str]:
    """Yield the classes by which a style looks other than the usual three-line table."""
    yield "gipspec"
    yield from ("left",) if style.caption_align == "left" else ()
    yield from (style.title_look,) if style.title_look == "smallcaps" else ()
    yield from (f"heads-{style.head_look}",) if style.head_look != "plain" else ()
    yield from (f"panels-{style.panel_look}",) if style.panel_look != "italic" else ()
    yield from ("panels-center",) if style.panel_align == "center" else ()
    yield from ("thin",) if style.outer <= style.inner else ()
    yield from ("double",) if style.double else ()


def rows_of(band: Band, table: Table) -> tuple[Html, ...]:
    """Return the rows of a band, each from `<tr>` to `</tr>`."""
    if band.kind == "head":
        return tuple(Html(f"<tr>{_head(line, table.columns)}</tr>") for line in band.lines)
    return tuple(Html(f"<tr{_term(line)}>{_body(line, table)}</tr>") for line in band.lines)


def _term(line: Line) -> str:
    return ' class="term"' if line.reach > 1 else ""


def _head(line: Line, columns: int) -> str:
    if not line.slots:
        return f'<th scope="rowgroup" class="panel" colspan="{columns + 1}">{_content(line.stub)}</th>'
    kind = ' scope="rowgroup" class="panel"' if line.panel else ' scope="col"'
    stub = "<td></td>" if line.stub == EMPTY else f"<th{kind}>{_content(line.stub)}</th>"
    return stub + "".join(_heading(slot) for slot in line.slots)


def _heading(slot: Slot) -> str:
    wide = f' colspan="{slot.span}"' if slot.span > 1 else ""
    if slot.cell == EMPTY:
        return f"<td{wide}></td>"
    scope = "colgroup" if slot.span > 1 else "col"
    content = _content(slot.cell)
    if slot.rule:
        return f'<th scope="{scope}"{wide} class="ruled"><span>{content}</span></th>'
    return f'<th scope="{scope}"{wide}>{content}</th>'


def _body(line: Line, table: Table) -> str:
    """A label is the heading of all lines that it stands beside."""
    if not line.slots:
        return _head(line, table.columns)
    reach = f' rowspan="{line.reach}"' if line.reach > 1 else ""
    stub = f'<th scope="row"{reach}>{_content(line.stub)}</th>' if line.reach else ""
    return stub + "".join(_datum(slot, at in dict(table.rooms)) for at, slot in enumerate(line.slots))


def _datum(slot: Slot, text: bool) -> str:
    wide = f' colspan="{slot.span}"' if slot.span > 1 else ""
    look = ' class="text"' if text else ""
    return f"<td{wide}{look}>{_content(slot.cell)}</td>"


def _content(cell: Cell) -> str:
    return "".join(f"<sup>{escape(p.text)}</sup>" if p.raised else escape(p.text) for p in pieces_of(cell))

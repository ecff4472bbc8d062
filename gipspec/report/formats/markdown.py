"""A table as Markdown with pipes, as GitHub and Pandoc read it."""

from __future__ import annotations

import re
from pathlib import Path

from gipspec.report.escape import one_line
from gipspec.report.formats.bands import Band, Line, bands_of
from gipspec.report.formats.html import comment as html_comment
from gipspec.report.formats.pieces import notes_of, origin_of, text_of, title_of
from gipspec.report.table import Table
from gipspec.report.templates import environment, render
from gipspec.source import display_width

SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&@^!]")
LINKED = re.compile(
    r":(?=[\w+-]+:|//)|(?<=www)\.", re.IGNORECASE
)  # emoji codes, and addresses without brackets
MOST_PADDING = 40  # characters up to which the source is aligned


class Markdown(str):
    """Markdown that may be printed as it stands. Only `gipspec.report` makes it."""

    __slots__ = ()


def markdown_table(table: Table, templates: Path | None = None) -> str:
    """Return title, table and notes; raises GipError (G502) when a template fails."""
    return render(environment(templates, Markdown, escape, comment), "markdown/table.md", view_of(table))


def escape(text: str) -> Markdown:
    """Return Markdown that shows `text`, whatever it holds."""
    return Markdown(LINKED.sub(r"\\\g<0>", SPECIAL.sub(r"\\\g<0>", one_line(text))))


def comment(text: str) -> Markdown:
    """Return text that cannot end an HTML comment."""
    return Markdown(html_comment(text))


def view_of(table: Table) -> dict[str, object]:
    """Return what a template sees. Plain strings are escaped when printed; `Markdown` is printed as it is."""
    head, *rest = bands_of(table)
    rows = [flattened(head, table.columns)]
    for band in rest:
        rows += [_cells(line, table.columns, head=band.kind == "head") for line in band.lines]
    widths = [
        max(3, *(min(MOST_PADDING, display_width(c)) for c in column)) for column in zip(*rows, strict=True)
    ]
    heading, *body = (Markdown(_row(cells, widths)) for cells in rows)
    text = {at for at, _ in table.rooms}
    ends = ["-" if at in text else ":" for at in range(table.columns)]
    sides = (f":{'-' * w}{end}" for w, end in zip(widths[1:], ends, strict=True))
    rule = "|".join([":" + "-" * (widths[0] + 1), *sides])
    return {
        "name": table.name,
        "title": title_of(table),
        "origin": origin_of(table),
        "draft": table.draft,
        "head": heading,
        "rule": Markdown(f"|{rule}|"),
        "rows": tuple(body),
        "lead": table.style.notes_lead,
        "notes": notes_of(table),
    }


def flattened(head: Band, columns: int) -> list[str]:
    """Put all headings of a column into one, a heading over several columns into each of them."""
    stacked: list[list[str]] = [[] for _ in range(columns + 1)]
    for line in head.lines:
        for texts, text in zip(stacked, _spread(line, columns), strict=True):
            texts += [text] if text else []
    return [str(escape(" ".join(texts))) for texts in stacked]


def _spread(line: Line, columns: int, *, head: bool = True) -> list[str]:
    """Return a text a column; a heading stands in each of its columns, anything else in the first."""
    cells: list[str] = []
    for slot in line.slots:
        text = text_of(slot.cell)
        cells += [text, *([text if head else ""] * (slot.span - 1))]
    return [text_of(line.stub), *cells, *([""] * (columns - len(cells)))]


def _cells(line: Line, columns: int, *, head: bool) -> list[str]:
    bold = head or not line.slots
    return [f"**{escape(t)}**" if bold and t else str(escape(t)) for t in _spread(line, columns, head=head)]


def _row(cells: list[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - display_width(cell)) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"

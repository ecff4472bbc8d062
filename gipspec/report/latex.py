"""A table as LaTeX: cells by type, the frame from a template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gipspec.report.cells import (
    Cell,
    Coefficient,
    Empty,
    Interval,
    Mark,
    Math,
    Number,
    Raw,
    Text,
)
from gipspec.report.decimals import fixed
from gipspec.report.escape import Latex, beyond_latin, escape
from gipspec.report.lines import wrap
from gipspec.report.printed import is_finite, plain_cell
from gipspec.report.table import Block, HeaderRow, Row, Table
from gipspec.report.templates import latex_environment, render
from gipspec.source import display_width

STUB_WIDTH = 32  # characters of a row label before it breaks
HEAD_WIDTH = 14  # characters of a heading over one column
DASHES = Latex("--")
MINUS = r"\gipminus "  # takes no width, so that digits stay below digits

# Type size and half the gap between columns, by the number of columns.
SIZES = (
    (2, r"\small", "14pt"),
    (4, r"\small", "8pt"),
    (6, r"\footnotesize", "6pt"),
    (99, r"\footnotesize", "4pt"),
)
PACKAGES = ("booktabs", "threeparttable", "adjustbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the tabular: its cells, already LaTeX, and the rules below it, `cmidrule` by `cmidrule`."""

    cells: tuple[Latex, ...]
    rules: tuple[Latex, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    title: str
    header: tuple[Line, ...]
    rows: tuple[Line, ...]
    footer: tuple[Line, ...]


def latex_table(table: Table, templates: Path | None = None) -> str:
    """Return the fragment for `\\input`; raises GipError (G502) when a template fails."""
    values = view_of(table)
    return render(latex_environment(templates), "latex/table.tex", values)


def view_of(table: Table) -> dict[str, object]:
    """Return what a template sees. Plain strings are escaped when printed; `Latex` is printed as it is."""
    size, gap = next((s, g) for most, s, g in SIZES if table.columns <= most)
    return {
        "name": table.name,
        "label": Latex("tab:" + re.sub(r"[^\w.-]", "-", table.name)),
        "title": f"{table.title or table.name}{' (DRAFT)' if table.draft else ''}",
        "draft": table.draft,
        "provenance": table.provenance,
        "packages": Latex(",".join(PACKAGES)),
        "unicode": any(beyond_latin(t) for t in _texts(table)),
        "size": Latex(size),
        "gap": Latex(gap),
        "columns": Latex(f"@{{}}l*{{{table.columns}}}{{c}}@{{\\hspace{{1em}}}}"),
        "width": table.columns + 1,
        "blocks": tuple(_block(b) for b in table.blocks),
        "notes": tuple(cell_latex(c) for c in table.notes),
    }


def _texts(table: Table) -> list[str]:
    cells = [c for b in table.blocks for row in (*b.rows, *b.footer) for c in (row.stub, *row.cells)]
    heads = [h.cell for b in table.blocks for row in b.header for h in row.cells]
    return [
        table.title,
        *(b.title for b in table.blocks),
        *(plain_cell(c) for c in (*cells, *heads, *table.notes)),
    ]


def _block(block: Block) -> BlockView:
    """Lay out a block; the cells of all its lines are padded so that the source reads as a table."""
    digits = _integer_digits(block)
    header = tuple(_head(row) for row in block.header)
    rows = tuple(_line(row, digits) for row in block.rows)
    footer = tuple(_line(row, ()) for row in block.footer)
    widths = _widths((*rows, *footer))
    return BlockView(
        title=block.title,
        header=header,
        rows=tuple(_aligned(line, widths) for line in rows),
        footer=tuple(_aligned(line, widths) for line in footer),
    )


def _widths(lines: tuple[Line, ...]) -> tuple[int, ...]:
    return tuple(
        max(display_width(c) for c in column) for column in zip(*(x.cells for x in lines), strict=True)
    )


def _aligned(line: Line, widths: tuple[int, ...]) -> Line:
    last = len(widths) - 1
    cells = tuple(
        Latex(c + " " * (w - display_width(c)) * (i < last))
        for i, (c, w) in enumerate(zip(line.cells, widths, strict=True))
    )
    return Line(cells=cells, rules=line.rules, kind=line.kind)


# ---------------------------------------------------------------- headings


def _head(row: HeaderRow) -> Line:
    cells = [cell_latex(row.stub)]
    rules: list[Latex] = []
    at = 2
    for head in row.cells:
        content = _broken(head.cell, HEAD_WIDTH * head.span, "b", "c")
        cells.append(content if head.span == 1 else Latex(f"\\multicolumn{{{head.span}}}{{c}}{{{content}}}"))
        if head.rule:
            rules.append(Latex(f"\\cmidrule(lr){{{at}-{at + head.span - 1}}}"))
        at += head.span
    return Line(cells=tuple(cells), rules=tuple(rules))


def _broken(cell: Cell, width: int, place: str, align: str) -> Latex:
    """Break a long text over lines of about `width` characters, in a box of its own."""
    if not isinstance(cell, Text):
        return cell_latex(cell)
    lines = wrap(cell.text, width)
    if len(lines) == 1:
        return escape(lines[0])
    body = r" \\ ".join(escape(x) for x in lines)
    return Latex(f"\\begin{{tabular}}[{place}]{{@{{}}{align}@{{}}}}{body}\\end{{tabular}}")


# ---------------------------------------------------------------- rows


def _line(row: Row, digits: tuple[int, ...]) -> Line:
    stub = _broken(row.stub, STUB_WIDTH, "t", "l")
    padding = digits or (0,) * len(row.cells)
    cells = (_value(cell, want) for cell, want in zip(row.cells, padding, strict=True))
    return Line(cells=(stub, *cells), kind=row.kind)


def _value(cell: Cell, want: int) -> Latex:
    """Write a cell; numbers get room on the left for the widest integer part of their column."""
    if want and isinstance(cell, Coefficient | Number) and is_finite(cell):
        missing = want - _digits_before(cell)
        return Latex((f"\\phantom{{{'0' * missing}}}" if missing else "") + cell_latex(cell))
    return cell_latex(cell)


def _integer_digits(block: Block) -> tuple[int, ...]:
    """Return the most digits before the decimal point, by column; coefficients and what is below them."""
    columns = zip(*(row.cells for row in block.rows), strict=True)
    return tuple(
        max(
            (_digits_before(c) for c in column if isinstance(c, Coefficient | Number) and is_finite(c)),
            default=0,
        )
        for column in columns
    )


def _digits_before(cell: Coefficient | Number) -> int:
    return len(fixed(abs(cell.value), cell.digits).split(".")[0])


def cell_latex(cell: Cell) -> Latex:
    """Write one cell; each type has its own rule, and only `Text` holds what a user wrote."""
    match cell:
        case Empty(dash=dash):
            return DASHES if dash else Latex("")
        case Text(text=text):
            return escape(text)
        case Math(latex=source):
            return Latex(f"${source}$")
        case Raw(latex=source):
            return Latex(source)
        case Mark(on=on):
            return Latex("Yes" if on else "No")
        case Number() | Coefficient() if not is_finite(cell):
            return DASHES
        case Number(value=value, digits=digits, brackets=""):
            return _number(value, digits, "$-$")
        case Number(value=value, digits=digits, brackets=brackets):
            return Latex(
                brackets[0] + _number(value, digits, "$-$" if brackets == "[]" else MINUS) + brackets[1]
            )
        case Coefficient(value=value, digits=digits, stars=stars):
            marks = f"\\gipstars{{{'*' * stars}}}" if stars else ""
            return Latex(_number(value, digits, MINUS) + marks)
        case Interval(low=low, high=high, digits=digits):
            if not (is_finite(low) and is_finite(high)):
                return DASHES
            return Latex(f"{{[}}{_number(low, digits, '$-$')}, {_number(high, digits, '$-$')}{{]}}")


def _number(value: float, digits: int, minus: str) -> Latex:
    text = fixed(value, digits, group=",")
    return Latex(minus + text[1:] if text.startswith("-") else text)

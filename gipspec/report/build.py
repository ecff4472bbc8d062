"""A table request and the results of a run become a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Results, TableInference
from gipspec.lang.study import Study, TableRequest
from gipspec.report.cells import EMPTY, Cell, Text
from gipspec.report.columns import ColumnPanel, Layout, column_labels, lay_out
from gipspec.report.definitions import definition_blocks, dictionary_of
from gipspec.report.extra import with_extra
from gipspec.report.footer import Footer, footer_rows
from gipspec.report.groups import moderator_of
from gipspec.report.names import labels_of
from gipspec.report.notes import DRAFT, notes_of
from gipspec.report.options import options_of
from gipspec.report.provenance import provenance_of as provenance_of
from gipspec.report.rows import coefficient_rows, header_rows, outcome_of, padded
from gipspec.report.styles import Style, load_style
from gipspec.report.table import Block, HeaderCell, HeaderRow, Page, Room, Row, Table
from gipspec.report.together import inference_of
from gipspec.report.variables import variable_blocks
from gipspec.report.weights import weight_blocks

IN_NOTES = frozenset({"Folds", "Repeated splits"})  # where panels differ in these, the notes say how


def build_table(
    request: TableRequest, results: Results, study: Study, templates: Path | None = None
) -> Table:
    """Return the table that `request` asks for; `templates` may hold a style of the user's.

    Models without results are left out and named in the notes. Raises GipError: G502 for a style that is
    wrong, G503 when nothing is left, G509 when the run has not found what holds for all columns together, or
    what a table of variables shows, G520 for rows of the user's that do not fit the columns.
    """
    style = style_of(request, templates)
    if request.kind != "estimates":
        return _of_variables(request, results, study, style)
    options = options_of(request, style)
    layout = lay_out(request, results, study, options)
    if not layout.panels:
        remedy = f"look at {', '.join(layout.omitted)}" if layout.omitted else "name models in the table"
        raise GipError(problem("G503", request.span, kind="table", name=request.name, remedy=remedy))
    labels = labels_of(results, study)
    together = inference_of(request, results, layout)
    width = max(len(p.columns) for p in layout.panels) * (1 if options.beside == "none" else 2)
    footer_of = Footer(everywhere=layout.columns, labels=labels, options=options, style=style)
    blocks = tuple(_block(p, layout, footer_of, width, together) for p in layout.panels)
    blocks = with_extra(blocks, layout, footer_of, request.span)
    header, blocks = _common_header(blocks, layout, width)
    footer, blocks = _common_footer(blocks, width)
    return Table(
        name=request.name,
        title=style.title(request.title),
        columns=width,
        header=header,
        blocks=blocks,
        footer=footer,
        notes=notes_of(layout, options, study, labels, together, style, draft=results.draft),
        provenance=provenance_of(results),
        draft=results.draft,
        style=style,
        page=page_of(request, style),
    )


def _of_variables(request: TableRequest, results: Results, study: Study, style: Style) -> Table:
    """Return a table of variables, or of the weights of indices."""
    options, labels = options_of(request, style), labels_of(results, study)
    notes: tuple[Cell, ...] = tuple(Text(text=note) for note in options.note)
    rooms: tuple[tuple[int, Room], ...] = ()
    match request.kind:
        case "definitions":
            blocks, rooms = definition_blocks(request, dictionary_of(study, labels), options, style)
        case "weights":
            blocks, own = weight_blocks(request, results, labels, style)
            notes = (*(own if options.notes != "none" else ()), *notes)
        case _:
            blocks, notes = variable_blocks(request, results, study, style)
    draft = (Text(text=DRAFT),) if results.draft else ()
    return Table(
        name=request.name,
        title=style.title(request.title),
        columns=len(blocks[0].rows[0].cells),
        blocks=blocks,
        notes=(*draft, *notes),
        provenance=provenance_of(results),
        draft=results.draft,
        style=style,
        page=page_of(request, style),
        rooms=rooms,
    )


def style_of(request: TableRequest, templates: Path | None) -> Style:
    return load_style(options_of(request).style, templates)


def page_of(request: TableRequest, style: Style) -> Page:
    options = options_of(request)
    return Page(width=options.width or style.width, long=options.long, landscape=options.landscape)


def _block(
    panel: ColumnPanel,
    layout: Layout,
    shared: Footer,
    width: int,
    together: TableInference | None,
) -> Block:
    columns, options, labels = panel.columns, shared.options, shared.labels
    count = width if options.beside == "none" else width // 2
    return Block(
        title=shared.style.panel(panel.title),
        header=header_rows(
            columns,
            tuple(moderator_of(c, labels) for c in columns),
            column_labels(columns, layout, labels),
            options,
            count,
        ),
        rows=tuple(padded(row, width) for row in coefficient_rows(columns, options, together)),
        footer=tuple(padded(row, width) for row in footer_rows(columns, shared)),
    )


def _common_header(
    blocks: tuple[Block, ...], layout: Layout, width: int
) -> tuple[tuple[HeaderRow, ...], tuple[Block, ...]]:
    """Put an outcome that all panels share over the table, once."""
    outcomes = {outcome_of(c) for c in layout.columns}
    if len(blocks) == 1 or len(outcomes) > 1:
        return (), blocks
    head = HeaderCell(cell=Text(text=outcomes.pop()), span=width, rule=True)
    rest = tuple(replace(b, header=b.header[1:]) for b in blocks)
    return (HeaderRow(stub=EMPTY, cells=(head,)),), rest


def _common_footer(blocks: tuple[Block, ...], width: int) -> tuple[tuple[Row, ...], tuple[Block, ...]]:
    """Put footer rows that are the same in every column of several panels below the table, once."""
    if len(blocks) == 1:
        return (), blocks
    values: dict[str, set[Cell]] = {}
    for row in (row for b in blocks for row in b.footer):
        values.setdefault(_stub(row), set()).update(c for c in row.cells if c != EMPTY)
    everywhere = {stub for stub, found in values.items() if len(found) == 1}
    footer = tuple(
        replace(row, cells=(row.cells[0],) * (width // row.span))
        for row in blocks[0].footer
        if _stub(row) in everywhere
    )
    kept = {_stub(row) for row in footer} | IN_NOTES
    rest = tuple(replace(b, footer=tuple(r for r in b.footer if _stub(r) not in kept)) for b in blocks)
    return footer, rest


def _stub(row: Row) -> str:
    return row.stub.text if isinstance(row.stub, Text) else ""

"""A table request and the results of a run become a table."""

from __future__ import annotations

from dataclasses import replace

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Results, TableInference
from gipspec.lang.study import Study, TableRequest
from gipspec.report.cells import EMPTY, Cell, Text
from gipspec.report.columns import ColumnPanel, Layout, column_labels, lay_out
from gipspec.report.groups import moderator_of
from gipspec.report.names import labels_of
from gipspec.report.notes import notes_of
from gipspec.report.options import TableOptions, options_of
from gipspec.report.rows import coefficient_rows, footer_rows, header_rows, outcome_of, padded
from gipspec.report.table import Block, HeaderCell, HeaderRow, Provenance, Row, Table
from gipspec.report.together import inference_of
from gipspec.version import __version__

HASH_DIGITS = 12
IN_NOTES = frozenset({"Folds", "Repeated splits"})  # where panels differ in these, the notes say how


def build_table(request: TableRequest, results: Results, study: Study) -> Table:
    """Return the table that `request` asks for.

    Models without results are left out and named in the notes. Raises GipError: G503 when nothing is left,
    G509 when the run has not found what holds for all columns together.
    """
    options = options_of(request)
    layout = lay_out(request, results, study, options.keep)
    if not layout.panels:
        remedy = f"look at {', '.join(layout.omitted)}" if layout.omitted else "name models in the table"
        raise GipError(problem("G503", request.span, kind="table", name=request.name, remedy=remedy))
    labels = labels_of(results, study)
    together = inference_of(request, results, layout)
    width = max(len(p.columns) for p in layout.panels)
    blocks = tuple(_block(p, layout, options, labels, width, together) for p in layout.panels)
    header, blocks = _common_header(blocks, layout, width)
    footer, blocks = _common_footer(blocks, width)
    return Table(
        name=request.name,
        title=request.title,
        columns=width,
        header=header,
        blocks=blocks,
        footer=footer,
        notes=notes_of(layout, options, study, labels, together, draft=results.draft),
        provenance=provenance_of(results),
        draft=results.draft,
    )


def provenance_of(results: Results) -> Provenance:
    return Provenance(
        study=results.title or results.study,
        spec=f"{results.study}.gip",
        data=results.data_name,
        data_hash=results.data_hash[:HASH_DIGITS],
        version=dict(results.versions).get("gipspec", __version__),
    )


def _block(
    panel: ColumnPanel,
    layout: Layout,
    options: TableOptions,
    labels: dict[str, str],
    width: int,
    together: TableInference | None,
) -> Block:
    columns = panel.columns
    footer = footer_rows(columns, layout.columns, labels, options.digits)
    return Block(
        title=panel.title,
        header=header_rows(
            columns,
            tuple(moderator_of(c, labels) for c in columns),
            column_labels(columns, layout, labels),
            width,
        ),
        rows=tuple(padded(row, width) for row in coefficient_rows(columns, options, together)),
        footer=tuple(padded(row, width) for row in footer),
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
        replace(row, cells=(row.cells[0],) * width) for row in blocks[0].footer if _stub(row) in everywhere
    )
    kept = {_stub(row) for row in footer} | IN_NOTES
    rest = tuple(replace(b, footer=tuple(r for r in b.footer if _stub(r) not in kept)) for b in blocks)
    return footer, rest


def _stub(row: Row) -> str:
    return row.stub.text if isinstance(row.stub, Text) else ""

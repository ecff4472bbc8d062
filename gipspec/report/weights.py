"""The weights of composite indices: exhibit one of such a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import IndexWeights, Results
from gipspec.lang.study import Study, TableRequest
from gipspec.report.cells import EMPTY, Cell, Math, Number, Text
from gipspec.report.names import labels_of, natural_key
from gipspec.report.provenance import provenance_of
from gipspec.report.styles import Style
from gipspec.report.table import Block, HeaderCell, HeaderRow, Row, Table

DIGITS = 4
METHODS = {
    "entropy": "weights by the entropy method",
    "pca": "weights are the loadings of the first principal component of the standardised, signed indicators",
    "topsis": "weights by the entropy method, the index by closeness to the ideal solution (TOPSIS)",
}
ROWS = "Computed over all rows with a value of every indicator, before any sample restriction."
NAME = "index_weights"


def weights_table(results: Results, study: Study) -> Table:
    """Return one table over all indices, a block each; `results.indices` must not be empty."""
    labels = labels_of(results, study)
    indices = sorted(results.indices, key=lambda i: natural_key(i.name))
    blocks = tuple(_block(i, labels) for i in indices)
    return Table(
        name=NAME,
        title="Index system and weights",
        columns=2,
        blocks=blocks,
        notes=(*_methods(indices, labels), Text(text=ROWS)),
        provenance=provenance_of(results),
        draft=results.draft,
    )


def weight_blocks(
    request: TableRequest, results: Results, labels: Mapping[str, str], style: Style
) -> tuple[tuple[Block, ...], tuple[Cell, ...]]:
    """Return the blocks of the indices that a table names, and its notes.

    Raises GipError G509 for a variable that is no index, or whose weights the run has not found.
    """
    known = {index.name: index for index in results.indices}
    asked = [(panel.title, name) for panel in request.panels for name in panel.members]
    for _, name in asked:
        if name not in known:
            raise GipError(problem("G509", request.span, name=request.name, what=f"weights of `{name}`"))
    indices = [known[name] for _, name in asked]
    blocks = tuple(
        replace(block, title=style.panel(title)) if title else block
        for (title, _), block in zip(asked, (_block(i, labels) for i in indices), strict=True)
    )
    return blocks, (*_methods(indices, labels), Text(text=ROWS))


def _methods(indices: list[IndexWeights], labels: Mapping[str, str]) -> tuple[Cell, ...]:
    """Say how the weights came about, once where it is the same for all."""
    said = {i.name: METHODS.get(i.method, f"method {i.method}") for i in indices}
    if len(set(said.values())) == 1:
        text = next(iter(said.values()))
        return (Text(text=f"{text[:1].upper()}{text[1:]}."),)
    return tuple(Text(text=f"{labels.get(name, name)}: {text}.") for name, text in said.items())


def _block(index: IndexWeights, labels: Mapping[str, str]) -> Block:
    header = HeaderRow(
        stub=Text(text="Indicator"),
        cells=(HeaderCell(cell=Text(text="Sign")), HeaderCell(cell=Text(text="Weight"))),
    )
    rows = tuple(
        Row(
            stub=Text(text=label or labels.get(indicator, indicator)),
            cells=(_sign(sign), Number(value=weight, digits=DIGITS)),
        )
        for indicator, label, sign, weight in index.rows
    )
    return Block(title=labels.get(index.name, index.name), header=(header,), rows=rows)


def _sign(sign: str) -> Cell:
    if sign in ("+", "-"):
        return Math(latex=sign, plain=sign)
    return Text(text=sign) if sign else EMPTY

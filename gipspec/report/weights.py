"""The weights of composite indices: exhibit one of such a paper."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.engine.results import IndexWeights, Results
from gipspec.lang.study import Study
from gipspec.report.build import provenance_of
from gipspec.report.cells import EMPTY, Cell, Math, Number, Text
from gipspec.report.names import labels_of, natural_key
from gipspec.report.table import Block, HeaderCell, HeaderRow, Row, Table

DIGITS = 4
METHODS = {
    "entropy": "Weights by the entropy method, pooled over all rows of the data; indicators scaled to 0–1.",
    "pca": "Weights are the loadings of the first principal component.",
    "topsis": "Scores by the distance to the best and worst solution, indicators weighted by entropy.",
}
NAME = "index_weights"


def weights_table(results: Results, study: Study) -> Table:
    """Return one table over all indices, a block each; `results.indices` must not be empty."""
    labels = labels_of(results, study)
    indices = sorted(results.indices, key=lambda i: natural_key(i.name))
    blocks = tuple(_block(i, labels) for i in indices)
    methods = dict.fromkeys(i.method for i in indices)
    return Table(
        name=NAME,
        title="Index system and weights",
        columns=2,
        blocks=blocks,
        notes=tuple(Text(text=METHODS.get(m, f"Method: {m}.")) for m in methods),
        provenance=provenance_of(results),
        draft=results.draft,
    )


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

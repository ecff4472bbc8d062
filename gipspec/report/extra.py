"""Rows of the user's own below the coefficients: `add=["Province trends": [no, yes]]`."""

from __future__ import annotations

import re
from dataclasses import replace

from gipspec.diagnostics import GipError, counted, problem
from gipspec.report.cells import DASH, EMPTY, Cell, Mark, Number, Text
from gipspec.report.columns import Layout
from gipspec.report.footer import Footer
from gipspec.report.rows import padded
from gipspec.report.table import Block, Row
from gipspec.source import Span

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.(\d{1,10}))?")
DASHED = frozenset({"-", "--"})


def with_extra(
    blocks: tuple[Block, ...], layout: Layout, footer: Footer, span: Span | None
) -> tuple[Block, ...]:
    """Add the user's rows to the footers: what is yes or no beside controls and effects, the rest at the end.

    Raises GipError G520 for a row that has neither one value nor one for each column.
    """
    count = len(layout.columns)
    for label, values in footer.options.add:
        if len(values) not in (1, count):
            columns = counted(count, "column")
            raise GipError(problem("G520", span, row=label, given=len(values), columns=columns))
    return tuple(
        _added(block, [c.number - 1 for c in panel.columns], footer)
        for block, panel in zip(blocks, layout.panels, strict=True)
    )


def _added(block: Block, numbers: list[int], footer: Footer) -> Block:
    rows = list(block.footer)
    width = sum(head.span for head in block.header[0].cells) if block.header else len(numbers)
    for label, values in footer.options.add:
        every = values * (max(numbers) + 1) if len(values) == 1 else values
        cells = tuple(_cell(every[n], footer) for n in numbers)
        row = padded(
            Row(
                stub=Text(text=label),
                cells=cells,
                kind="footer",
                span=1 if footer.options.beside == "none" else 2,
            ),
            width,
        )
        marks = [i for i, other in enumerate(rows) if any(isinstance(c, Mark) for c in other.cells)]
        at = marks[-1] + 1 if marks and any(isinstance(c, Mark) for c in cells) else len(rows)
        rows.insert(at, row)
    return replace(block, footer=tuple(rows))


def _cell(text: str, footer: Footer) -> Cell:
    if text in ("yes", "no"):
        return footer.mark(text == "yes")
    if text in DASHED or not text:
        return DASH if text else EMPTY
    found = NUMBER.fullmatch(text)
    return Number(value=float(text), digits=len(found[1] or "")) if found else Text(text=text)

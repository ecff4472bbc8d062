"""Tables over several pages: what returns on the next one, and where they break."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import docx
from docx.oxml.ns import qn
from report_cases import CASES, panels

from gipspec.report import docx_table, html_table, latex_table, typst_table
from gipspec.report.table import Block, Table


def of_word(table: Table) -> Any:
    (found,) = docx.Document(io.BytesIO(docx_table(table))).tables
    return found


def repeated_rows(table: Any) -> list[int]:
    """Return the places of the rows that Word repeats on the next page."""
    rows = table._tbl.iter(qn("w:tr"))
    return [i for i, row in enumerate(rows) if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None]


def test_word_repeats_the_headings_that_hold_for_all_panels() -> None:
    """The outcome of all; numbers and samples of columns are those of the first panel."""
    assert repeated_rows(of_word(CASES["panels"]())) == [0]
    assert repeated_rows(of_word(CASES["default"]())) == [0, 1, 2]


def test_word_keeps_a_panel_on_its_page() -> None:
    """Only the last line of a panel may stand before a break; notes stay with the last panel."""
    asked = panels(rows=("controls", "effects", "n"))
    tall = dataclasses.replace(asked, blocks=tuple(many(b) for b in asked.blocks))
    table = of_word(tall)
    kept = [row.cells[-1].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    loose = [i for i, keep in enumerate(kept) if not keep]
    titles = [i for i, row in enumerate(table.rows) if row.cells[0].text[:2] in ("B.", "C.")]
    assert loose == [i - 1 for i in titles]


def many(block: Block) -> Block:
    return dataclasses.replace(block, rows=block.rows * 12)


def test_headings_of_one_panel_do_not_return_over_another() -> None:
    """LaTeX, HTML and Typst repeat the first headings of a long table only where all lines are below them."""
    parted, alone = panels(long=True), CASES["default"]()
    again = latex_table(parted).split(r"\endfirsthead")[1].split(r"\endhead")[0]
    assert "Industrial-chain resilience" in again and "(1)" not in again
    assert 'class="gipspec parted"' in html_table(parted) and 'class="gipspec"' in html_table(alone)
    assert "repeat: false" in typst_table(parted) and "repeat: false" not in typst_table(alone)

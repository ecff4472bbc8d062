"""Typst compiles its files, LibreOffice opens Word's: what a reader sees on the page."""

from __future__ import annotations

import re
from pathlib import Path

import format_cases as cases
import pytest
import report_readers as read
from report_cases import CASES
from report_tools import pdf_of_office, text_of_pdf

from gipspec.report import csv_table, docx_table, typst_table
from gipspec.report.escape import one_line
from gipspec.report.formats.word import sheet_of
from gipspec.report.table import Table

PAGE = """\
#set page(width: 21cm, height: auto, margin: 2cm)
#set text(font: ("Libertinus Serif", "WenQuanYi Zen Hei"))
"""
SHOWN = [text for text in cases.HOSTILE if len(text) < 200]


def squeezed(text: str) -> str:
    """Return text without spaces, line ends and what fonts do to letters."""
    return re.sub(r"\s+", "", text).replace(read.MINUS, "-").replace("ﬁ", "fi").replace("ﬂ", "fl")


def numbers(text: str) -> list[str]:
    """Return the printed numbers with a decimal point, in order, without stars and brackets."""
    return re.findall(r"-?[0-9][0-9,]*\.[0-9]+", text.replace(read.MINUS, "-"))


def of_table(table: Table) -> list[str]:
    rows = read.csv_cells(csv_table(table))[1:-2]
    return [number for cell in rows for number in numbers(cell)]


def body(text: str) -> str:
    """Return what stands above the notes."""
    return re.split(r"Notes[:.] ", text)[0]


def typeset(folder: Path, *tables: Table) -> str:
    """Compile tables, a page each; return the text."""
    import typst

    for i, table in enumerate(tables):
        (folder / f"t{i}.typ").write_text(typst_table(table), encoding="utf-8")
    source = PAGE + "#pagebreak(weak: true)\n".join(f'#include "t{i}.typ"\n' for i in range(len(tables)))
    (folder / "paper.typ").write_text(source, encoding="utf-8")
    typst.compile(str(folder / "paper.typ"), output=str(folder / "paper.pdf"))
    return text_of_pdf(folder / "paper.pdf")


def test_typst_prints_the_numbers(tmp_path: Path) -> None:
    tables = [made() for name, made in CASES.items() if name != "hostile"]
    pages = typeset(tmp_path, *tables).split("\f")
    for i, (page, table) in enumerate(zip(pages, tables, strict=False), start=1):
        assert numbers(body(page)) == of_table(table)
        title = one_line(table.title or table.name)
        if table.style.name == "default":
            assert f"Table {i}: {title}" in page
        else:
            assert table.style.label in page and table.style.title(title).casefold() in page.casefold()
    assert "绿色工业园区" in "".join(pages)


def test_typst_obeys_no_label(tmp_path: Path) -> None:
    text = squeezed(typeset(tmp_path, *map(cases.labelled, SHOWN)))
    for label in SHOWN:
        assert squeezed(one_line(label)) in text, label


def test_typst_does_not_read_files(tmp_path: Path) -> None:
    (tmp_path / "secret.typ").write_text("secret words", encoding="utf-8")
    assert "secret words" not in typeset(tmp_path, cases.labelled('"), include "secret.typ", ("'))


@pytest.mark.office
def test_word_opens_elsewhere(tmp_path: Path) -> None:
    tables = {name: made() for name, made in CASES.items() if name != "hostile"}
    for name, table in tables.items():
        (tmp_path / f"{name}.docx").write_bytes(docx_table(table))
    (tmp_path / "labels.docx").write_bytes(docx_table(cases.listed(SHOWN)))
    (tmp_path / "pages.docx").write_bytes(docx_table(cases.listed(f"Row {i}" for i in range(120))))
    pdf_of_office(tmp_path, *sorted(tmp_path.glob("*.docx")))
    for name, table in tables.items():
        text = text_of_pdf(tmp_path / f"{name}.pdf")
        assert numbers(body(text)) == of_table(table), name
        assert text.count("\f") == 1 or not sheet_of(table).whole
        if table.style.name == "default":
            assert f"Table 1. {one_line(table.title or table.name)}" in text
    pages = text_of_pdf(tmp_path / "pages.pdf").split("\f")[:-1]
    assert len(pages) > 2
    assert all("(1)" in page for page in pages)  # the headings, on each of them
    labels = squeezed(text_of_pdf(tmp_path / "labels.pdf"))
    for label in SHOWN:
        assert squeezed(one_line(label)) in labels, label

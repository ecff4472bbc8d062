"""One table in every format: the same numbers to the digit, the same bytes each time, the right structure."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Callable

import pytest
import report_readers as read
from report_cases import CASES
from report_factory import estimate, request, results, study

from gipspec.lang.vocabulary import TABLE_FORMATS
from gipspec.report import FORMATS, build_table, csv_table, docx_table, html_table, markdown_table, xlsx_table
from gipspec.report.cells import Coefficient, Interval, Number
from gipspec.report.formats.excel_numbers import number_format, shown
from gipspec.report.formats.pieces import is_dash
from gipspec.report.printed import plain_cell
from gipspec.report.table import Table

READERS: dict[str, Callable[..., list[str]]] = {
    "tex": read.tex_cells,
    "docx": read.docx_cells,
    "html": read.html_cells,
    "md": read.md_cells,
    "typ": read.typ_cells,
    "csv": read.csv_cells,
    "xlsx": read.xlsx_cells,
    "standalone": read.tex_cells,
}
BINARY = ("docx", "xlsx")


def cells(table: Table, name: str) -> list[str]:
    data = FORMATS[name].write(table, None)
    return READERS[name](data if name in BINARY else data.decode("utf-8"))


def expected(table: Table) -> list[str]:
    """Return the numbers as the terminal prints them."""
    return [
        plain_cell(cell)
        for row in table.lines()
        for cell in row.cells
        if isinstance(cell, Number | Coefficient | Interval) and not is_dash(cell)
    ]


def test_the_registry_is_that_of_the_vocabulary() -> None:
    assert list(FORMATS) == list(TABLE_FORMATS)
    assert all(entry.name == name for name, entry in FORMATS.items())
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FORMATS)
def test_the_same_numbers_to_the_digit(name: str, case: str) -> None:
    table = CASES[case]()
    assert read.numbers(cells(table, name)) == expected(table)
    assert expected(table) or case == "definitions"


@pytest.mark.parametrize("name", FORMATS)
def test_numbers_that_are_rounded_by_hand(name: str) -> None:
    """Halves go to even, by the shortest decimal form; thousands are grouped; stars follow from p."""
    found = (
        estimate("a", -1234.5625, 0.0125, p=0.0499999),
        estimate("b", 0.0005, 0.0015, p=0.05),
        estimate("c", math.nan, math.inf, p=math.nan),
        estimate("d", -0.0001, 2.5, p=0.2),
    )
    table = build_table(request("a", "b", "c", "d", digits=3), results(found), study())
    shown_numbers = read.numbers(cells(table, name))
    assert shown_numbers[:3] == ["-1,234.562**", "0.000*", "-0.000"]
    assert shown_numbers[3:6] == ["(0.012)", "(0.002)", "(2.500)"]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_table_gives_the_same_bytes(name: str) -> None:
    write = FORMATS[name].write
    for case in ("default", "hostile"):
        assert write(CASES[case](), None) == write(CASES[case](), None)
        assert b"/somewhere" not in write(CASES[case](), None)


@pytest.mark.parametrize("write", [docx_table, xlsx_table])
def test_archives_hold_no_time(write: Callable[[Table], bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(write(CASES["default"]()))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode("utf-8")
    assert "created" not in properties and "modified" not in properties
    assert "<dc:title>Baseline</dc:title>" in properties
    assert "made by gipspec 0.1.0 from gip_panel.dta (sha256 0123456789ab)" in properties


# ---------------------------------------------------------------- structure


def test_html_is_a_table_that_can_be_listened_to() -> None:
    page = read.Page(html_table(CASES["panels"]()))
    tags = [tag for tag, _ in page.tags]
    assert [tags.count(t) for t in ("table", "caption", "thead", "figcaption", "script")] == [1, 1, 1, 1, 0]
    headings = [attributes for tag, attributes in page.tags if tag == "th"]
    assert {h["scope"] for h in headings} == {"row", "col", "colgroup", "rowgroup"}
    assert [h for h in headings if h.get("rowspan") == "2"]  # a label stands beside what is below it
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on") or a == "href"]


@pytest.mark.parametrize("case", CASES)
def test_html_rows_fill_all_columns(case: str) -> None:
    table = CASES[case]()
    widths: list[int] = []
    hanging: list[int] = []  # rows that labels still stand beside
    for tag, attributes in read.Page(html_table(table)).tags:
        if tag == "tr":
            widths.append(len(hanging))
            hanging = [left - 1 for left in hanging if left > 1]
        elif tag in ("td", "th"):
            widths[-1] += int(attributes.get("colspan") or 1)
            hanging += [rows - 1] if (rows := int(attributes.get("rowspan") or 1)) > 1 else []
    assert set(widths) == {table.columns + 1}


@pytest.mark.parametrize("case", CASES)
def test_markdown_is_one_table_whose_rows_fill_all_columns(case: str) -> None:
    table = CASES[case]()
    tokens = [t.type for t in read.markdown_tokens(markdown_table(table))]
    assert tokens.count("table_open") == tokens.count("thead_open") == 1
    assert tokens.count("th_open") == table.columns + 1
    assert tokens.count("td_open") == (tokens.count("tr_open") - 1) * (table.columns + 1)


def test_markdown_joins_the_headings_of_a_column() -> None:
    heads = read.md_cells(markdown_table(CASES["panels"]()))[:4]
    assert heads == [
        "A. Samples",
        "Industrial-chain resilience (1) recent",
        "Industrial-chain resilience (2) Winsor 1%",
        "Industrial-chain resilience (3) Winsor 5%",
    ]


def test_word_merges_spanners() -> None:
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(io.BytesIO(docx_table(CASES["panels"]())))
    (table,) = document.tables
    assert table.cell(0, 1)._tc is table.cell(0, 3)._tc  # the outcome, over three columns
    assert table.cell(3, 0)._tc is not table.cell(3, 1)._tc
    assert table.cell(3, 0).text == table.cell(4, 0).text == "Green industrial park"  # beside its error
    assert all(len(row.cells) == 4 for row in table.rows)
    fonts = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:rFonts')}")
    assert (fonts.get(qn("w:ascii")), fonts.get(qn("w:eastAsia"))) == ("Times New Roman", "SimSun")
    assert {p.style.name for row in table.rows for c in row.cells for p in c.paragraphs} == {"Table Text"}
    assert document.paragraphs[0].style.name == "Caption"
    assert document.paragraphs[-1].text.startswith("Notes: Double machine learning")


def test_word_has_three_lines() -> None:
    """A thick rule above and below, thin ones between; a single panel has two of these."""
    import docx
    from docx.oxml.ns import qn

    (table,) = docx.Document(io.BytesIO(docx_table(CASES["chinese"]()))).tables
    rules: list[tuple[int, str, str]] = []
    for i, row in enumerate(table._tbl.iter(qn("w:tr"))):
        borders = {
            (side.tag.rpartition("}")[2], side.get(qn("w:sz")))
            for found in row.iter(qn("w:tcBorders"))
            for side in found
        }
        rules += [(i, side, size) for side, size in sorted(borders)]
    last = len(table.rows) - 1
    assert rules == [(0, "top", "12"), (3, "top", "6"), (5, "top", "6"), (last, "bottom", "12")]


def test_word_turns_the_page_for_many_columns() -> None:
    import docx

    found = [estimate(f"m{i}", -1234.5, 10.0) for i in range(14)]
    table = build_table(request(*(e.name for e in found)), results(found), study())
    for made, turned in ((table, True), (CASES["default"](), False)):
        (section,) = docx.Document(io.BytesIO(docx_table(made))).sections
        assert (section.page_width > section.page_height) == turned


def test_excel_keeps_numbers() -> None:
    sheet = read.sheet_of(xlsx_table(CASES["default"]()))
    values = {
        cell.value: cell.number_format for row in sheet.iter_rows() for cell in row if cell.data_type == "n"
    }
    assert values[0.05213] == '#,##0.000"***";-#,##0.000"***"'
    assert values[0.01127] == '"("#,##0.000")";"(-"#,##0.000")"'
    assert values[5058] == "#,##0;-#,##0"
    assert {str(area) for area in sheet.merged_cells.ranges} == {"B2:F2", "A18:F18"}
    assert sheet.print_title_rows == "$2:$4"


@pytest.mark.parametrize(
    ("value", "digits", "kept"),
    [(0.0125, 3, 0.012), (0.0135, 3, 0.0135), (-0.0125, 3, -0.012), (2.5, 0, 2.0), (0.052131, 3, 0.052131)],
)
def test_excel_is_given_another_number_where_it_would_round_otherwise(
    value: float, digits: int, kept: float
) -> None:
    cell = Number(value=value, digits=digits)
    assert shown(cell) == kept
    assert read.displayed(shown(cell), number_format(cell)) == plain_cell(cell)


def test_csv_is_known_as_utf8() -> None:
    text = csv_table(CASES["chinese"]())
    assert text.startswith("\ufeff绿色工业园区与产业链韧性\r\n")
    title, *lines, _, _ = csv.reader(io.StringIO(text))
    assert len(title) == 1
    assert {len(line) for line in lines} == {4}

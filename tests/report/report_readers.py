"""Each format read back by a program of its own, as the texts of its cells in reading order."""

from __future__ import annotations

import csv
import io
import re
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import docx
import openpyxl
from docx.oxml.ns import qn
from markdown_it import MarkdownIt

MINUS = "\N{MINUS SIGN}"
NUMBER = r"-?[0-9][0-9,]*\.[0-9]+"
PRINTED = re.compile(rf"-?[0-9][0-9,]*(\.[0-9]+)?\**|\({NUMBER}\)|\[{NUMBER}\]|\[-?[0-9.,]+, -?[0-9.,]+\]")


def numbers(cells: list[str]) -> list[str]:
    """Keep the cells that are a printed number, with its stars or brackets."""
    plain = (cell.replace(MINUS, "-") for cell in cells)
    return [cell for cell in plain if PRINTED.fullmatch(cell)]


# ---------------------------------------------------------------- text formats

TEX = (
    (r"\\phantom\{[^}]*\}", ""),
    (r"\\gipminus ", "-"),
    (r"\$-\$", "-"),
    (r"\\gipstars\{(\**)\}", r"\1"),
    (r"\{([\[\]])\}", r"\1"),
)


SPANNING = re.compile(r"\\multicolumn\{\d+\}\{c\}\{(.*)\}")


def tex_cells(text: str) -> list[str]:
    cells: list[str] = []
    for line in text.splitlines():
        if line.endswith(r"\\"):
            for pattern, plain in TEX:
                line = re.sub(pattern, plain, line)
            cells += [SPANNING.sub(r"\1", cell.strip()) for cell in line.removesuffix(r"\\").split(" & ")]
    return cells


class Page(HTMLParser):
    """Collects tags, the texts of cells, and all text beside that of styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self._style = self._cell = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._style = self._style or tag == "style"
        if tag in ("td", "th"):
            self._cell = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.texts.append(data)
        if self._cell:
            self.cells[-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def html_cells(text: str) -> list[str]:
    return Page(text).cells


def markdown_tokens(text: str) -> list[Any]:
    """Return all tokens, those within lines too; HTML in the text would count as such."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [t for token in reader.parse(text) for t in (token, *(token.children or ()))]


def md_cells(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [
        "".join(t.content for t in inline.children or ())
        for cell, inline in pairwise(tokens)
        if cell.type in ("td_open", "th_open")
    ]


def typ_cells(text: str) -> list[str]:
    """Return the string literals of each line, stars joined to their number."""
    return [
        "".join(text or "" for text in found.groups())
        for line in text.splitlines()
        if line.endswith(",")
        for found in STARRED.finditer(line)
    ]


STARRED = re.compile(r'"((?:[^"\\]|\\.)*)"(?: \+ stars\("([*]*)"\))?')


def csv_cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]


# ---------------------------------------------------------------- office formats


def docx_cells(data: bytes) -> list[str]:
    (table,) = docx.Document(io.BytesIO(data)).tables
    cells = table._tbl.iter(qn("w:tc"))
    return ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in cells]


def sheet_of(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).active


def xlsx_cells(data: bytes) -> list[str]:
    """Return what a spreadsheet shows."""
    return [
        displayed(cell.value, cell.number_format) if cell.data_type == "n" else str(cell.value)
        for row in sheet_of(data).iter_rows()
        for cell in row
        if cell.value is not None
    ]


def displayed(value: float, number_format: str) -> str:
    """Print as Excel does, for the formats of two sections that we write: halves are rounded up."""
    section = number_format.split(";")[value < 0]
    quoted = re.findall(r'"([^"]*)"', section)
    digits = re.sub(r'"[^"]*"', "", section).removeprefix("-")
    places = len(digits.partition(".")[2])
    rounded = abs(Decimal(repr(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    before = "-" if section.startswith("-") else ""
    text = f"{before}{rounded:,}"
    if not quoted:
        return text
    return f"{text}{quoted[0]}" if len(quoted) == 1 else f"{quoted[0]}{text}{quoted[1]}"

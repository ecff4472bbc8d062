"""The numbers of a run as a Word document of bookmarks, which a paper takes its own from by fields.

In the paper stands the field `{ INCLUDETEXT "numbers.docx" base_coef }`; F9 brings all of them up to date.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gipspec.report.formats.archive import require, sealed_as
from gipspec.report.formats.pieces import MINUS
from gipspec.report.numbers import keyed

if TYPE_CHECKING:
    from gipspec.engine.results import Results

LONGEST = 40  # characters of a bookmark in Word
UNREADABLE = re.compile(r"\W+")
WIDTHS = (5600, 3400)  # twentieths of a point


def bookmark_names(names: list[str]) -> list[str]:
    """Return a bookmark for each name: letters, digits and underscores, no two alike in capitals or not.

    One that is too long keeps its end, which tells what the number is.
    """
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        plain = UNREADABLE.sub("_", name).strip("_")
        plain = plain if plain[:1].isalpha() else f"n_{plain}"
        number = 1
        short = _shortened(plain, "")
        while short.casefold() in taken:
            number += 1
            short = _shortened(plain, f"_{number}")
        taken.add(short.casefold())
        found.append(short)
    return found


def _shortened(name: str, end: str) -> str:
    room = LONGEST - len(end)
    if len(name) > room:
        half = room // 2
        name = f"{name[:half]}{name[half - room :]}"
    return name + end


def numbers_docx(results: Results) -> bytes:
    """Return a document with a bookmark for every number. Raises GipError (G508) without python-docx."""
    require("docx", "docx")
    import docx

    from gipspec.report.formats.word_table import element, run

    document = docx.Document()
    relations = document.part.package.rels
    for key in [k for k, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        relations.pop(key)
    grid = element("tblGrid", *(element("gridCol", w=width) for width in WIDTHS))
    properties = element("tblPr", element("tblW", w=sum(WIDTHS), type="dxa"))
    rows = []
    for at, (name, text) in enumerate(_marked(results)):
        start = element("bookmarkStart", id=at, name=name)
        value = element("p", start, run(text), element("bookmarkEnd", id=at))
        cells = (element("p", run(name)), value)
        rows.append(
            element(
                "tr",
                *(
                    element("tc", element("tcPr", element("tcW", w=width, type="dxa")), cell)
                    for width, cell in zip(WIDTHS, cells, strict=True)
                ),
            )
        )
    document.element.body.insert(0, element("tbl", properties, grid, *rows))
    out = io.BytesIO()
    document.save(out)
    return sealed_as(out.getvalue(), f"Numbers of {results.study}", "Bookmarks for the fields of a paper.")


def _marked(results: Results) -> Iterator[tuple[str, str]]:
    pairs = list(keyed(results))
    names = bookmark_names([name for name, _ in pairs])
    for name, (_, text) in zip(names, pairs, strict=True):
        yield name, re.sub(r"(?<![\w-])-(?=\d)", MINUS, text)

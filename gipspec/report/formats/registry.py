"""The formats of tables: one registry, from the ending of a file to what writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gipspec.diagnostics import Problem
from gipspec.lang.study import Study, TableRequest
from gipspec.report.formats.archive import missing
from gipspec.report.formats.csv import csv_table
from gipspec.report.formats.excel import xlsx_table
from gipspec.report.formats.html import html_table
from gipspec.report.formats.markdown import markdown_table
from gipspec.report.formats.typst import typst_table
from gipspec.report.formats.word import docx_table
from gipspec.report.latex import latex_table, standalone_table
from gipspec.report.options import options_of
from gipspec.report.table import Table

Writer = Callable[[Table, Path | None], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: its ending, what writes it, and the package that it needs beyond those of gipspec.

    `write` takes a table and the folder of a user's templates, and raises GipError (G502, G507, G508). The
    file is called by its name, unless it has an `ending` of its own.
    """

    name: str
    write: Writer
    package: str = ""
    ending: str = ""

    def missing(self) -> Problem | None:
        """Return the problem of a package that is not installed."""
        return missing(self.package, self.name) if self.package else None


def _text(write: Callable[[Table, Path | None], str]) -> Writer:
    return lambda table, templates: write(table, templates).encode("utf-8")


_LISTED = (
    Format(name="tex", write=_text(latex_table)),
    Format(name="docx", write=lambda table, _: docx_table(table), package="docx"),
    Format(name="html", write=_text(html_table)),
    Format(name="md", write=_text(markdown_table)),
    Format(name="typ", write=_text(typst_table)),
    Format(name="csv", write=lambda table, _: csv_table(table).encode("utf-8")),
    Format(name="xlsx", write=lambda table, _: xlsx_table(table), package="openpyxl"),
    Format(name="standalone", write=_text(standalone_table), ending="standalone.tex"),
)

FORMATS = {entry.name: entry for entry in _LISTED}
ALWAYS = "tex"


def formats_of(request: TableRequest, asked: Iterable[str] = ()) -> tuple[Format, ...]:
    """Return the formats of a table: LaTeX, those of its own line, those that the run asks for."""
    wanted = {ALWAYS, *options_of(request).formats, *asked}
    return tuple(entry for entry in _LISTED if entry.name in wanted)


def all_formats(study: Study, asked: Iterable[str] = ()) -> tuple[Format, ...]:
    """Return the formats of tables that no line asks for: all that some table has."""
    wanted = {ALWAYS, *asked, *(name for t in study.tables for name in options_of(t).formats)}
    return tuple(entry for entry in _LISTED if entry.name in wanted)


def lacking(study: Study, asked: Iterable[str] = ()) -> tuple[Problem, ...]:
    """Return a problem for each format that is asked for and lacks its package, at its line if it has one."""
    found: dict[str, Problem] = {}
    named = [(request.span, name) for request in study.tables for name in options_of(request).formats]
    for span, name in (*named, *((None, name) for name in asked)):
        lack = FORMATS[name].missing()
        if lack is not None:
            found.setdefault(name, lack.at(span))
    return tuple(found.values())

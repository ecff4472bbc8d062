"""What a page is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gipspec.diagnostics import Finding
from gipspec.engine import Results, Tried
from gipspec.lang.study import Study
from gipspec.report.escape import one_line
from gipspec.report.figures.figure import Column, Figure
from gipspec.report.lock import Lock
from gipspec.report.table import Table
from gipspec.source import Source

SIGNATURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"  # how a PNG begins, before its width and height


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as it was drawn: the name of its files, title and notes, its PNG, and the plotted numbers.

    `members` are the models that it is drawn from.
    """

    name: str
    title: str
    notes: str
    png: bytes
    data: tuple[Column, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a study has gone through: how many specifications were `tried` in all runs, None where no ledger
    can tell, and the findings of the audit with those that rest on the ledger.
    """

    tried: Tried | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A run as the page shows it.

    `sources` are the texts of the spec, its own first; `lock` says what the run was made of.
    """

    results: Results
    study: Study
    sources: tuple[Source, ...]
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...]
    lock: Lock
    history: History


def pictures_of(figures: Iterable[Figure], study: Study, folder: Path) -> tuple[Picture, ...]:
    """Return the figures whose drawings stand in a folder of outputs."""
    members = {request.name: request.members for request in study.figures}
    found: list[Picture] = []
    for figure in figures:
        path = folder / "figures" / f"{figure.name}.png"
        png = path.read_bytes() if path.is_file() else b""
        if png.startswith(SIGNATURE):
            found.append(
                Picture(
                    name=figure.name,
                    title=one_line(figure.title or figure.name),
                    notes=" ".join(one_line(note) for note in figure.notes),
                    png=png,
                    data=figure.data,
                    members=members.get(figure.name, ()),
                )
            )
    return tuple(found)

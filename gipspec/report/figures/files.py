"""The files of figures: vector and pixels, the plotted numbers, the caption with its notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.figures.caption import caption_latex, caption_text
from gipspec.report.figures.drawn import NAME as RECORDS
from gipspec.report.figures.drawn import Record, key_of, read_records, records_text, still_there
from gipspec.report.figures.figure import Figure
from gipspec.report.figures.numbers import csv_figure
from gipspec.report.figures.registry import build_figure
from gipspec.report.files import file_name_fault, is_known
from gipspec.report.lock import sha256

FOLDER = "figures"
SHOWN = 20  # characters without a font that a message shows


class Folder(Protocol):
    """The folder of a study's outputs, which notes the hash of each file that belongs to the run."""

    path: Path
    written: dict[str, str]

    def write(self, name: str, make: Callable[[], bytes]) -> tuple[Problem, ...]: ...


@dataclass(slots=True, kw_only=True)
class _Drawings:
    """The drawings of a run: those noted by earlier runs, and what of that is still true."""

    folder: Folder
    records: dict[str, Record] = field(default_factory=dict)

    def draw(self, figure: Figure, request: FigureRequest) -> Iterator[Problem]:
        """Draw a figure unless its drawing is there already; one that lacks letters is drawn each time."""
        stem, key = f"{FOLDER}/{figure.name}", key_of(figure)
        record = self.records.pop(figure.name, None)
        if record is not None and still_there(record, key, self.folder.path / stem):
            self.records[figure.name] = record
            self.folder.written.update({f"{stem}.{ending}": digest for ending, digest in record.files})
            return
        from gipspec.report.figures.draw import draw

        drawn = draw(figure)
        files = {"pdf": drawn.pdf, "png": drawn.png}
        wrong = [
            p
            for ending, data in files.items()
            for p in self.folder.write(f"{stem}.{ending}", partial(bytes, data))
        ]
        yield from wrong
        if drawn.missing:
            characters = drawn.missing[:SHOWN] + ("..." if len(drawn.missing) > SHOWN else "")
            yield problem("G542", request.span, name=figure.name, characters=characters)
        elif not wrong:
            hashes = tuple((ending, sha256(data)) for ending, data in files.items())
            self.records[figure.name] = Record(key=key, files=hashes)


def write_figures(
    results: Results, study: Study, folder: Folder
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """Write the figures of a study into its folder; return those that could be made, and what went wrong.

    Each has `.pdf` and `.png`, the plotted numbers as `.csv`, its caption with notes as `.tex` and `.txt`.
    """
    if not study.figures:
        return (), ()
    before = read_records(folder.path)
    drawings = _Drawings(folder=folder, records=dict(before))
    made: list[Figure] = []
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for request in study.figures:
        taken = first.setdefault(request.name.casefold(), request.name)
        clash = None if taken == request.name else f"the figure `{taken}` has this file already"
        fault = file_name_fault(request.name) or clash
        if fault and is_known(request.name, results.problems):
            continue
        if fault:
            path = f"{FOLDER}/{request.name}.pdf"
            problems.append(
                problem("G501", request.span, path=path, reason=fault, remedy="rename the figure")
            )
            continue
        try:
            figure = build_figure(request, results, study)
        except GipError as error:
            problems += error.problems
            continue
        made.append(figure)
        problems += _texts(figure, folder)
        problems += drawings.draw(figure, request)
    if drawings.records != before:
        problems += folder.write(RECORDS, lambda: records_text(drawings.records).encode("utf-8"))
        folder.written.pop(RECORDS, None)
    return tuple(made), tuple(problems)


def _texts(figure: Figure, folder: Folder) -> Iterator[Problem]:
    stem = f"{FOLDER}/{figure.name}"
    yield from folder.write(f"{stem}.csv", lambda: csv_figure(figure).encode("utf-8"))
    yield from folder.write(f"{stem}.tex", lambda: caption_latex(figure).encode("utf-8"))
    yield from folder.write(f"{stem}.txt", lambda: caption_text(figure).encode("utf-8"))

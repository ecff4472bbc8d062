"""All files of a run. Each is complete or not touched; what fails is reported, and the others are written.

Only without `results.json` none is: the others would be those of another run than it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gipspec.diagnostics import GipError, Problem, problem, sort_problems
from gipspec.engine.atomic import leftovers, write_atomically
from gipspec.engine.results import Results
from gipspec.lang.study import Study
from gipspec.report.build import build_table
from gipspec.report.figures.files import write_figures
from gipspec.report.files import file_name_fault, is_known, unwritable
from gipspec.report.formats import FORMATS, Format, all_formats, formats_of, lacking
from gipspec.report.formats.word_numbers import numbers_docx
from gipspec.report.lock import NAME as LOCK
from gipspec.report.lock import (
    RESULTS,
    Lock,
    changed_outputs,
    lock_text,
    make_lock,
    relock,
    sha256,
    with_rest,
)
from gipspec.report.macros import numbers_tex
from gipspec.report.numbers import numbers_csv
from gipspec.report.page import NAME as PAGE
from gipspec.report.page import History, Parts, Picture, pictures_of, report_page
from gipspec.report.saved import results_json
from gipspec.report.table import Table
from gipspec.report.weights import NAME as WEIGHTS
from gipspec.report.weights import weights_table
from gipspec.source import Source, Span

Maker = Callable[[], bytes]
Exhibits = tuple[tuple[Table, ...], tuple[Picture, ...]]


@dataclass(slots=True, kw_only=True)
class Folder:
    """The folder of a study's outputs; `written` maps the files of this run to their SHA-256."""

    path: Path
    written: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, make: Maker) -> tuple[Problem, ...]:
        """Write a file below the folder; return what went wrong."""
        path = self.path / name
        try:
            data = make()
            write_atomically(path, data)
        except GipError as error:
            return error.problems
        except OSError as error:
            return (unwritable(path, error),)
        self.written[name] = sha256(data)
        return ()

    def sweep(self) -> None:
        """Remove temporary files that killed runs left."""
        folders = (p for p in self.path.glob("*") if p.is_dir() and not p.is_symlink())
        for left in (path for part in (self.path, *folders) for path in leftovers(part)):
            with suppress(OSError):  # what cannot be removed does no harm
                left.unlink()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A table to be written: its formats, and how it is built, which may raise GipError."""

    name: str
    span: Span | None
    build: Callable[[], Table]
    formats: tuple[Format, ...]


def write_outputs(
    results: Results,
    study: Study,
    out_dir: Path,
    templates: Path | None = None,
    formats: Iterable[str] = (),
    sources: Iterable[Source] = (),
    locked: Lock | None = None,
    history: History | None = None,
    *,
    part: bool = False,
) -> tuple[Problem, ...]:
    """Write results, numbers, tables and `report.html` into `out_dir`; return what went wrong.

    Tables are written as LaTeX, and in the formats that their lines and `formats` ask for. Every file is
    replaced at once or left as it was; where `results.json` cannot be written all are, since the outputs of a
    folder are those of one run. Nothing is written outside `out_dir`. `gipspec.lock` holds the hashes
    of the spec's `sources` and of all that was written; where the run is held to a lock, that stays, and what
    differs from it is returned as a warning (G612). After a run of a `part` of the study it keeps what that
    did not write. The page stands outside the lock, because it tells the
    `history` of the study.
    """
    texts, folder = tuple(sources) or (study.source,), Folder(path=out_dir)
    folder.sweep()
    if unwritten := folder.write(RESULTS, lambda: results_json(results).encode("utf-8")):
        return unwritten
    exhibits, wrong = _write_exhibits(results, study, folder, templates, tuple(formats))
    problems = [*wrong]
    lock = make_lock(results, texts, folder.written, part=part)
    if locked is None:
        lock = with_rest(out_dir, lock) if part else lock
        problems += folder.write(LOCK, lambda: lock_text(lock).encode("utf-8"))
    else:
        problems += changed_outputs(locked, lock)
    problems += _write_page(results, study, texts, exhibits, lock, history, folder, templates)
    return sort_problems(problems)


def rewrite_outputs(
    results: Results,
    study: Study,
    out_dir: Path,
    templates: Path | None = None,
    formats: Iterable[str] = (),
    sources: Iterable[Source] = (),
    history: History | None = None,
) -> tuple[Problem, ...]:
    """Write all but `results.json` anew from the results of an earlier run; return what went wrong.

    The lock keeps what it says of data and versions, and gets the hashes of the spec and of what was written.
    """
    texts, folder = tuple(sources) or (study.source,), Folder(path=out_dir)
    folder.sweep()
    exhibits, wrong = _write_exhibits(results, study, folder, templates, tuple(formats))
    problems = [*wrong]
    lock = relock(out_dir, make_lock(results, texts, folder.written))
    problems += folder.write(LOCK, lambda: lock_text(lock).encode("utf-8"))
    problems += _write_page(results, study, texts, exhibits, lock, history, folder, templates)
    return sort_problems(problems)


def unwritten(problems: Iterable[Problem], out_dir: Path) -> tuple[str, ...]:
    """Return the files of a folder that the system did not let be written, by what went wrong."""
    lead = f"cannot write {out_dir / '_'}"[:-1]
    told = (p.message for p in problems if p.code == "G501" and p.span is None)
    return tuple(m.removeprefix(lead).partition(": ")[0] for m in told if m.startswith(lead))


def _write_page(
    results: Results,
    study: Study,
    sources: tuple[Source, ...],
    exhibits: Exhibits,
    lock: Lock,
    history: History | None,
    folder: Folder,
    templates: Path | None,
) -> tuple[Problem, ...]:
    tables, pictures = exhibits
    parts = Parts(
        results=results,
        study=study,
        sources=sources,
        tables=tables,
        pictures=pictures,
        lock=lock,
        history=history or History(tried=None, findings=results.findings),
    )
    return folder.write(PAGE, lambda: report_page(parts, templates).encode("utf-8"))


def _write_exhibits(
    results: Results, study: Study, folder: Folder, templates: Path | None, asked: tuple[str, ...]
) -> tuple[Exhibits, tuple[Problem, ...]]:
    """Write numbers, tables and figures; return the exhibits that could be made, and what went wrong."""
    problems = [*lacking(study, asked)]
    problems += _write_numbers(results, folder, templates, {f.name for f in all_formats(study, asked)})
    names: list[tuple[str, Span | None]] = [(request.name, request.span) for request in study.tables]
    tables: list[Table] = []
    for wanted in _tables(results, study, asked, templates):
        fault = file_name_fault(wanted.name) or _clash(wanted.name, wanted.span, names)
        if fault and is_known(wanted.name, results.problems):
            continue
        if fault:
            path = f"tables/{wanted.name}.tex"
            problems.append(problem("G501", wanted.span, path=path, reason=fault, remedy="rename the table"))
            continue
        try:
            table = wanted.build()
        except GipError as error:
            problems += [p for p in error.problems if not _known(p, wanted.name, results)]
            continue
        tables.append(table)
        problems += _write_table(wanted, table, folder, templates)
    figures, wrong = write_figures(results, study, folder)
    shown = tuple(tables), pictures_of(figures, study, folder.path)
    return shown, (*problems, *wrong)


def _write_numbers(
    results: Results, folder: Folder, templates: Path | None, formats: set[str]
) -> tuple[Problem, ...]:
    """Write the numbers for LaTeX, and for Word and for programs where tables are written for these."""
    problems = [*folder.write("numbers.tex", lambda: numbers_tex(results, templates).encode("utf-8"))]
    if "docx" in formats and FORMATS["docx"].missing() is None:
        problems += folder.write("numbers.docx", lambda: numbers_docx(results))
    if formats & {"docx", "csv", "xlsx"}:
        problems += folder.write("numbers.csv", lambda: numbers_csv(results).encode("utf-8"))
    return tuple(problems)


def _tables(
    results: Results, study: Study, asked: tuple[str, ...], templates: Path | None
) -> Iterator[Wanted]:
    for request in study.tables:
        yield Wanted(
            name=request.name,
            span=request.span,
            build=partial(build_table, request, results, study, templates),
            formats=formats_of(request, asked),
        )
    if results.indices and all(request.kind != "weights" for request in study.tables):
        build = partial(weights_table, results, study)
        yield Wanted(name=WEIGHTS, span=None, build=build, formats=all_formats(study, asked))


def _known(found: Problem, name: str, results: Results) -> bool:
    """Tell whether the run has said already why a table lacks its numbers."""
    return found.code == "G509" and any(p.subject == name and p.severity == "error" for p in results.problems)


def _clash(name: str, span: Span | None, names: list[tuple[str, Span | None]]) -> str | None:
    """Some file systems take `Main` and `main` for one file; the first of them is written."""
    first = next(((n, s) for n, s in names if n.casefold() == name.casefold()), (name, span))
    return None if first == (name, span) else f"the table `{first[0]}` has this file already"


def _write_table(wanted: Wanted, table: Table, folder: Folder, templates: Path | None) -> Iterator[Problem]:
    for entry in wanted.formats:
        if entry.missing() is None:
            name = f"tables/{wanted.name}.{entry.ending or entry.name}"
            yield from folder.write(name, partial(entry.write, table, templates))

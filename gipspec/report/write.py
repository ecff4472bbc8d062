"""All files of a run. Each is complete or not touched; what fails is reported, and the others are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gipspec.diagnostics import GipError, Problem, problem, sort_problems
from gipspec.engine.atomic import write_atomically
from gipspec.engine.results import Results
from gipspec.lang.study import Study
from gipspec.report.build import build_table
from gipspec.report.files import file_name_fault, unwritable
from gipspec.report.formats import Format, all_formats, formats_of, lacking
from gipspec.report.macros import numbers_tex
from gipspec.report.saved import results_json
from gipspec.report.table import Table
from gipspec.report.weights import NAME as WEIGHTS
from gipspec.report.weights import weights_table
from gipspec.source import Span

Maker = Callable[[], bytes]


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
) -> tuple[Problem, ...]:
    """Write `results.json`, `numbers.tex` and the tables into `out_dir`; return what went wrong.

    Tables are written as LaTeX, and in the formats that their lines and `formats` ask for. Every file is
    replaced at once or left as it was. Nothing is written outside `out_dir`.
    """
    asked = tuple(formats)
    problems = [*lacking(study, asked)]
    problems += _write(out_dir / "results.json", lambda: results_json(results).encode("utf-8"))
    problems += _write(out_dir / "numbers.tex", lambda: numbers_tex(results, templates).encode("utf-8"))
    names: list[tuple[str, Span | None]] = [(request.name, request.span) for request in study.tables]
    for wanted in _tables(results, study, asked):
        fault = file_name_fault(wanted.name) or _clash(wanted.name, wanted.span, names)
        if fault:
            path = f"tables/{wanted.name}.tex"
            problems.append(problem("G501", wanted.span, path=path, reason=fault, remedy="rename the table"))
        else:
            problems += _write_table(wanted, out_dir / "tables", templates)
    return sort_problems(problems)


def _tables(results: Results, study: Study, asked: tuple[str, ...]) -> Iterator[Wanted]:
    for request in study.tables:
        yield Wanted(
            name=request.name,
            span=request.span,
            build=partial(build_table, request, results, study),
            formats=formats_of(request, asked),
        )
    if results.indices:
        build = partial(weights_table, results, study)
        yield Wanted(name=WEIGHTS, span=None, build=build, formats=all_formats(study, asked))


def _clash(name: str, span: Span | None, names: list[tuple[str, Span | None]]) -> str | None:
    """Some file systems take `Main` and `main` for one file; the first of them is written."""
    first = next(((n, s) for n, s in names if n.casefold() == name.casefold()), (name, span))
    return None if first == (name, span) else f"the table `{first[0]}` has this file already"


def _write_table(wanted: Wanted, folder: Path, templates: Path | None) -> Iterator[Problem]:
    try:
        table = wanted.build()
    except GipError as error:
        yield from error.problems
        return
    for entry in wanted.formats:
        if entry.missing() is None:
            yield from _write(folder / f"{wanted.name}.{entry.name}", partial(entry.write, table, templates))


def _write(path: Path, make: Maker) -> tuple[Problem, ...]:
    try:
        write_atomically(path, make())
    except GipError as error:
        return error.problems
    except OSError as error:
        return (unwritable(path, error),)
    return ()

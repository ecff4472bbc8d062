"""All files of a run. Each is complete or not touched; what fails is reported, and the others are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gipspec.diagnostics import GipError, Problem, problem, sort_problems
from gipspec.engine.atomic import write_atomically
from gipspec.engine.results import Results
from gipspec.lang.study import Study
from gipspec.report.build import build_table
from gipspec.report.files import file_name_fault, unwritable
from gipspec.report.latex import latex_table
from gipspec.report.macros import numbers_tex
from gipspec.report.saved import results_json
from gipspec.report.weights import NAME as WEIGHTS
from gipspec.report.weights import weights_table
from gipspec.source import Span

Maker = Callable[[], str]


def write_outputs(
    results: Results, study: Study, out_dir: Path, templates: Path | None = None
) -> tuple[Problem, ...]:
    """Write `results.json`, `numbers.tex` and `tables/*.tex` into `out_dir`; return what went wrong.

    Every file is replaced at once or left as it was. Nothing is written outside `out_dir`.
    """
    problems: list[Problem] = []
    jobs: list[tuple[Path, Maker]] = [
        (out_dir / "results.json", lambda: results_json(results)),
        (out_dir / "numbers.tex", lambda: numbers_tex(results, templates)),
    ]
    names: list[tuple[str, Span | None]] = [(request.name, request.span) for request in study.tables]
    for name, span, maker in _tables(results, study, templates):
        fault = file_name_fault(name) or _clash(name, span, names)
        path = out_dir / "tables" / f"{name}.tex"
        if fault:
            problems.append(
                problem("G501", span, path=f"tables/{name}.tex", reason=fault, remedy="rename the table")
            )
        else:
            jobs.append((path, maker))
    for path, maker in jobs:
        problems += _write(path, maker)
    return sort_problems(problems)


def _tables(
    results: Results, study: Study, templates: Path | None
) -> Iterator[tuple[str, Span | None, Maker]]:
    for request in study.tables:
        yield (
            request.name,
            request.span,
            lambda request=request: latex_table(build_table(request, results, study), templates),  # type: ignore[misc]
        )
    if results.indices:
        yield WEIGHTS, None, lambda: latex_table(weights_table(results, study), templates)


def _clash(name: str, span: Span | None, names: list[tuple[str, Span | None]]) -> str | None:
    """Some file systems take `Main` and `main` for one file; the first of them is written."""
    first = next(((n, s) for n, s in names if n.casefold() == name.casefold()), (name, span))
    return None if first == (name, span) else f"the table `{first[0]}` has this file already"


def _write(path: Path, make: Maker) -> tuple[Problem, ...]:
    try:
        write_atomically(path, make().encode("utf-8"))
    except GipError as error:
        return error.problems
    except OSError as error:
        return (unwritable(path, error),)
    return ()

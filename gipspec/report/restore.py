"""Results of an earlier run, brought back beside the spec as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from shlex import quote

from gipspec.diagnostics import Finding, GipError, Problem, problem, sort_problems
from gipspec.engine.results import Results
from gipspec.lang.study import Model, Study
from gipspec.plan import describe_settings, setting_changes
from gipspec.report.relabel import relabelled
from gipspec.report.saved import load_results_json
from gipspec.source import Span


def last_results(out: Path, spec: Path) -> Results:
    """Read the results that the last run of `spec` left in `out`.

    Raises GipError: G504 where there are none, G507 where they cannot be read.
    """
    path = out / "results.json"
    try:
        return load_results_json(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise GipError(problem("G504", path=quote(str(spec)))) from None
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
    raise GipError(problem("G507", path=path, reason=reason, remedy="run the study again"))


def placed(results: Results, spec: Iterable[Problem], audit: Iterable[Finding], study: Study) -> Results:
    """Give problems and findings that were read from `results.json` the places that they had, and estimates
    the labels that the spec has now.

    One that is also among the problems of the `spec`, or found by the `audit` of it now, stands where that
    stands; another one at the line of the first model or table that it names.
    """
    said = {_content(p): p.span for p in spec}
    found = {f: f.span for f in audit}
    lines = {table.name: table.span for table in study.tables}
    lines |= {contrast.name: contrast.span for contrast in study.contrasts}
    lines |= {model.name: model.span for model in study.models}

    def line(names: Iterable[str]) -> Span | None:
        return next((lines[name] for name in names if name in lines), None)

    findings = tuple(replace(f, span=found.get(f) or line(f.names)) for f in results.findings)

    def place(p: Problem) -> Span | None:
        names = names_in(p.subject)
        alike = [f for f in findings if not f.accepted and (f.code, f.message) == (p.code, p.message)]
        of_it = sorted(alike, key=lambda f: names[0] not in f.names)  # the same may be found of several
        return said.get(_content(p)) or next((f.span for f in of_it), None) or line(names)

    problems = sort_problems(p.at(place(p)) for p in results.problems)
    return relabelled(replace(results, findings=findings, problems=problems), study)


def failures(spec: Iterable[Problem], results: Results, study: Study) -> tuple[Problem, ...]:
    """Return the errors of the `spec`, and those of the run for lines that the spec still has."""
    lines = {m.name for m in study.models} | {c.name for c in study.contrasts}
    failed = (p for p in results.problems if lines.intersection(names_in(p.subject)))
    return tuple(p for p in (*spec, *failed) if p.severity == "error")


def names_in(subject: str) -> list[str]:
    """Return the names in the subject of a problem: `base, algos.lasso and 3 more`."""
    return re.split(r", | and ", subject)


def _content(p: Problem) -> Problem:
    return replace(p, span=None, notes=())


def stale(out: Path, reason: str) -> Problem:
    """Return the problem (G531) of outputs from which no package can be made."""
    return problem("G531", path=out, reason=reason)


def outdated(results: Results, models: Iterable[Model]) -> tuple[Problem, ...]:
    """Return a warning (G530) for each of the `models` whose line asks for what was not estimated."""
    before = {e.model_name: dict(e.settings) for e in results if e.settings}
    found: list[Problem] = []
    for model in models:
        changes = setting_changes(before.get(model.name, {}), describe_settings(model))
        if model.name in before and changes:
            found.append(problem("G530", model.span, name=model.name, changes=", ".join(changes)))
    return tuple(found)

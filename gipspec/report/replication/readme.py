"""The README of a replication package, in the sections that the data editors of journals ask for."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from gipspec.engine import Results, Run
from gipspec.lang.study import DataSource, FigureRequest, Study, TableRequest
from gipspec.report.escape import one_line
from gipspec.report.formats.markdown import Markdown, comment, escape
from gipspec.report.lock import Lock
from gipspec.report.replication.contents import Contents
from gipspec.report.replication.references import Reference, citation
from gipspec.report.templates import environment, render

TEMPLATE = "replication/README.md"
GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A table or figure: where the spec asks for it, and the files that hold it."""

    kind: str
    name: str
    title: str
    line: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the README tells beside the study: `statement` is the authors' own, about the data."""

    study: Study
    results: Results
    lock: Lock
    contents: Contents
    works: tuple[Reference, ...]
    runs: tuple[Run, ...]
    requirements: tuple[str, ...]
    data_size: int
    with_data: bool
    statement: str = ""


def readme(about: About, templates: Path | None = None) -> str:
    """Return the README as Markdown; raises GipError (G502) when a template fails."""
    return render(environment(templates, Markdown, escape, comment), TEMPLATE, view_of(about))


def view_of(about: About) -> dict[str, object]:
    """Return what the template sees: plain strings are escaped when printed, `Markdown` is not."""
    study, lock, contents = about.study, about.lock, about.contents
    return {
        "title": about.results.title or about.results.study,
        "spec": _code(contents.spec),
        "command": Markdown(f"gipspec run {quote(contents.spec)} --locked"),
        "data": _data(study.data, contents, about),
        "panel": study.panel,
        "statement": Markdown(about.statement),
        "programs": [_code(name) for name in contents.programs],
        "models": len({e.model_name for e in about.results}),
        "estimates": len(about.results.estimates),
        "python": lock.python,
        "requirements": [_code(line) for line in about.requirements],
        "seeds": ", ".join(str(seed) for seed in lock.seeds),
        "time": run_time(about.runs, lock),
        "machine": machine(),
        "storage": _size(sum(map(len, (*contents.programs.values(), *contents.outputs.values())))),
        "exhibits": tuple(_exhibits(study, contents)),
        "references": [_reference(work) for work in about.works],
    }


def _data(source: DataSource, contents: Contents, about: About) -> dict[str, object]:
    return {
        "name": source.name,
        "file": _code(contents.data),
        "package": source.package,
        "hash": _code(about.lock.data_hash),
        "included": about.with_data,
        "size": _size(about.data_size),
    }


def _code(text: str) -> Markdown:
    """Return text as code of one line; what could end it stands escaped instead."""
    text = one_line(text)
    return escape(text) if "`" in text or "|" in text else Markdown(f"`{text}`")


def _reference(work: Reference) -> Markdown:
    link = f" <https://doi.org/{work.doi}>" if work.doi else ""
    return Markdown(f"{escape(citation(work))}{link}")


def _size(count: int) -> str:
    if count >= 1_000_000:
        return f"{count / 1_000_000:.1f} MB"
    return f"{max(1, round(count / 1000))} kB"


def _exhibits(study: Study, contents: Contents) -> Iterable[Exhibit]:
    requests: Sequence[tuple[str, TableRequest | FigureRequest]] = [
        *(("Table", table) for table in study.tables),
        *(("Figure", figure) for figure in study.figures),
    ]
    for kind, request in requests:
        start = f"/{kind.lower()}s/{request.name}."
        files = tuple(name for name in contents.outputs if start in name)
        if files:
            yield Exhibit(
                kind=kind,
                name=request.name,
                title=request.title or request.name,
                line=f"{request.span.source.name}:{request.span.line}",
                files=tuple(_code(name) for name in files),
            )


def run_time(runs: Iterable[Run], lock: Lock) -> str:
    """Say how long the study takes, from the run of the ledger that fitted most of it; empty without one."""
    alike = [r for r in runs if not r.draft and not r.selected and r.data_hash == lock.data_hash and r.fitted]
    if not alike:
        return ""
    run = max(alike, key=lambda r: (r.fitted, r.id))
    workers = "one worker" if run.jobs == 1 else f"{run.jobs} workers"
    found = f", {run.found} more being there from an earlier run" if run.found else ""
    return f"{_duration(run.seconds)} with {workers}: {run.fitted} fits of learners{found}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def machine() -> str:
    """Say on what kind of machine the package was made: system, processor, cores, memory; no names."""
    parts = [f"{platform.system()} ({platform.machine()})", f"{os.cpu_count() or 1} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
        parts.append(f"{memory:.0f} GiB of memory")
    return ", ".join(parts)

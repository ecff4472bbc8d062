"""`gipspec run`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

import click

from gipspec.cli import options
from gipspec.cli.console import FAILED, FINE, count, has_errors, show_problems
from gipspec.cli.ending import orderly
from gipspec.cli.places import check_writable, out_folder, store_folder, writing
from gipspec.diagnostics import GipError, Problem, counted, sort_problems, summarise

SHOWN = 5  # files that were not written


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What the command line says of how to run, the same for all specs."""

    select: tuple[str, ...]
    draft: bool
    jobs: int
    on: str
    formats: tuple[str, ...]
    templates: Path | None
    locked: bool
    strict: bool
    as_json: bool
    quiet: bool


@click.command(
    "run",
    epilog="Examples: gipspec run study.gip    gipspec run specs/*.gip -j 4    "
    "gipspec run study.gip --draft --select base    gipspec run study.gip --format docx,html",
)
@options.specs
@options.select
@options.draft("; outputs are marked DRAFT")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 1024), metavar="N", help="Fits at a time [default: the cores]."
)
@click.option("--on", metavar="ADDRESS", help="Fit on a Dask cluster instead: dask://host:port.")
@options.out
@options.store
@options.formats
@options.templates
@click.option("--locked", is_flag=True, help="Refuse data and versions that are not those of gipspec.lock.")
@click.option("--strict", is_flag=True, help="Exit with 1 where a finding of the audit is not accepted.")
@options.as_json("the results")
@click.option("-q", "--quiet", is_flag=True, help="Only problems on stderr, no progress.")
def command(
    specs: tuple[Path, ...],
    out: Path | None,
    store: Path | None,
    jobs: int | None,
    on: str | None,
    **rest: Any,
) -> int:
    """Estimate studies and write their tables, numbers and results.

    What an earlier run has fitted is found in the store. A model that fails is reported at its line, the
    others finish, and the exit code is 1. With several specs --json prints a list.
    """
    from gipspec.engine import default_jobs

    if on is not None and jobs is not None:
        raise click.UsageError("-j is for fits on this machine; a cluster does as many as it has workers")
    how = How(jobs=jobs or default_jobs(), on=on or "", **rest)
    options.one_out(out, specs)
    code = FINE
    documents: list[str] = []
    for spec in specs:
        try:
            with orderly():
                one, document = _run(spec, out_folder(spec, out), store_folder(spec, store), how)
            code = max(code, one)
            documents.append(document)
        except GipError as error:
            show_problems(error.problems)
            click.echo(f"{spec}: {count(error.problems)}; nothing was written", err=True)
            code = FAILED
    if how.as_json:
        several = len(specs) > 1
        click.echo(f"[{','.join(documents)}]" if several else "".join(documents), nl=several)
    return code


def _run(spec: Path, out: Path, store: Path, how: How) -> tuple[int, str]:
    """Run a spec; return the exit code, and the results as JSON where that is asked for."""
    from gipspec.api import load
    from gipspec.cli.progress import progress_here
    from gipspec.report import lacking, read_lock, results_json, summary
    from gipspec.report.files import foreign_names

    loaded = load(spec)
    lock = read_lock(out) if how.locked else None
    lacks = (*lacking(loaded.require(), how.formats), *foreign_names(loaded.require()))
    if lacks:
        raise GipError(*lacks)  # before hours of fitting, not after them
    check_writable(out)
    with writing(store, "check the folder, its rights and its free space"):
        results = loaded.run(
            select=how.select,
            draft=how.draft,
            jobs=how.jobs,
            on=how.on,
            store=store,
            locked=lock,
            templates=how.templates,
            progress=progress_here(quiet=how.quiet),
        )
    problems: tuple[Problem, ...] = results.problems
    wrong: tuple[Problem, ...] = ()
    if results.estimates or not has_errors(problems):
        wrong = loaded.write(results, out, how.templates, how.formats, lock, store)
        problems = sort_problems((*problems, *wrong))
    document = results_json(results) if how.as_json else ""
    if not how.as_json:
        click.echo(summary(results), nl=False)
    show_problems(problems)
    if not how.quiet:
        where = _where(spec, out, wrong) if results.estimates else "; nothing was written"
        where += "" if loaded.require().models else ": no line of it is a model"
        click.echo(
            f"{spec}: {counted(len(results.estimates), 'estimate')}, {count(problems)}{where}", err=True
        )
    findings = loaded.findings_of_run(results, store)
    if findings and not how.quiet:
        click.echo(f"audit: {summarise(findings)}; `gipspec audit {quote(str(spec))}` shows them", err=True)
    refused = how.strict and any(not f.accepted for f in findings)
    return FAILED if refused or has_errors(problems) else FINE, document


def _where(spec: Path, out: Path, wrong: tuple[Problem, ...]) -> str:
    """Say where the outputs are, or which of them could not be written, and what makes up for that."""
    from gipspec.report.lock import RESULTS
    from gipspec.report.write import unwritten

    lost = unwritten(wrong, out)
    if RESULTS in lost:
        return "; nothing was written, and earlier outputs stay; what was fitted is kept for the next run"
    if not lost:
        return f"; written to {out}"
    names = ", ".join(lost[:SHOWN]) + (f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else "")
    there = "" if out == out_folder(spec, None) else f" --out {quote(str(out))}"
    again = f"`gipspec report {quote(str(spec))}{there}` writes these without estimating once there is space"
    return f"; written to {out} without {names}: {again}"

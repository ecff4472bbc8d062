"""`gipspec run`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

import click

from gipspec.cli.completion import complete_models
from gipspec.cli.console import FAILED, FINE, count, has_errors, show_problems
from gipspec.cli.ending import orderly
from gipspec.cli.places import out_folder, store_folder
from gipspec.diagnostics import GipError, Problem, nearest, problem, sort_problems, summarise


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
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


def read_formats(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the formats of `--format docx,html --format md`; a usage error names those that there are."""
    from gipspec.lang.vocabulary import TABLE_FORMATS

    names = [name.strip() for text in given for name in text.split(",")]
    for name in names:
        if name not in TABLE_FORMATS:
            guess = nearest(name, TABLE_FORMATS)
            hint = f"did you mean '{guess}'?" if guess else f"the formats are {', '.join(TABLE_FORMATS)}"
            raise click.BadParameter(f"there is no format '{name}'; {hint}")
    return tuple(dict.fromkeys(names))


@click.command(
    "run",
    epilog="Examples: gipspec run study.gip    gipspec run specs/*.gip -j 4    gipspec run study.gip --draft",
)
@click.argument("specs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--select",
    multiple=True,
    shell_complete=complete_models,
    help="Only models, fans or tables of this name (* and ? match).",
)
@click.option("--draft", is_flag=True, help="One repetition of everything; outputs are marked DRAFT.")
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), help="Fits at a time [default: the cores].")
@click.option("--on", metavar="ADDRESS", help="Fit on a Dask cluster instead: dask://host:port.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the outputs [default: out/<study>].")
@click.option("--store", type=click.Path(path_type=Path), help="Folder of finished fits [default: .gipspec].")
@click.option(
    "--format",
    "formats",
    multiple=True,
    callback=read_formats,
    help="Formats of tables beside LaTeX: docx,html,md,typ,csv,xlsx,standalone.",
)
@click.option("--templates", type=click.Path(path_type=Path), help="Folder of templates of your own.")
@click.option("--locked", is_flag=True, help="Refuse data and versions that are not those of gipspec.lock.")
@click.option("--strict", is_flag=True, help="Exit with 1 where a finding of the audit is not accepted.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Only problems on stderr, no progress.")
def command(
    specs: tuple[Path, ...],
    out: Path | None,
    store: Path | None,
    jobs: int | None,
    on: str | None,
    **how: Any,
) -> int:
    """Estimate studies and write their tables, numbers and results."""
    from gipspec.engine import default_jobs

    if on is not None and jobs is not None:
        raise click.UsageError("-j is for fits on this machine; a cluster does as many as it has workers")
    options = Options(jobs=jobs or default_jobs(), on=on or "", **how)
    if out is not None and len(specs) > 1:
        raise click.UsageError("--out names the folder of one study; leave it away for several specs")
    code = FINE
    for spec in specs:
        places = out_folder(spec, out), store_folder(spec, store)
        try:
            with orderly():
                one = _run(spec, *places, options)
            code = max(code, one)
        except GipError as error:
            show_problems(error.problems)
            click.echo(f"{spec}: {count(error.problems)}; nothing was written", err=True)
            code = FAILED
    return code


def _run(spec: Path, out: Path, store: Path, options: Options) -> int:
    from gipspec.api import load
    from gipspec.cli.progress import progress_here
    from gipspec.report import lacking, read_lock, results_json, summary

    loaded = load(spec)
    lock = read_lock(out) if options.locked else None
    lacks = lacking(loaded.require(), options.formats)
    if lacks:
        raise GipError(*lacks)  # before hours of fitting, not after them
    try:
        results = loaded.run(
            select=options.select,
            draft=options.draft,
            jobs=options.jobs,
            on=options.on,
            store=store,
            locked=lock,
            progress=progress_here(quiet=options.quiet),
        )
    except OSError as error:
        raise GipError(_disk_problem(error.filename or store, error)) from None
    problems: tuple[Problem, ...] = results.problems
    if results.estimates or not has_errors(problems):
        written = loaded.write(results, out, options.templates, options.formats, lock, store)
        problems = sort_problems((*problems, *written))
    if options.as_json:
        click.echo(results_json(results), nl=False)
    else:
        click.echo(summary(results), nl=False)
    show_problems(problems)
    if not options.quiet:
        where = f"; written to {out}" if results.estimates else "; nothing was written"
        click.echo(f"{spec}: {len(results.estimates)} estimates, {count(problems)}{where}", err=True)
    findings = loaded.findings_of_run(results, store)
    if findings and not options.quiet:
        click.echo(f"audit: {summarise(findings)}; `gipspec audit {quote(str(spec))}` shows them", err=True)
    refused = options.strict and any(not f.accepted for f in findings)
    return FAILED if refused or has_errors(problems) else FINE


def _disk_problem(path: Path | str, error: OSError) -> Problem:
    reason = (error.strerror or "it cannot be written").lower()
    remedy = "check the folder, its rights and its free space"
    return problem("G501", path=path, reason=reason, remedy=remedy)

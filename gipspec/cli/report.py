"""`gipspec report`."""

from __future__ import annotations

from pathlib import Path

import click

from gipspec.cli import options
from gipspec.cli.console import FAILED, FINE, count, has_errors, show_problems
from gipspec.cli.places import check_results, out_folder, store_folder
from gipspec.diagnostics import GipError


@click.command(
    "report",
    epilog="Examples: gipspec report study.gip    gipspec report study.gip --format docx    "
    "gipspec report study.gip --replication package --with-data",
)
@options.spec
@options.out
@options.store
@options.formats
@options.templates
@click.option(
    "--replication",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write a replication package into a new folder instead.",
)
@click.option("--with-data", is_flag=True, help="Put the data into the replication package.")
def command(
    spec: Path,
    out: Path | None,
    store: Path | None,
    formats: tuple[str, ...],
    templates: Path | None,
    replication: Path | None,
    with_data: bool,
) -> int:
    """Write the outputs of the last run anew, without estimating: tables, figures, numbers and report.html.

    What changes labels, titles, tables or templates needs no more than this. With --replication the outputs
    stay as they are, and are handed on with the spec, a README and references.
    """
    if with_data and replication is None:
        raise click.UsageError("--with-data goes with --replication")
    folder = out_folder(spec, out)
    check_results(spec, folder)
    if replication is not None:
        return _replicate(spec, folder, store_folder(spec, store), templates, replication, with_data)
    from gipspec.api import load
    from gipspec.report import lacking
    from gipspec.report.write import unwritten

    loaded = load(spec)
    lacks = lacking(loaded.require(), formats)
    if lacks:
        raise GipError(*lacks)
    problems = loaded.report(folder, templates, formats, store_folder(spec, store))
    show_problems(problems)
    lost = ", ".join(unwritten(problems, folder))
    click.echo(f"{spec}: {count(problems)}; written to {folder}{lost and f' without {lost}'}", err=True)
    return FAILED if has_errors(problems) else FINE


def _replicate(
    spec: Path, out: Path, store: Path, templates: Path | None, folder: Path, with_data: bool
) -> int:
    from gipspec.api import load

    files = load(spec).replicate(folder, out, with_data=with_data, store=store, templates=templates)
    click.echo(f"{spec}: {len(files)} files in {folder}; README.md says how to use them", err=True)
    return FINE

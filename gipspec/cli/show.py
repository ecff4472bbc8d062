"""`gipspec show`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.completion import complete_results
from gipspec.cli.console import FAILED, FINE, show_problems
from gipspec.cli.names import addresses, unknown
from gipspec.cli.places import out_folder, results_of
from gipspec.diagnostics import GipError

if TYPE_CHECKING:
    from gipspec.engine import Estimate, Results
    from gipspec.lang.study import TableRequest


@click.command(
    "show",
    epilog="Examples: gipspec show study.gip    gipspec show study.gip main    "
    "gipspec show study.gip 'algos.*' gap --json    gipspec show study.gip --csv",
)
@options.spec
@click.argument("names", nargs=-1, shell_complete=complete_results)
@options.out
@options.as_json("the results")
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print the estimates as CSV on stdout, at full precision."
)
def command(spec: Path, names: tuple[str, ...], out: Path | None, as_json: bool, as_csv: bool) -> int:
    """Show the results of the last run: all estimates, or the tables and models that are named."""
    from gipspec.report import results_csv, results_json, summary

    if as_json and as_csv:
        raise click.UsageError("--json or --csv, not both")
    results = results_of(spec, out_folder(spec, out))
    if as_json or as_csv:
        return _data(spec, names, results, results_json if as_json else results_csv)
    if names:
        return _named(spec, names, results)
    click.echo(summary(results), nl=False)
    return FINE


def _data(spec: Path, names: tuple[str, ...], results: Results, write: Callable[[Results], str]) -> int:
    """Print the estimates that are named, and report the names that mean none."""
    if not names:
        click.echo(write(results), nl=False)
        return FINE
    tables = _tables(spec)
    kept = tuple(e for e in results if any(_addresses(n, e, tables) for n in names))
    missing = [n for n in names if not any(_addresses(n, e, tables) for e in results)]
    click.echo(write(replace(results, estimates=kept)), nl=False)
    show_problems(_unknown(n, results, tables).problems[0] for n in missing)
    return FAILED if missing else FINE


def _named(spec: Path, names: tuple[str, ...], results: Results) -> int:
    from gipspec.api import load
    from gipspec.report import build_table, summary, terminal_table

    study = load(spec).require()
    tables = {t.name: t for t in study.tables}
    code = FINE
    for name in names:
        kept = tuple(e for e in results if _addresses(name, e, {}))
        try:
            if name in tables:
                click.echo(terminal_table(build_table(tables[name], results, study)))
            elif kept:
                click.echo(summary(replace(results, estimates=kept)), nl=False)
            else:
                raise _unknown(name, results, tables)
        except GipError as error:
            show_problems(error.problems)
            code = FAILED
    return code


def _tables(spec: Path) -> dict[str, TableRequest]:
    """Return the tables of the spec as it is now; none where it cannot be read."""
    from gipspec.api import load

    try:
        study = load(spec).study
    except GipError:
        return {}
    return {t.name: t for t in study.tables} if study else {}


def _unknown(name: str, results: Results, tables: Mapping[str, TableRequest]) -> GipError:
    return unknown(name, {*tables, *(e.name for e in results)}, "`gipspec show` alone lists all estimates")


def _addresses(name: str, estimate: Estimate, tables: Mapping[str, TableRequest]) -> bool:
    """Tell whether a name means an estimate: its own, its model's, its fan's, or a table's that shows it."""
    if name in tables:
        return estimate.model_name in tables[name].models
    return addresses(name, estimate.name)

"""`gipspec show`."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli.console import FAILED, FINE, show_problems
from gipspec.cli.places import out_folder
from gipspec.diagnostics import GipError, nearest, problem

if TYPE_CHECKING:
    from gipspec.engine import Estimate
    from gipspec.lang.study import TableRequest


@click.command("show", epilog="Examples: gipspec show study.gip    gipspec show study.gip main --json")
@click.argument("spec", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the outputs [default: out/<study>].")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(spec: Path, names: tuple[str, ...], out: Path | None, as_json: bool) -> int:
    """Show the results of the last run: all estimates, or the tables and models that are named."""
    from gipspec.report import load_results_json, results_json, summary

    path = out_folder(spec, out) / "results.json"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise GipError(problem("G504", path=spec)) from None
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise GipError(problem("G507", path=path, reason=reason, remedy="run the study again")) from None
    results = load_results_json(text)
    if as_json and not names:
        click.echo(results_json(results), nl=False)
    elif not names:
        click.echo(summary(results), nl=False)
    else:
        return _named(spec, names, text, as_json)
    return FINE


def _named(spec: Path, names: tuple[str, ...], text: str, as_json: bool) -> int:
    from dataclasses import replace

    from gipspec.api import load
    from gipspec.report import build_table, load_results_json, results_json, summary, terminal_table

    results = load_results_json(text)
    study = load(spec).require()
    requests = {t.name: t for t in study.tables}
    if as_json:
        kept = [e for e in results if any(_addresses(n, e, requests) for n in names)]
        click.echo(results_json(replace(results, estimates=tuple(kept))), nl=False)
        return FINE
    code = FINE
    for name in names:
        kept = [e for e in results if _addresses(name, e, {})]
        try:
            if name in requests:
                click.echo(terminal_table(build_table(requests[name], results, study)))
            elif kept:
                click.echo(summary(replace(results, estimates=tuple(kept))), nl=False)
            else:
                guess = nearest(name, {*requests, *(e.name for e in results)})
                remedy = f"did you mean `{guess}`?" if guess else "`gipspec show` alone lists all estimates"
                raise GipError(problem("G505", pattern=name, remedy=remedy))
        except GipError as error:
            show_problems(error.problems)
            code = FAILED
    return code


def _addresses(name: str, estimate: Estimate, tables: Mapping[str, TableRequest]) -> bool:
    """Tell whether a name means an estimate: its own, its model's, its fan's, or a table's that shows it."""
    if name in tables:
        return estimate.model_name in tables[name].models
    return fnmatchcase(estimate.name, name) or estimate.name.startswith(f"{name}.")

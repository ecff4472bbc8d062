"""`gipspec show`."""

from __future__ import annotations

from pathlib import Path

import click

from gipspec.cli.console import FAILED, FINE, show_problems
from gipspec.cli.places import out_folder
from gipspec.diagnostics import GipError, problem


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
    from gipspec.plan import build_plan
    from gipspec.report import build_table, load_results_json, results_json, summary, terminal_table

    results = load_results_json(text)
    loaded = load(spec)
    study = loaded.require()
    requests = {t.name: t for t in study.tables}
    if as_json:
        plan = build_plan(study, select=names)
        wanted = {s.model.name for s in plan.estimates} | {c.name for c in plan.contrasts}
        kept = tuple(e for e in results if e.model_name in wanted)
        click.echo(results_json(replace(results, estimates=kept)), nl=False)
        return FINE
    code = FINE
    for name in names:
        try:
            if name in requests:
                click.echo(terminal_table(build_table(requests[name], results, study)))
                continue
            plan = build_plan(study, select=[name])
            wanted = {s.model.name for s in plan.estimates} | {c.name for c in plan.contrasts}
            kept = tuple(e for e in results if e.model_name in wanted)
            click.echo(summary(replace(results, estimates=kept)), nl=False)
        except GipError as error:
            show_problems(error.problems)
            code = FAILED
    return code

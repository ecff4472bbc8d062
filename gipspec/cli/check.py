"""`gipspec check`."""

from __future__ import annotations

from pathlib import Path

import click

from gipspec.cli.console import FAILED, FINE, count, has_errors, print_json, problems_json, show_problems


@click.command(
    "check",
    epilog="Examples: gipspec check study.gip    gipspec check specs/*.gip --json",
)
@click.argument("specs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON on stdout.")
def command(specs: tuple[Path, ...], as_json: bool) -> int:
    """Check specs against their data: all problems in one go, nothing is estimated."""
    from gipspec.api import load
    from gipspec.diagnostics import GipError, Problem

    found: list[Problem] = []
    for spec in specs:
        try:
            problems = load(spec).problems
        except GipError as error:
            problems = error.problems
        found += problems
        if not as_json:
            show_problems(problems)
            click.echo(f"{spec}: {count(problems)}", err=True)
    if as_json:
        print_json(problems_json(found))
    return FAILED if has_errors(found) else FINE

"""`gipspec check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.console import FAILED, FINE, count, has_errors, print_json, problems_json, show_problems
from gipspec.diagnostics import GipError, Problem, summarise

if TYPE_CHECKING:
    from gipspec.api import Loaded


@click.command(
    "check",
    epilog="Examples: gipspec check study.gip    gipspec check specs/*.gip --json",
)
@options.specs
@options.as_json("the problems")
def command(specs: tuple[Path, ...], as_json: bool) -> int:
    """Check specs against their data: all problems in one go, nothing is estimated."""
    from gipspec.api import load

    found: list[Problem] = []
    for spec in specs:
        try:
            loaded = load(spec)
            problems, audit = loaded.problems, _audit(loaded)
        except GipError as error:
            problems, audit = error.problems, ""
        found += problems
        if not as_json:
            show_problems(problems)
            click.echo(f"{spec}: {count(problems)}{audit}", err=True)
    if as_json:
        print_json(problems_json(found))
    return FAILED if has_errors(found) else FINE


def _audit(loaded: Loaded) -> str:
    """Say in a few words what the audit finds in a sound spec, before anything is read or estimated."""
    from gipspec.audit import findings

    found = findings(loaded.study) if loaded.ok and loaded.study else ()
    return f"; audit: {summarise(found)}" if found else ""

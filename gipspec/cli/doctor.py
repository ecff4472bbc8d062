"""`gipspec doctor`."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.console import FAILED, FINE, print_json
from gipspec.cli.places import check_spec, store_folder

if TYPE_CHECKING:
    from gipspec.doctor import Check

_MARKS = {"ok": ("ok", "green"), "note": ("--", "yellow"), "broken": ("!!", "red")}


@click.command(
    "doctor",
    epilog="Examples: gipspec doctor    gipspec doctor study.gip    gipspec doctor --store fits --json",
)
@options.any_spec
@options.store
@options.as_json("what is found")
def command(spec: Path | None, store: Path | None, as_json: bool) -> int:
    """Look at this machine: versions, threads, extras, LaTeX, fonts, and the store of a study.

    What is optional and missing is marked `--`, with what it would give; what is broken is marked `!!`, and
    the exit code is 1. Nothing is changed.
    """
    from gipspec.doctor import examine

    if spec is not None and store is None:
        check_spec(spec)
    checks = examine(store_folder(spec or Path(), store))
    broken = [c for c in checks if c.state == "broken"]
    if as_json:
        print_json({"ok": not broken, "checks": [asdict(c) for c in checks]})
    else:
        _show(checks)
        things = f"{len(broken)} thing{'s are' if len(broken) > 1 else ' is'} broken"
        click.echo(things if broken else "nothing is broken", err=True)
    return FAILED if broken else FINE


def _show(checks: tuple[Check, ...]) -> None:
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = max(len(c.name) for c in checks)
    for group, members in groupby(checks, key=lambda c: c.group):
        click.echo(group)
        for c in members:
            mark, colour = _MARKS[c.state]
            shown = click.style(mark, fg=colour) if colours else mark
            click.echo(f"  {shown}  {c.name:<{width}}  {c.found}")
            if c.remedy:
                click.echo(f"      {'':<{width}}  {c.remedy}")

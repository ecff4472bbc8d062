"""`gipspec log`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.completion import complete_results
from gipspec.cli.console import FINE, print_json
from gipspec.cli.names import addresses, unknown
from gipspec.cli.places import check_runs, store_folder
from gipspec.diagnostics import GipError, problem

if TYPE_CHECKING:
    from gipspec.engine import Run


@click.command(
    "log",
    epilog="Examples: gipspec log study.gip    gipspec log study.gip base    gipspec log study.gip 'algos.*'",
)
@options.spec
@click.argument("names", nargs=-1, shell_complete=complete_results)
@click.option(
    "-n", "most", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="Lines at most."
)
@options.store
@options.as_json("runs, the first one first,")
def command(spec: Path, names: tuple[str, ...], most: int, store: Path | None, as_json: bool) -> int:
    """List the runs of a study and what changed in each, or the history of the estimates that are named."""
    from gipspec.engine import changes_by_run, states_of
    from gipspec.report import history

    kept = store_folder(spec, store)
    runs = past_runs(spec, kept)
    check_runs(spec, kept, runs)
    changes = changes_by_run(runs)
    if names:
        _check(names, runs)
        states = states_of(lambda name: any(addresses(n, name) for n in names), runs, changes)[-most:]
        if as_json:
            print_json(history.states_data(states))
        else:
            click.echo(history.states_text(states), nl=False)
        return FINE
    runs, changes = runs[-most:], changes[-most:]
    if as_json:
        print_json(history.runs_data(runs, changes))
    else:
        click.echo(history.runs_text(runs, changes), nl=False)
    return FINE


def past_runs(spec: Path, store: Path) -> tuple[Run, ...]:
    """Return the runs of a spec in the ledger. Raises GipError (G507) for a ledger that cannot be read."""
    import sqlite3

    from gipspec.engine import read_runs
    from gipspec.engine.ledger import NAME

    try:
        return read_runs(store, spec)
    except sqlite3.Error as error:
        remedy = "move it away, and the next run begins a new one; finished fits do not depend on it"
        raise GipError(problem("G507", path=store / NAME, reason=str(error), remedy=remedy)) from None


def _check(names: tuple[str, ...], runs: tuple[Run, ...]) -> None:
    """Raise GipError (G505) for a name that no run ever estimated."""
    known = {e.name for run in runs for e in run.entries}
    for wanted in names:
        if not any(addresses(wanted, name) for name in known):
            raise unknown(wanted, known, "`gipspec log` alone lists the runs")

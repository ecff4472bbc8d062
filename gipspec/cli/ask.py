"""Questions of `gipspec new` on a terminal, where what was found is not sure."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gipspec.diagnostics import GipError

if TYPE_CHECKING:
    from gipspec.propose import Choice, Given, Proposal

Reader = Callable[[str], str]


def interactive() -> bool:
    """Tell whether somebody can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def read_line(text: str) -> str:
    """Ask on stderr, because stdout is for data."""
    answer: str = click.prompt(text, default="", show_default=False, prompt_suffix=" ", err=True)
    return answer.strip()


def ask(proposal: Proposal, given: Given, read: Reader = read_line) -> Proposal:
    """Ask for what is not sure: Enter takes the proposal, a number or a name chooses, `none` is for no panel.

    Each answer is taken into account by the proposals that follow it.
    """
    from gipspec.propose import propose

    sight = proposal.sight
    if not given.panel and not given.unit and not (proposal.panel and proposal.panel.sure == "sure"):
        given = _ask_panel(proposal, given, read)
        proposal = propose(sight, given)
    if not given.treatment and (proposal.treatment is None or proposal.treatment.sure != "sure"):
        given = replace(given, treatment=_ask_column("treatment", proposal, proposal.treatment, read))
        proposal = propose(sight, given)
    if not given.outcome and (proposal.outcome is None or proposal.outcome.sure != "sure"):
        given = replace(given, outcome=_ask_column("outcome", proposal, proposal.outcome, read))
        proposal = propose(sight, given)
    return proposal


def _ask_panel(proposal: Proposal, given: Given, read: Reader) -> Given:
    shown = proposal.panel.name if proposal.panel else "none"
    if proposal.panel:
        click.echo(f"unit and time: {proposal.panel.why}", err=True)
    else:
        click.echo("no two columns look like unit and time", err=True)
    while True:
        answer = read(f"unit and time, or none [{shown}]")
        if not answer:
            return given if proposal.panel else replace(given, panel="none")
        if answer == "none":
            return replace(given, panel="none")
        names = answer.replace(",", " ").split()
        if len(names) == 2 and all(
            _usable(proposal, n, r) for n, r in zip(names, ("unit", "time"), strict=True)
        ):
            return replace(given, unit=names[0], time=names[1])
        if len(names) != 2:
            click.echo("two columns, such as: city year", err=True)


def _ask_column(role: str, proposal: Proposal, choice: Choice | None, read: Reader) -> str:
    """Return the column that was chosen; empty where none was and none is proposed."""
    options = [choice.name, *choice.others] if choice else []
    if choice:
        click.echo(f"{role}: {choice.name}, {choice.sure}: {choice.why}", err=True)
    for number, name in enumerate(options, 1):
        click.echo(f"  {number}  {name}", err=True)
    while True:
        answer = read(f"{role}: a number or a column [{options[0] if options else 'none'}]")
        if not answer:
            return options[0] if options else ""
        if answer.isdigit() and answer not in proposal.sight.profiles and 1 <= int(answer) <= len(options):
            return options[int(answer) - 1]
        if _usable(proposal, answer, role):
            return answer


def _usable(proposal: Proposal, name: str, role: str) -> bool:
    from gipspec.propose import check_column

    try:
        check_column(proposal.sight, name, role)
    except GipError as error:
        found = error.problems[0]
        click.echo(f"{found.message}" + (f"; {found.help}" if found.help else ""), err=True)
        return False
    return True

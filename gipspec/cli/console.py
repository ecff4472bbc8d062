"""What every command shares: problems on stderr, exit codes, colours that a pipe does not get."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable

import click

from gipspec.diagnostics import Finding, Problem, as_json, counted, list_findings, render

FINE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

_COLOURS = {"error": "red", "warning": "yellow", "place": "blue", "help": "cyan", "caret": "red"}


def _style(role: str, text: str) -> str:
    return click.style(text, fg=_COLOURS[role], bold=role in ("error", "warning"))


def _plain(role: str, text: str) -> str:
    return text


def colourful() -> bool:
    """Tell whether stderr is a terminal that wants colours (https://no-color.org)."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def show_problems(problems: Iterable[Problem]) -> None:
    """Render problems on stderr."""
    text = render(problems, _style if colourful() else _plain)
    if text:
        click.echo(text, err=True, nl=False)


def listing(findings: Iterable[Finding]) -> str:
    """Return findings as text for stdout, in colour where that is a terminal."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return list_findings(findings, _style if colour else _plain)


def print_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def problems_json(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Return problems as plain data."""
    return as_json(problems)


def count(problems: Iterable[Problem]) -> str:
    """Count errors and warnings in words: `2 errors, 1 warning`."""
    severities = [p.severity for p in problems]
    parts = []
    for word in ("error", "warning"):
        n = severities.count(word)
        if n:
            parts.append(counted(n, word))
    return ", ".join(parts) or "no problems"


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(p.severity == "error" for p in problems)

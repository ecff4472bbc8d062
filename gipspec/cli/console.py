"""What every command shares: problems on stderr, exit codes, colours that a pipe does not get."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

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


def unwritten(error: OSError) -> str:
    """Return "stdout" or "stderr" where `click.echo` could not write, and give that up; else nothing."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code is not click.echo.__code__:
        return ""
    name = "stderr" if trace.tb_frame.f_locals["err"] else "stdout"
    _give_up(sys.stderr if name == "stderr" else sys.stdout)
    return name


def _give_up(stream: TextIO) -> None:
    """Let a stream lead nowhere: what it still holds would be tried again at the end."""
    with suppress(OSError):  # it is no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

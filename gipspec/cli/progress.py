"""Progress on stderr: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from gipspec.cli.console import show_problems
from gipspec.diagnostics import Problem

if TYPE_CHECKING:
    from gipspec.engine.tasks import Task

PLAIN_SECONDS = 10.0  # a line in a log at most that often


@dataclass(slots=True)
class LineProgress:
    """Counts fits and guesses the time left from the mean so far."""

    live: bool = field(default_factory=lambda: sys.stderr.isatty())
    total: int = 0
    finished: int = 0
    started: float = 0.0
    last: float = 0.0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        self.total, self.finished = distinct - found, 0
        self.started = self.last = time.monotonic()
        shared = asked - distinct
        click.echo(f"{asked} nuisances: {shared} shared, {found} found, {self.total} to fit", err=True)

    def queue(self, tasks: Sequence[Task], width: int) -> None:
        pass

    def done(self, task: Task) -> None:
        self.finished += len(task.keys)
        now = time.monotonic()
        left = (now - self.started) / self.finished * (self.total - self.finished)
        text = f"{self.finished}/{self.total} fitted, {_duration(left)} left ({task.estimate}: {task.name})"
        if self.live:
            click.echo(f"\r\x1b[2K{text}", err=True, nl=False)
        elif now - self.last >= PLAIN_SECONDS:
            self.last = now
            click.echo(text, err=True)

    def warn(self, problem: Problem) -> None:
        self._clear()
        show_problems([problem])

    def _clear(self) -> None:
        if self.live and self.finished:
            click.echo("\r\x1b[2K", err=True, nl=False)

    def end(self) -> None:
        self._clear()
        if self.finished:
            spent = _duration(time.monotonic() - self.started)
            click.echo(f"{self.finished} nuisances fitted in {spent}", err=True)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"

"""Progress on stderr: a live display on a terminal, plain lines in a log."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from gipspec.cli.console import colourful, show_problems
from gipspec.diagnostics import Problem
from gipspec.engine.progress import Silent

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

    from gipspec.engine import Progress
    from gipspec.engine.pace import Pace
    from gipspec.engine.tasks import Task

PLAIN_SECONDS = 10.0  # a line in a log at most that often
REFRESHES = 4  # of the live display in a second
BAR = 24  # its width in characters
MOST_SHOWN = 3  # nuisances that are running
Clock = Callable[[], float]


def progress_here(*, quiet: bool) -> Progress:
    """Return what suits stderr: a live display, lines where there is no terminal or no colours are wanted."""
    if quiet:
        return QuietProgress()
    if colourful() and os.environ.get("TERM") not in ("dumb", "unknown"):
        return LiveProgress()
    return LineProgress()


class QuietProgress(Silent):
    """Tells problems only."""

    def warn(self, problem: Problem) -> None:
        show_problems([problem])


@dataclass(slots=True)
class LineProgress(QuietProgress):
    """A line when a stage begins, now and then, and at its end."""

    clock: Clock = time.monotonic
    pace: Pace | None = None
    last: float = 0.0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        to_fit = distinct - found
        text = f"{asked} nuisances: {asked - distinct} shared, {found} found, {to_fit} to fit"
        click.echo(text, err=True)

    def queue(self, tasks: Sequence[Task], width: int) -> None:
        from gipspec.engine.pace import Pace

        self.last = self.clock()
        self.pace = Pace.of(tasks, width, self.last)

    def done(self, task: Task) -> None:
        if self.pace is None:
            return
        self.pace.done(task)
        now = self.clock()
        if now - self.last >= PLAIN_SECONDS:
            self.last = now
            click.echo(f"{counts(self.pace, now)} ({task.estimate}: {task.name})", err=True)

    def end(self) -> None:
        if self.pace is not None and self.pace.done_fits:
            spent = duration(self.clock() - self.pace.started)
            what = "nuisance" if self.pace.done_fits == 1 else "nuisances"
            click.echo(f"{self.pace.done_fits} {what} fitted in {spent}", err=True)
        self.pace = None


@dataclass(slots=True)
class LiveProgress(LineProgress):
    """A bar, the time left, and what is running, in a place of their own below the lines.

    Whatever else is told has the place cleared first.
    """

    console: Console | None = None
    live: Live | None = field(default=None, init=False)

    def queue(self, tasks: Sequence[Task], width: int) -> None:
        LineProgress.queue(self, tasks, width)
        if tasks:
            self._show()

    def done(self, task: Task) -> None:
        if self.pace is not None:
            self.pace.done(task)

    def end(self) -> None:
        self._clear()
        LineProgress.end(self)

    def warn(self, problem: Problem) -> None:
        shown = self.live is not None
        self._clear()
        LineProgress.warn(self, problem)
        if shown:
            self._show()

    def _show(self) -> None:
        from rich.console import Console
        from rich.live import Live

        console = self.console or Console(stderr=True)
        self.live = Live(
            get_renderable=self.drawn,
            console=console,
            refresh_per_second=REFRESHES,
            transient=True,
            redirect_stdout=False,  # results are data, whatever stdout is
        )
        self.live.start(refresh=True)
        console.show_cursor(True)  # a run that is killed would leave the terminal without one

    def _clear(self) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def drawn(self) -> RenderableType:
        """Return the display as it is now."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        if self.pace is None:
            return ""
        done, total = self.pace.done_cost, self.pace.total_cost
        bar = ProgressBar(total=total, completed=done, width=BAR, complete_style="cyan")
        first = Table.grid(padding=(0, 1))
        first.add_row(bar, Text(counts(self.pace, self.clock()), no_wrap=True, overflow="ellipsis"))
        return Group(first, Text(running(self.pace), style="dim", no_wrap=True, overflow="ellipsis"))


def counts(pace: Pace, now: float) -> str:
    """Say how many fits are done, and how long the rest takes."""
    left = pace.left(now)
    return f"{pace.done_fits}/{pace.total_fits} fitted" + ("" if left is None else f", {duration(left)} left")


def running(pace: Pace) -> str:
    """Name what is running: `base: y`, `base: y ×5` for repetitions, and how many more."""
    tally = Counter(f"{task.estimate}: {task.name}" for task in pace.running)
    names = [name if count == 1 else f"{name} ×{count}" for name, count in tally.items()]
    more = sum(list(tally.values())[MOST_SHOWN:])
    names = [*names[:MOST_SHOWN], *([f"{more} more"] if more else [])]
    return "".join(c if c.isprintable() else "·" for c in "  ".join(names))


def duration(seconds: float) -> str:
    """Write a time in words: `41 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"

"""What ends a run from outside: a batch system's time limit, a terminal that is closed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

_ENDINGS = ("SIGTERM", "SIGHUP")


@contextmanager
def orderly() -> Iterator[None]:
    """End as after Ctrl-C, workers first, when the system asks to; the exit code is 128 and the signal.

    A signal that whoever started the command chose to ignore, as `nohup` does, is still ignored.
    """
    wanted = [getattr(signal, name) for name in _ENDINGS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in wanted}
    caught = [number for number in wanted if before[number] is not signal.SIG_IGN]
    for number in caught:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, before[number])


def _end(number: int, frame: FrameType | None) -> None:
    click.echo(f"ended by {signal.Signals(number).name}; what was finished is kept", err=True)
    raise SystemExit(128 + number)

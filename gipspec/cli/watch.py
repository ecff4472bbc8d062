"""`gipspec watch`."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.console import FINE, count, show_problems
from gipspec.cli.ending import orderly
from gipspec.cli.places import check_spec, out_folder
from gipspec.cli.run import command as run
from gipspec.diagnostics import GipError, problem

if TYPE_CHECKING:
    from gipspec.api import Loaded

SETTLED_MS = 300  # editors write a file in several steps
LOOK_SECONDS = 0.1  # at a run that goes on
Stamp = tuple[int, int]


@click.command(
    "watch",
    context_settings={"ignore_unknown_options": True},
    epilog="Examples: gipspec watch study.gip    gipspec watch study.gip --check    "
    "gipspec watch study.gip --draft --select base -j 2",
)
@options.spec
@click.option("--check", "only_check", is_flag=True, help="Check only, run nothing.")
@options.out
@click.argument("more", nargs=-1, type=click.UNPROCESSED)
def command(spec: Path, only_check: bool, out: Path | None, more: tuple[str, ...]) -> int:
    """Check a study and run it, again each time that its spec, an included file or its data are saved.

    A spec with errors is not run. A run that a new version overtakes is ended; what it has fitted is kept, so
    that the next one fits what has changed. All other options are those of `gipspec run`. Ctrl-C ends.
    """
    if find_spec("watchfiles") is None:
        raise GipError(problem("G655", what="`gipspec watch`", package="watchfiles", extra="watch"))
    check_spec(spec)
    where = ("--out", str(out)) if out else ()
    run.make_context("gipspec run", [str(spec), *where, *more])  # a usage error now, not at the first change
    with orderly():
        _Watch(spec=spec, options=(*where, *more), out=out_folder(spec, out), run=not only_check)()
    return FINE


class _Watch:
    """A study under watch, and the run of it that goes on."""

    def __init__(self, *, spec: Path, options: tuple[str, ...], out: Path, run: bool) -> None:
        self.spec, self.options, self.out, self.run = spec, options, out, run
        self.stamps: dict[Path, Stamp | None] = {}
        self.child: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.interrupted = False

    def __call__(self) -> None:
        before = signal.signal(signal.SIGINT, self._interrupt)
        try:
            self._begin()
            for changed in self._changes():
                self._end()
                click.echo(f"\n{', '.join(sorted(changed))} changed", err=True)
                self._begin()
        except FileNotFoundError:
            _check_folder(self.spec)
            raise
        finally:
            self._end()
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Note Ctrl-C, for the interrupt itself is lost where it meets code that ignores errors."""
        self.interrupted = True
        raise KeyboardInterrupt

    def _changes(self) -> Iterator[set[str]]:
        """Yield the names of files of the study that were saved; look at the run meanwhile."""
        from watchfiles import watch

        while True:
            files = frozenset(self.stamps)
            folders = {f.parent for f in files if f.parent.is_dir()}
            looks = watch(
                *folders,
                watch_filter=lambda _, path, files=files: Path(path).resolve() in files,  # type: ignore[misc]
                debounce=SETTLED_MS,
                rust_timeout=round(LOOK_SECONDS * 1000),
                yield_on_timeout=True,
                recursive=False,
                raise_interrupt=True,
            )
            for _ in looks:
                if self.interrupted:
                    raise KeyboardInterrupt
                _check_folder(self.spec)
                self._look()
                changed = {f.name for f, stamp in self.stamps.items() if _stamp(f) != stamp}
                if changed:
                    yield changed
                    break

    def _begin(self) -> None:
        from gipspec.lang.load import files_of

        self.stamps = {f: _stamp(f) for f in files_of(self.spec)}
        loaded = _load(self.spec)
        if loaded is None:
            return
        show_problems(loaded.problems)
        if not loaded.ok or not self.run:
            waits = "; waiting for them to be mended" if not loaded.ok else ""
            click.echo(f"{self.spec}: {count(loaded.problems)}{waits}", err=True)
            return
        for line in _verdicts(loaded, self.out):
            click.echo(line, err=True)
        self.started = time.monotonic()
        self.child = subprocess.Popen([sys.executable, "-m", "gipspec", "run", str(self.spec), *self.options])

    def _look(self) -> None:
        """Say that a run has ended, once."""
        if self.child is not None and self.child.poll() is not None:
            spent, code = time.monotonic() - self.started, self.child.returncode
            how = "done" if code == 0 else f"ended with {code}"
            click.echo(f"{how} in {spent:.0f} s; waiting for a change, Ctrl-C ends", err=True)
            self.child = None

    def _end(self) -> None:
        """End a run that goes on, workers first, as a batch system would."""
        if self.child is None:
            return
        if self.child.poll() is None:
            self.child.terminate()
        self.child.wait()
        self.child = None


def _check_folder(spec: Path) -> None:
    """Raise GipError (G507) where the folder that the command runs in is gone."""
    try:
        Path.cwd()
    except FileNotFoundError:
        reason, remedy = "the folder that this command runs in is gone", "start it again in another one"
        raise GipError(problem("G507", path=spec, reason=reason, remedy=remedy)) from None


def _stamp(path: Path) -> Stamp | None:
    """Return time and size of a file, None where it is not there: an editor may be about to write it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _load(spec: Path) -> Loaded | None:
    from gipspec.api import load

    try:
        return load(spec)
    except GipError as error:
        show_problems(error.problems)
        return None


def _verdicts(loaded: Loaded, out: Path) -> list[str]:
    """Say what the run will do anew, and why; nothing where the data cannot be read, which the run says."""
    try:
        found = loaded.verdicts(loaded.plan(), out)
    except GipError:
        return []
    return [str(v) for v in found if v.run]

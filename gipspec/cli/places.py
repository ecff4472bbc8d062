"""Where spec, outputs and the store are, and what is said where they cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from gipspec.diagnostics import GipError, problem

if TYPE_CHECKING:
    from gipspec.engine import Results


def out_folder(spec: Path, out: Path | None) -> Path:
    """Return the folder of a study's outputs: the one asked for, or `out/<study>` where the command runs."""
    return out if out is not None else Path("out") / spec.stem


def store_folder(spec: Path, store: Path | None) -> Path:
    """Return the folder of finished fits: the one asked for, or `.gipspec` beside the spec."""
    return store if store is not None else spec.parent / ".gipspec"


def check_spec(spec: Path) -> None:
    """Raise GipError (G507), which says what is wrong with its name, where there is no such spec."""
    if not spec.exists():
        from gipspec.lang.load import read_source

        read_source(spec)


def no_results(spec: Path) -> GipError:
    """Return what is said of a study that never ran (G504). Raises GipError (G507) where there is no spec."""
    check_spec(spec)
    return GipError(problem("G504", path=quote(str(spec))))


def results_of(spec: Path, out: Path) -> Results:
    """Return the results of the last run of a study, even of one whose spec is gone.

    Raises GipError: G504 where there are none, G507 where they cannot be read, or where there is no spec.
    """
    from gipspec.report import last_results

    if not (out / "results.json").exists():
        raise no_results(spec)
    return last_results(out, spec)


@contextmanager
def writing(path: Path, remedy: str) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written into GipError (G501)."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise GipError(problem("G501", path=error.filename or path, reason=reason, remedy=remedy)) from None

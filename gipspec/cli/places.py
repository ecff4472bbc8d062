"""Where spec, outputs and the store are, and what is said where they cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from gipspec.diagnostics import GipError, problem

if TYPE_CHECKING:
    from gipspec.engine import Results, Run

RESULTS = "results.json"


def out_folder(spec: Path, out: Path | None) -> Path:
    """Return the folder of a study's outputs: the one asked for, or `out/<study>` where the command runs.

    Raises GipError (G501) for a spec whose name, such as `...gip`, would lead out of there.
    """
    if out is not None:
        return out
    found = Path("out") / spec.stem
    if not spec.stem.strip("."):
        from gipspec.report.files import file_name_fault

        reason, remedy = file_name_fault(spec.stem), "rename the spec, or name a folder with `--out`"
        raise GipError(problem("G501", path=found, reason=reason, remedy=remedy))
    return found


def store_folder(spec: Path, store: Path | None) -> Path:
    """Return the folder of finished fits: the one asked for, or `.gipspec` beside the spec."""
    return store if store is not None else spec.parent / ".gipspec"


def check_spec(spec: Path) -> None:
    """Raise GipError (G507), which says what is wrong with its name, where there is no such spec."""
    if not spec.exists():
        from gipspec.lang.load import read_source

        read_source(spec)


def check_results(spec: Path, out: Path) -> None:
    """Raise GipError, which says where it looked (G504), where the study has no results in `out`.

    Raises GipError (G507) where there is no spec either.
    """
    if (out / RESULTS).exists():
        return
    check_spec(spec)
    beside = spec.parent / out_folder(spec, None)
    if (beside / RESULTS).exists():
        remedy = f"the last run wrote to {beside}: add `--out {quote(str(beside))}`"
    else:
        remedy = f"run it: `gipspec run {quote(str(spec))}`, or name the folder of its outputs with `--out`"
    raise GipError(problem("G504", path=spec, help=f"looked in {out}; {remedy}"))


def check_runs(spec: Path, store: Path, runs: Sequence[Run]) -> None:
    """Raise GipError, which says where it looked (G504), where the ledger of a store knows no run.

    Raises GipError (G507) where there is no spec either.
    """
    if runs:
        return
    check_spec(spec)
    run = f"`gipspec run {quote(str(spec))}`"
    remedy = f"looked in {store}; run it: {run}, or name the store of its runs with `--store`"
    said = problem("G504", path=spec, help=remedy)
    raise GipError(replace(said, message="the ledger of this store knows no run of this study"))


def results_of(spec: Path, out: Path) -> Results:
    """Return the results of the last run of a study, even of one whose spec is gone.

    Raises GipError: G504, which says where it looked, where there are none, G507 where they cannot be read,
    or where there is no spec.
    """
    from gipspec.report import last_results

    check_results(spec, out)
    return last_results(out, spec)


def check_writable(out: Path) -> None:
    """Raise GipError (G501) where outputs cannot be written: before anything is fitted, not after it."""
    from gipspec.engine.atomic import probe
    from gipspec.report.files import unwritable

    try:
        probe(out)
    except OSError as error:
        raise GipError(unwritable(out, error)) from None


@contextmanager
def writing(path: Path, remedy: str) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written into GipError (G501)."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise GipError(problem("G501", path=error.filename or path, reason=reason, remedy=remedy)) from None

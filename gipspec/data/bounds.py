"""Sizes that a data file must keep within, so that a damaged or hostile one cannot exhaust the machine."""

from __future__ import annotations

from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import DataSource

MOST_BYTES = 2_000_000_000
MOST_CELLS = 20_000_000  # of formats whose cells pass through Python one by one
MOST_ARRAY_CELLS = 200_000_000  # of those that hold whole columns
ARRAYS = (".parquet", ".dta")
MOST_COLUMNS = 5_000


def unreadable(source: DataSource, reason: str, remedy: str = "") -> GipError:
    """Build G302, by default with the advice to look whether another program opens the file."""
    shown = remedy or "see whether the program that wrote it still opens it, and save it anew"
    return GipError(problem("G302", source.span, path=source.name, reason=reason, remedy=shown))


def check_bytes(source: DataSource, size: int) -> None:
    """Raise G302 for a file that is empty or larger than the bound."""
    if size == 0:
        raise unreadable(source, "the file is empty")
    if size > MOST_BYTES:
        reason = f"{size / 1e9:.1f} GB are over the bound of {MOST_BYTES / 1e9:.0f} GB"
        raise unreadable(source, reason, "keep the columns and rows that the study needs")


def check_cells(source: DataSource, rows: int, columns: int) -> None:
    """Raise G302 for more columns, or more cells, than the bounds allow."""
    if columns > MOST_COLUMNS:
        reason = f"{columns:,} columns are over the bound of {MOST_COLUMNS:,}"
        raise unreadable(source, reason, "keep the columns that the study needs")
    most = MOST_ARRAY_CELLS if source.name.lower().endswith(ARRAYS) else MOST_CELLS
    if rows * columns > most:
        reason = f"{rows:,} rows of {columns:,} columns are over the bound of {most:,} cells"
        raise unreadable(source, reason, "keep the columns and rows that the study needs")

"""Raw values of any format to the two kinds of column that the language knows: numbers and text.

Numbers are float64 with NaN for missing; text is an object array with None for missing. Booleans are 0 and 1.
Dates are ISO text (`2010-01-31`, with the time behind a blank where a column has times), which sorts by time.
Whole numbers that float64 cannot hold, such as identifiers of 18 digits, stay text. Blanks around a text are
taken off, full-width ones too: nobody sees them, and they would make two units of one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]

MISSING = frozenset({"", ".", "NA", "N/A", "NaN", "nan", "NULL", "null", "#N/A"})
EXACT = 2.0**53
_WHOLE = re.compile(r"\s*[+-]?\d+\s*\Z")


def from_strings(items: Sequence[str]) -> Numbers | Texts:
    """Convert a column of a text file: numbers if every value that is not missing is one.

    `MISSING` lists what stands for a missing value.
    """
    stripped = [item.strip() for item in items]
    cleaned = [None if item in MISSING else item for item in stripped]
    try:
        numbers = np.array([np.nan if item is None else float(item) for item in cleaned], dtype=np.float64)
    except ValueError:
        return text_array(cleaned)
    return numbers + 0.0 if _all_exact(cleaned, numbers) else text_array(cleaned)


def _all_exact(items: Sequence[str | None], numbers: Numbers) -> bool:
    """Refuse `1_000`, which Python takes for a number, and whole numbers beyond float64."""
    if any(item is not None and "_" in item for item in items):
        return False
    large = np.flatnonzero(np.abs(numbers) > EXACT).tolist()
    return not any(_WHOLE.match(items[i] or "") for i in large)


def from_objects(items: Sequence[Any]) -> Numbers | Texts:
    """Convert a column of cells that carry their own types, such as those of a workbook."""
    present = [item for item in items if item is not None]
    if any(isinstance(item, datetime.date) for item in present):
        return from_dates(items)
    if all(isinstance(item, bool | int | float | np.number) for item in present):
        return from_numbers(items)
    return from_strings(["" if item is None else _plain(item) for item in items])


def _plain(item: Any) -> str:
    if isinstance(item, bool):
        return str(int(item))
    if isinstance(item, float) and item.is_integer() and abs(item) < EXACT:
        return str(int(item))
    return str(item)


def from_numbers(items: Iterable[Any]) -> Numbers | Texts:
    """Convert numbers and None."""
    values = list(items)
    if any(isinstance(v, int) and abs(v) > EXACT for v in values):
        return text_array([None if v is None or v != v else str(v) for v in values])
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64) + 0.0


def from_dates(items: Iterable[Any]) -> Texts | Numbers:
    """Convert dates and times to ISO text; the time is left away where it is midnight in all rows."""
    values = [None if v is None or v != v else v for v in items]
    times = [v for v in values if isinstance(v, datetime.datetime)]
    midnight = all(v.time() == datetime.time.min for v in times)

    def text(value: Any) -> str:
        if isinstance(value, datetime.datetime):
            return value.date().isoformat() if midnight else value.isoformat(sep=" ")
        return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)

    return text_array([None if v is None else text(v) for v in values])


def text_array(items: Sequence[Any]) -> Texts | Numbers:
    """Make a text column, with None for missing and empty; a column without any value is a number column."""
    values = [None if item is None or item != item else str(item).strip() or None for item in items]
    if all(v is None for v in values):
        return np.full(len(values), np.nan)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def from_array(values: NDArray[Any]) -> Numbers | Texts:
    """Convert an array of any type that numpy has."""
    if values.dtype.kind in "biuf":
        if values.dtype.kind in "iu" and values.size and np.abs(values.astype(np.float64)).max() > EXACT:
            return text_array([str(v) for v in values])
        numbers: Numbers = np.add(values, 0.0, dtype=np.float64)
        return numbers
    if values.dtype.kind == "M":
        return from_dates(values.astype("datetime64[us]").tolist())
    return _from_typed(values.tolist())


def _from_typed(items: list[Any]) -> Numbers | Texts:
    """Convert objects of a typed format: text stays text even if it looks like numbers."""
    present = [v for v in items if v is not None and v == v]
    if any(isinstance(v, str) for v in present):
        return text_array(items)
    return from_objects([None if v is None or v != v else v for v in items])

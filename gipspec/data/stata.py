"""Stata files (.dta): codes, labels, value labels and dates, read with pandas.

Headers that `stata_header` does not know are read with pyreadstat where it is installed, because importing
pandas takes most of the time that `gipspec check` may take.
"""

from __future__ import annotations

import struct
import warnings
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gipspec.data.bounds import check_cells, unreadable
from gipspec.data.columns import Numbers, Texts, from_array, from_dates, text_array
from gipspec.data.content import Content
from gipspec.data.encoding import decode_legacy
from gipspec.data.locate import Located
from gipspec.data.stata_header import kind_of

if TYPE_CHECKING:
    import pandas as pd

UNICODE_SINCE = 118  # format of Stata 14; earlier ones do not say their encoding
# what pandas raises on a file whose header promises what its body does not hold
DAMAGE = (
    ValueError,
    struct.error,
    OSError,
    KeyError,
    IndexError,
    OverflowError,
    MemoryError,
    UnicodeWarning,
)


def header(located: Located) -> Content:
    """Read names, labels and kinds of the columns, and no values."""
    if find_spec("pyreadstat") is None:
        return replace(_read(located, rows=1), values=[], value_labels={})
    import pyreadstat

    legacy = _format(located) < UNICODE_SINCE
    try:
        _, meta = pyreadstat.read_dta(
            located.path, metadataonly=True, output_format="dict", encoding="ISO-8859-1" if legacy else None
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, ValueError, TypeError) as error:
        raise _damaged(located, error) from None
    names = list(meta.column_names)
    if None in names:
        raise _damaged(located, ValueError("a column has no name"))
    labels = [label or "" for label in meta.column_labels]
    kinds = {
        n: kind_of(meta.readstat_variable_types[n] == "string", meta.original_variable_types[n] or "")
        for n in names
    }
    if legacy:
        decoded = decode_legacy([*names, *labels], located.source)
        kinds = dict(zip(decoded, kinds.values(), strict=False))
        names, labels = decoded[: len(names)], decoded[len(names) :]
    return Content(
        names=names,
        labels={n: label for n, label in zip(names, labels, strict=True) if label},
        kinds=kinds,
    )


def columns(located: Located) -> Content:
    """Read everything."""
    return _read(located, rows=None)


def _read(located: Located, rows: int | None) -> Content:
    legacy = _format(located) < UNICODE_SINCE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UnicodeWarning)
            with _reader(located, dates=True) as reader:
                labels = reader.variable_labels()
                if len(labels) != len(reader._lbllist):
                    raise _damaged(located, ValueError("several columns have one name"))
                check_cells(located.source, 0, len(labels))
                frame = reader.read(nrows=rows)
                value_labels = _by_column(reader, list(labels))
            raw = frame
            if any(dtype.kind == "M" for dtype in frame.dtypes):
                with _reader(located, dates=False) as reader:
                    raw = reader.read(nrows=rows)
    except DAMAGE as error:
        raise _damaged(located, error) from None
    check_cells(located.source, len(frame), len(labels))
    names, texts = list(labels), list(labels.values())
    found = Content(
        names=names,
        kinds={n: _kind_of(frame[n]) for n in names},
        values=[_column(frame[n], raw[n]) for n in names],
        value_labels=value_labels,
    )
    return _decoded(located, found, texts) if legacy else _with_labels(found, texts)


def _reader(located: Located, *, dates: bool) -> Any:
    from pandas.io.stata import StataReader

    return StataReader(located.path, convert_categoricals=False, convert_dates=dates)


def _format(located: Located) -> int:
    """Read the number of the file format: the first byte, or the `release` tag since format 117."""
    with located.path.open("rb") as stream:
        start = stream.read(64)
    tag = b"<release>"
    if tag in start:
        digits = start.partition(tag)[2][:3]
        return int(digits) if digits.isdigit() else 0
    return start[0]


def _kind_of(column: pd.Series[Any]) -> str:
    if column.dtype.kind == "M":
        return "date"
    return "number" if column.dtype.kind in "biuf" else "text"


def _column(column: pd.Series[Any], raw: pd.Series[Any]) -> Numbers | Texts:
    """Convert a column; years in Stata's yearly date format stay numbers, other dates become ISO text."""
    if column.dtype.kind != "M":
        values = column.to_numpy()
        return from_array(values) if values.dtype.kind in "biuf" else text_array(values.tolist())
    present = column.notna()
    years = column.dt.year[present].to_numpy(float)
    first = (column.dt.dayofyear[present] == 1).all()
    if first and (raw[present].to_numpy(float) == years).all():
        return from_array(raw.to_numpy(float))
    return from_dates(column.astype(object).where(present, None).tolist())


def _by_column(reader: Any, names: list[str]) -> dict[str, dict[float, str]]:
    """Give the labels of the values to each column that uses them.

    Only `_lbllist` tells which set of labels a column uses; a test with two columns and sets guards it.
    """
    sets = reader.value_labels()
    return {
        name: {float(code): text for code, text in sets[label].items()}
        for name, label in zip(names, reader._lbllist, strict=True)
        if label in sets
    }


def _with_labels(found: Content, labels: list[str]) -> Content:
    return replace(found, labels={n: label for n, label in zip(found.names, labels, strict=True) if label})


def _decoded(located: Located, found: Content, labels: list[str]) -> Content:
    """Decode every string of a file that does not say its encoding."""
    texts = [v for v in found.values if v.dtype == object]
    words = sorted({w for column in texts for w in column.tolist() if w is not None})
    values = [w for table in found.value_labels.values() for w in table.values()]
    decoded = decode_legacy([*found.names, *labels, *values, *words], located.source)
    ends = [len(found.names), len(found.names) + len(labels), len(found.names) + len(labels) + len(values)]
    names, meaning = decoded[: ends[0]], iter(decoded[ends[1] : ends[2]])
    word = dict(zip(words, decoded[ends[2] :], strict=True))
    renamed = dict(zip(found.names, names, strict=True))
    plain = Content(
        names=names,
        kinds={renamed[n]: k for n, k in found.kinds.items()},
        values=[
            text_array([word.get(w) for w in v.tolist()]) if v.dtype == object else v for v in found.values
        ],
        value_labels={
            renamed[n]: {code: next(meaning) for code in table} for n, table in found.value_labels.items()
        },
    )
    return _with_labels(plain, decoded[ends[0] : ends[1]])


def _damaged(located: Located, error: BaseException) -> Exception:
    first = str(error).partition("\n")[0]
    return unreadable(located.source, f"it is not a Stata file, or it is damaged ({first})")

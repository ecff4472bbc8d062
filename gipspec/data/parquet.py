"""Parquet files, read with pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gipspec.data.bounds import check_cells, unreadable
from gipspec.data.columns import EXACT, Numbers, Texts, from_array, from_dates, text_array
from gipspec.data.content import Content
from gipspec.data.locate import Located, require

INDEX = "__index_level_"  # what pandas calls an index without a name


def header(located: Located) -> Content:
    """Read the names and kinds of the columns."""
    with _opened(located) as file:
        names = [_name(n) for n in file.schema_arrow.names]
        kinds = [_kind(located, field) for field in file.schema_arrow]
    return Content(names=names, kinds=dict(zip(names, kinds, strict=True)))


def columns(located: Located) -> Content:
    """Read all columns."""
    with _opened(located) as file:
        check_cells(located.source, file.metadata.num_rows, len(file.schema_arrow))
        for field in file.schema_arrow:
            _kind(located, field)
        names = file.schema_arrow.names
        if len(set(names)) == len(names):  # one after another, so that the data are not in memory twice
            values = [_column(file.read(columns=[name]).column(0)) for name in names]
        else:
            values = [_column(column) for column in file.read().columns]
    return Content(names=[_name(n) for n in names], values=values)


@contextmanager
def _opened(located: Located) -> Iterator[Any]:
    require(located.source, "pyarrow")
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(located.path) as file:
            yield file
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        first = str(error).partition("\n")[0]
        raise unreadable(located.source, f"it is not Parquet, or it is damaged ({first})") from None


def _name(name: str) -> str:
    return "" if name.startswith(INDEX) else name


def _kind(located: Located, field: Any) -> str:
    from pyarrow import types

    kind = field.type.value_type if types.is_dictionary(field.type) else field.type
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_temporal(kind):
        return "date"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_null(kind):
        return "number"
    reason = f"the column `{field.name}` holds {kind}"
    raise unreadable(located.source, reason, "keep columns of numbers, text and dates only")


def _column(column: Any) -> Numbers | Texts:
    import pyarrow
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_temporal(column.type):
        return from_dates(column.to_pylist())
    if types.is_integer(column.type):
        values = column.to_numpy()
        if column.null_count == 0 or values.dtype.kind != "f" or not (abs(values) > EXACT).any():
            return from_array(values)
        return text_array(column.to_pylist())
    if types.is_boolean(column.type) or types.is_floating(column.type) or types.is_decimal(column.type):
        return from_array(column.cast(pyarrow.float64()).to_numpy())
    return text_array(column.to_pylist())

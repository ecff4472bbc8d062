"""SPSS files (.sav), read with pyreadstat; missing values that the user declared are missing."""

from __future__ import annotations

from typing import Any

from gipspec.data.bounds import check_cells, unreadable
from gipspec.data.columns import Numbers, Texts, from_dates, from_numbers, text_array
from gipspec.data.content import Content
from gipspec.data.locate import Located, require

DATES = ("DATE", "ADATE", "EDATE", "SDATE", "JDATE", "DATETIME", "YMDHMS")


def header(located: Located) -> Content:
    """Read names, labels and kinds of the columns, and no values."""
    return _read(located, only_header=True)


def columns(located: Located) -> Content:
    """Read everything."""
    return _read(located, only_header=False)


def _read(located: Located, *, only_header: bool) -> Content:
    require(located.source, "pyreadstat")
    import pyreadstat

    encoding = located.source.encoding or None
    try:
        _, meta = pyreadstat.read_sav(
            located.path, metadataonly=True, output_format="dict", encoding=encoding
        )
        check_cells(located.source, max(meta.number_rows or 0, 0), len(meta.column_names))
        data: dict[str, Any] = {}
        if not only_header:
            data, _ = pyreadstat.read_sav(located.path, output_format="dict", encoding=encoding)
    except (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        OSError,
        ValueError,
        OverflowError,
    ) as error:
        raise unreadable(located.source, f"it is not an SPSS file, or it is damaged ({error})") from None
    kinds = {n: _kind(meta, n) for n in meta.column_names}
    return Content(
        names=list(meta.column_names),
        labels={n: label for n, label in meta.column_names_to_labels.items() if label},
        kinds=kinds,
        values=[_column(data[n], kinds[n]) for n in meta.column_names if n in data],
        value_labels={
            name: {float(code): text for code, text in table.items()}
            for name, table in meta.variable_value_labels.items()
            if kinds[name] == "number"
        },
    )


def _kind(meta: Any, name: str) -> str:
    if meta.readstat_variable_types[name] == "string":
        return "text"
    return "date" if str(meta.original_variable_types[name]).startswith(DATES) else "number"


def _column(values: Any, kind: str) -> Numbers | Texts:
    """Convert an array, or the list that pyreadstat gives where values are missing."""
    if kind == "date":
        return from_dates(values)
    return text_array(list(values)) if kind == "text" else from_numbers(list(values))

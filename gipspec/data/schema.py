"""The columns of a data set, read without reading the data: what the checker needs, fast."""

from __future__ import annotations

from collections import Counter

from gipspec.data.bounds import check_cells
from gipspec.data.content import Content
from gipspec.data.locate import Located, locate
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.study import Column, DataSource, Schema


def read_schema(source: DataSource) -> Schema:
    """Return the names of the columns, and labels and kinds where the format has them in its header.

    Raises GipError: G301 to G305, G312, G315.
    """
    found = _header(locate(source))
    names = [name for name in found.names if name]
    check_cells(source, 0, len(names))
    check_unique(source, names)
    columns = (Column(name=n, label=found.labels.get(n, ""), kind=found.kinds.get(n, "")) for n in names)
    return Schema(name=source.name, columns=tuple(columns))


def attempt_schema(source: DataSource | None) -> tuple[Schema | None, tuple[Problem, ...]]:
    """Return the columns of a spec's data, or None and why they cannot be read, at its line of data."""
    if source is None:
        return None, ()
    try:
        return read_schema(source), ()
    except GipError as error:
        return None, tuple(p.at(source.span) for p in error.problems)


def _header(located: Located) -> Content:
    """Read the header; each reader is imported for its own format, because some take longer than the rest."""
    match located.ending:
        case ".dta":
            from gipspec.data import stata_header

            if (known := stata_header.header(located)) is not None:
                return known
            from gipspec.data import stata

            return stata.header(located)
        case ".sav":
            from gipspec.data import spss

            return spss.header(located)
        case ".parquet":
            from gipspec.data import parquet

            return parquet.header(located)
        case ".xlsx":
            from gipspec.data import workbook

            return Content(names=workbook.header(located))
        case _:
            from gipspec.data import delimited

            return Content(names=delimited.header(located))


def check_unique(source: DataSource, names: list[str]) -> None:
    """Raise G312 where several columns have one name; a name must mean one column."""
    repeated = [
        problem("G312", source.span, path=source.name, count=count, name=name)
        for name, count in Counter(names).items()
        if count > 1
    ]
    if repeated:
        raise GipError(*repeated)

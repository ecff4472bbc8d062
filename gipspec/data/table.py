"""A data file read: columns of numbers and of text, with their labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gipspec.data import delimited, parquet, spss, stata, workbook
from gipspec.data.bounds import check_cells, unreadable
from gipspec.data.columns import Numbers, Texts, from_objects, from_strings
from gipspec.data.content import Content
from gipspec.data.locate import Located, locate
from gipspec.data.schema import check_unique
from gipspec.diagnostics import Problem, problem
from gipspec.lang.study import DataSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a file holds.

    `frame` has float64 columns with NaN for missing and object columns of text with None for missing (see
    `gipspec.data.columns` for booleans, dates and identifiers). `value_labels` gives the meaning of the codes
    of a column. `problems` are warnings: columns that were left out.
    """

    name: str
    frame: pd.DataFrame
    labels: dict[str, str]
    value_labels: dict[str, dict[float, str]]
    problems: tuple[Problem, ...] = ()


def read_table(source: DataSource) -> Table:
    """Read a data file.

    Raises GipError: G301 to G305, G312, G315; G302 too where there is no row, or more than the bounds allow.
    """
    located = locate(source)
    found = _read(located)
    if not found.values or len(found.values[0]) == 0:
        raise unreadable(source, "it has no rows", "look at the program that wrote it")
    unnamed = [i for i, name in enumerate(found.names) if not name]
    warnings = tuple(
        problem("G602", source.span, position=i + 1, path=source.name)
        for i in unnamed
        if pd.notna(found.values[i]).any() and not _row_numbers(i, found.values[i])
    )
    named = [i for i in range(len(found.names)) if i not in set(unnamed)]
    names = [found.names[i] for i in named]
    check_unique(source, names)
    values = [found.values[i] for i in named]
    check_cells(source, len(found.values[0]), len(names))
    columns = {n: pd.Series(v, dtype=v.dtype) for n, v in zip(names, values, strict=True)}
    return Table(
        name=source.name,
        frame=pd.DataFrame(columns, columns=names, copy=False),
        labels=found.labels,
        value_labels={
            n: {code: text.strip() for code, text in words.items()}
            for n, words in found.value_labels.items()
            if columns[n].dtype != object
        },
        problems=warnings,
    )


def _row_numbers(position: int, values: Numbers | Texts) -> bool:
    """Tell whether a column is that of row numbers, which R and pandas write before the first."""
    if position or values.dtype == object or not np.isfinite(values).all():
        return False
    return bool((values == np.arange(len(values)) + values[0]).all()) and values[0] in (0, 1)


def _read(located: Located) -> Content:
    match located.ending:
        case ".dta":
            return stata.columns(located)
        case ".sav":
            return spss.columns(located)
        case ".parquet":
            return parquet.columns(located)
        case ".xlsx":
            names, cells = workbook.rows(located)
            return Content(names=names, values=[from_objects(c) for c in zip(*cells, strict=True)])
        case _:
            names, fields = delimited.rows(located)
            return Content(names=names, values=[from_strings(c) for c in zip(*fields, strict=True)])

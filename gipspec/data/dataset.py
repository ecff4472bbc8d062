"""A data set ready for models: columns and lets in canonical row order, placed by unit and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from gipspec.data.vector import Codes, Flags, Vector, number_text
from gipspec.diagnostics import GipError, Problem, counted, problem
from gipspec.lang.study import Panel

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The weights of a composite index: `rows` hold indicator, sign and weight."""

    name: str
    method: str
    rows: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class RowNumbers(Sequence[str]):
    """The names of rows that are units of their own, "1", "2", ..., written when they are asked for."""

    rows: int

    def __len__(self) -> int:
        return self.rows

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return [str(i + 1) for i in range(self.rows)[at]]
        return str(range(self.rows)[at] + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Columns of the file and lets, in canonical row order, so that a shuffled file is the same data set: by
    unit and time where there is a panel, otherwise by the content of all columns in the order of names.

    `unit` (n,) and `time` (n,) are positions in `unit_names` and on `time_values`, the grid of distinct
    periods; without a panel each row is a unit of its own, and time is 0. `failed` holds the problems of lets
    that could not be computed; using one raises. `content_hash` is the SHA-256 of the values of the file.
    `frame` is for display: it has NaN where a value is not finite; `columns` knows the reason.
    """

    name: str
    panel: Panel | None
    columns: Mapping[str, Vector]
    unit: Codes
    unit_names: Sequence[str]
    time: Codes
    time_values: tuple[float | str, ...]
    labels: dict[str, str]
    value_labels: dict[str, dict[float, str]]
    content_hash: str
    failed: Mapping[str, Problem]
    indices: tuple[Index, ...] = ()

    @property
    def n(self) -> int:
        return len(self.unit)

    @property
    def frame(self) -> pd.DataFrame:
        """All columns, for display: NaN where a value is not finite; `columns` knows the reason."""
        import pandas as pd

        return pd.DataFrame({n: pd.Series(c.values, dtype=c.values.dtype) for n, c in self.columns.items()})

    def place(self, row: int) -> str:
        """Say which row that is: its unit and time, or its first values."""
        if self.panel:
            time = self.time_values[self.time[row]]
            shown = time if isinstance(time, str) else number_text(time)
            return f"{self.unit_names[self.unit[row]]}, {shown}"
        first = sorted(name for name in self.columns)[:3]
        shown = ", ".join(f"{name} = {_shown(self.columns[name].values[row])}" for name in first)
        return f"the row with {shown}"


def _shown(value: object) -> str:
    return number_text(value) if isinstance(value, float) else str(value)


def check_finite(vector: Vector, dataset: Dataset, rows: Flags | None = None) -> None:
    """Raise G308 where a value is not finite in one of the `rows` (n,), by default in any."""
    for fault in vector.faults:
        wrong = fault.rows if rows is None else fault.rows & rows
        if wrong.any():
            raise GipError(
                problem(
                    "G308",
                    fault.span,
                    found=fault.found,
                    rows=counted(int(wrong.sum()), "row"),
                    example=dataset.place(int(np.argmax(wrong))),
                    remedy=fault.remedy,
                )
            )

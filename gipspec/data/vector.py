"""A column in the course of evaluation: its values, and the rows in which it is not finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipspec.data.columns import Numbers, Texts
from gipspec.source import Span

Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

NO_LABELS: Mapping[float, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A computation that is not finite, such as log(0), in the flagged `rows` (n,).

    It is an error only where a model uses one of these rows, so that a sample can leave them out.
    """

    found: str
    remedy: str
    span: Span | None
    rows: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """Numbers (n,) with NaN for missing, or text (n,) with None for missing.

    `labels` gives the meaning of the codes of a labelled column. Rows with a fault are NaN.
    """

    values: Numbers | Texts
    labels: Mapping[float, str] = field(default_factory=lambda: NO_LABELS)
    faults: tuple[Fault, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.values.dtype == object

    @property
    def missing(self) -> Flags:
        """Flag the rows (n,) without a value."""
        return missing(self.values)


def missing(values: Numbers | Texts) -> Flags:
    """Flag the rows (n,) without a value."""
    if values.dtype == object:
        return np.fromiter((v is None for v in values), dtype=bool, count=len(values))
    return np.isnan(values.astype(np.float64, copy=False))


def number_text(value: float) -> str:
    """Print a number as it would be written in a spec: `2010`, `0.5`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))


def rows_text(count: int) -> str:
    """Say of how many rows of a model something is true: `its 20 rows`, `its only row`."""
    return "its only row" if count == 1 else f"its {count} rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups that rows belong to: `names` sorted by value, `codes` (n,) with -1 where it is missing."""

    names: tuple[str, ...]
    codes: Codes
    values: tuple[float | str, ...]


def coded(vector: Vector) -> tuple[NDArray[Any], Codes]:
    """Return the distinct values, sorted, and each row's position among them, -1 where it is missing."""
    present = ~vector.missing
    found, inverse = np.unique(
        vector.values[present].astype(str if vector.is_text else np.float64), return_inverse=True
    )
    codes = np.full(len(present), -1, dtype=np.int64)
    codes[present] = inverse
    return found, codes


def groups(vector: Vector) -> Groups:
    """Group rows by value. Codes with labels are called by these, where no two have the same."""
    found, codes = coded(vector)
    values = tuple(found.tolist())
    names = tuple(v if isinstance(v, str) else number_text(v) for v in values)
    if not vector.is_text and vector.labels:
        labelled = tuple(vector.labels.get(float(v), name) for v, name in zip(values, names, strict=True))
        names = labelled if len(set(labelled)) == len(labelled) else names
    return Groups(names=names, codes=codes, values=values)


def cross(parts: Sequence[Groups]) -> Groups:
    """Group rows by the combinations that occur; a row without one of the values has none."""
    if len(parts) == 1:
        return parts[0]
    stacked = np.stack([part.codes for part in parts])
    present = (stacked >= 0).all(axis=0)
    found, inverse = np.unique(stacked[:, present], axis=1, return_inverse=True)
    codes = np.full(stacked.shape[1], -1, dtype=np.int64)
    codes[present] = inverse.reshape(-1)
    names = tuple(
        ":".join(part.names[code] for part, code in zip(parts, pair, strict=True))
        for pair in found.T.tolist()
    )
    return Groups(names=names, codes=codes, values=names)

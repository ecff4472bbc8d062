"""Whether the order of periods that are written as text is clear."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from gipspec.data.vector import Vector, coded
from gipspec.diagnostics import GipError, problem
from gipspec.lang.notation import print_name
from gipspec.lang.study import Panel

PARTS = re.compile(r"(\d+)")
YEAR = re.compile(r"(1[5-9]|2[01])\d\d")
YEAR_FIRST = re.compile(r"(1[5-9]|2[01])\d\d(|[1-9]|0[1-9]|[1-9]\d|(0\d|1[0-2])\d\d|\d{3}|\d{5,})")
SHORT = 2  # digits of a number that cannot hold a year and a part of it
DENSE = 0.5  # share of the numbers from the first to the last that occur, where they only count


def check_periods(panel: Panel, periods: Sequence[float | str], columns: Mapping[str, Vector]) -> None:
    """Refuse texts whose order as texts may not be that of time, such as `m9` and `m10` (G318).

    `periods` are the distinct ones, sorted. Lags, differences and adoption rest on their order.
    """
    unclear = unclear_order([period for period in periods if isinstance(period, str)])
    if unclear is not None:
        first, second = unclear
        numbers = _numbers_of(panel.time, columns)
        instead = f"panel {print_name(panel.unit)} {print_name(numbers)}" if numbers else ""
        help = f"take a column of numbers: `{instead}`, say" if instead else None
        raise GipError(problem("G318", panel.span, name=panel.time, first=first, second=second, help=help))


def unclear_order(texts: Sequence[str]) -> tuple[str, str] | None:
    """Return two neighbours in the order of texts that need not be so in time; None where it is clear.

    It is clear where texts differ in numbers only, which sort alike as numbers and as texts, and either a
    year comes before all else that varies (`2004-03-31`, `2004Q1`, `200403`), or one number alone varies and
    counts (`wave1`). It is not in `Q12004`, `Q1-04` and `31/03/2004`. Texts are distinct and sorted.
    """
    split = [PARTS.split(text) for text in texts]
    for (one, other), (a, b) in zip(pairwise(texts), pairwise(split), strict=True):
        if a[::2] != b[::2] or [int(n) for n in a[1::2]] > [int(n) for n in b[1::2]]:
            return one, other
    columns = list(zip(*(parts[1::2] for parts in split), strict=True)) if split else []
    varying = [at for at, column in enumerate(columns) if len(set(column)) > 1]
    if not varying:
        return None
    first = varying[0]
    dated = any(all(YEAR.fullmatch(n) for n in column) for column in columns[: first + 1])
    alone = all(YEAR_FIRST.fullmatch(n) for n in columns[first]) or _counts(columns[first])
    return None if dated or (alone and len(varying) == 1) else (texts[0], texts[1])


def _counts(numbers: Sequence[str]) -> bool:
    """Tell whether numbers count periods: too short for a year, or with few of them left out."""
    found = [int(n) for n in numbers]
    dense = len(found) >= DENSE * (max(found) - min(found) + 1)
    return dense or max(map(len, numbers)) <= SHORT


def _numbers_of(time: str, columns: Mapping[str, Vector]) -> str:
    """Return a column of whole numbers that differ just where these periods do, the least spread one."""
    codes = coded(columns[time])[1]
    found = {}
    for name, column in columns.items():
        if column.is_text or column.missing.any() or (column.values % 1 != 0).any():
            continue
        values, other = coded(column)
        pairs = np.unique(np.stack([codes, other]), axis=1).shape[1]
        if pairs == len(values) == len(np.unique(codes)):
            found[name] = float(values[-1] - values[0])
    return min(found, key=lambda name: (found[name], name), default="")

"""Whether the order of periods that are written as text is clear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import Panel

PARTS = re.compile(r"(\d+)")
YEAR = re.compile(r"[12]\d{3}")


def check_periods(panel: Panel, periods: Sequence[float | str]) -> None:
    """Refuse texts whose order as texts may not be that of time, such as `m9` and `m10` (G318).

    `periods` are the distinct ones, sorted. Lags, differences and adoption rest on their order.
    """
    texts = [period for period in periods if isinstance(period, str)]
    unclear = _unclear(texts)
    if unclear is not None:
        first, second = unclear
        raise GipError(problem("G318", panel.span, name=panel.time, first=first, second=second))


def _unclear(texts: Sequence[str]) -> tuple[str, str] | None:
    """Return two neighbours in the order of texts that need not be so in time; None where it is clear.

    It is clear where texts differ in numbers only, which sort alike as numbers and as texts, and no year
    comes after another number that varies (`2004-03-31` and `2004Q1`, but not `31/03/2004`).
    """
    split = [PARTS.split(text) for text in texts]
    for (one, other), (a, b) in zip(pairwise(texts), pairwise(split), strict=True):
        if a[::2] != b[::2] or [int(n) for n in a[1::2]] > [int(n) for n in b[1::2]]:
            return one, other
    columns = list(zip(*(parts[1::2] for parts in split), strict=True)) if split else []
    varying = [at for at, column in enumerate(columns) if len(set(column)) > 1]
    years = [at for at, column in enumerate(columns) if all(YEAR.fullmatch(n) for n in column)]
    if years and varying and varying[0] < years[0] and years[0] in varying:
        return texts[0], texts[1]
    return None

"""Groups of rows by a moderator: its categories, or intervals of its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gipspec.data.columns import Numbers
from gipspec.data.vector import Codes, Vector, groups, number_text
from gipspec.diagnostics import GipError, problem

FEW = 7  # distinct numbers up to which a column is taken for categories
MOST_GROUPS = 50
RESERVED = ("difference",)  # stands beside the groups in the names of results


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Groups of rows: `codes` (n,) are positions in `keys` and `labels`, and every group has rows.

    `keys` are parts of names (`low`, `q1`, `east`), `labels` are for readers. `cuts` are the largest values
    of all groups but the last, rising; categories have none.
    """

    codes: Codes
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    cuts: tuple[float, ...] = ()


def group_rows(moderator: Vector, name: str) -> Grouping:
    """Group rows by their category where the moderator has any, otherwise by its median.

    Categories are text, numbers that all have labels, and numbers with at most seven distinct values.
    `moderator` has the rows of the model, with no value missing. Raises GipError as the two functions do.
    """
    if moderator.is_text:
        return group_by_category(moderator, name)
    distinct = np.unique(np.asarray(moderator.values, dtype=np.float64)).tolist()
    if len(distinct) <= FEW or all(value in moderator.labels for value in distinct):
        return group_by_category(moderator, name)
    return group_by_median(np.asarray(moderator.values, dtype=np.float64), name)


def group_by_category(moderator: Vector, name: str) -> Grouping:
    """Group rows by value, in the order of values; keys are the names of values in lower case.

    Raises GipError: G440 where there is one value only, G007 over the bound of groups.
    """
    found = groups(moderator)
    if len(found.names) < 2:
        raise _constant(name, found.names[0], len(found.codes))
    if len(found.names) > MOST_GROUPS:
        what, remedy = f"{len(found.names)} groups by `{name}`", "join its categories to fewer"
        raise GipError(problem("G007", what=what, bound=str(MOST_GROUPS), help=remedy))
    return Grouping(codes=found.codes, keys=_keys(found.names), labels=found.names)


def group_by_median(values: Numbers, name: str) -> Grouping:
    """Split rows (n,) at the median: `high` is above it, `low` is up to it.

    The median is taken over rows, so that in a panel each period of a unit counts, and a unit whose moderator
    changes may be in both groups. Equal values stay together: where none is above the median, `high` is the
    largest value. Raises GipError G440 for a constant.
    """
    return _by_cuts(values, [float(np.median(values))], ("low", "high"), name)


def group_by_quantile(values: Numbers, count: int, name: str) -> Grouping:
    """Cut rows (n,) at `count` - 1 quantiles, with linear interpolation: `q1` has the smallest values.

    A value equal to a quantile is below it, as in the function `cut`. Equal values stay together, so that
    groups may differ in size; where a value takes up several groups these are one, and there are fewer than
    `count`. Quantiles are over rows, see `group_by_median`. Raises GipError G440 for a constant.
    """
    quantiles = np.quantile(values, np.arange(1, count) / count).tolist()
    return _by_cuts(values, quantiles, tuple(f"q{i + 1}" for i in range(count)), name)


def without_variation(d: Numbers, grouping: Grouping) -> tuple[int, ...]:
    """Return the positions of groups in which a treatment (n,) is constant, before effects are removed.

    What removing effects leaves of it there comes from other groups, and says nothing about this one.
    """
    return tuple(at for at in range(len(grouping.keys)) if np.ptp(d[grouping.codes == at]) == 0)


def _by_cuts(values: Numbers, cuts: Iterable[float], keys: Sequence[str], name: str) -> Grouping:
    distinct = np.unique(values)
    if len(distinct) < 2:
        raise _constant(name, number_text(float(distinct[0])), len(values))
    ends = [distinct[np.searchsorted(distinct, cut, side="right") - 1] for cut in cuts]
    kept = sorted({float(min(end, distinct[-2])) for end in ends})
    shown = _shown(kept)
    between = (f"{low} to {high}" for low, high in pairwise(shown))
    labels = (f"up to {shown[0]}", *between, f"above {shown[-1]}")
    codes = np.searchsorted(kept, values, side="left").astype(np.int64)
    return Grouping(codes=codes, keys=tuple(keys[: len(labels)]), labels=labels, cuts=tuple(kept))


def _shown(cuts: Sequence[float]) -> list[str]:
    """Print numbers with four significant digits, or as many as tell them apart."""
    texts: list[str] = []
    for digits in range(4, 18):
        texts = [number_text(float(f"{cut:.{digits}g}")) for cut in cuts]
        if len(set(texts)) == len(cuts):
            break
    return texts


def _keys(names: Iterable[str]) -> tuple[str, ...]:
    """Make names parts of an address, each once: `East Coast` is `east_coast`, -1 is `minus_1`."""
    keys: list[str] = []
    for name in names:
        signed = re.sub(r"^-(?=[\d.])", "minus_", name)
        stem = re.sub(r"[^\w]+", "_", signed).strip("_").lower() or "_"
        key, count = stem, 1
        while key in keys or key in RESERVED:
            count += 1
            key = f"{stem}_{count}"
        keys.append(key)
    return tuple(keys)


def _constant(name: str, value: str, rows: int) -> GipError:
    return GipError(problem("G440", name=name, value=value, rows=rows))

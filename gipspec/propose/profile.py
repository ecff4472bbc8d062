"""What can be seen of a column without knowing what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gipspec.data.table import Table
from gipspec.data.vector import Codes, Flags, missing
from gipspec.lang.notation import can_be_named, print_name, quote
from gipspec.propose.words import stem

YES = ("true", "yes", "t", "y", "treated", "treatment", "是", "有", "处理组", "实验组")
NO = ("false", "no", "f", "n", "control", "untreated", "否", "无", "没有", "对照组", "控制组")
_MARKS = re.compile(r"\W+")
MOST_DISTINCT = 60  # of a column of periods that is not called one


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A column: `present` rows have a value, of which `distinct` differ. `low` and `high` are of numbers.

    `whole` numbers have no fraction; `binary` ones are 0 and 1, and both occur; `rising` ones grow from row
    to row.
    """

    name: str
    label: str
    position: int
    rows: int
    present: int
    distinct: int
    is_text: bool
    whole: bool = False
    binary: bool = False
    rising: bool = False
    low: float = 0.0
    high: float = 0.0

    @property
    def complete(self) -> bool:
        return self.present == self.rows

    @property
    def constant(self) -> bool:
        return self.distinct < 2

    @property
    def numeric(self) -> bool:
        return not self.is_text

    @property
    def continuous(self) -> bool:
        """Tell whether it is a number with more than a few values."""
        return self.numeric and self.distinct > 10

    @property
    def yearly(self) -> bool:
        """Tell whether its values may be years, of a few of them."""
        return self.numeric and self.whole and 1500 <= self.low < self.high <= 2200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A table with the profiles of its columns that can be named in a spec, in the order of the file."""

    table: Table
    rows: int
    profiles: dict[str, Profile]
    alike: dict[str, list[str]]  # the columns of each stem
    unnamed: int = 0  # columns whose names no spec can hold
    lets: dict[str, str] = field(default_factory=dict)  # columns of 0 and 1 made of texts, and how

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers (rows,)."""
        return self.table.frame[name].to_numpy(dtype=np.float64)

    def codes(self, name: str) -> Codes:
        """Return the values of rows (rows,) as numbers from 0, in their order, -1 where there is none."""
        found, _ = pd.factorize(self.table.frame[name], sort=True)
        return found.astype(np.int64)

    def known(self, name: str) -> Flags:
        """Flag the rows (rows,) that have a value."""
        return ~missing(self.table.frame[name].to_numpy())


def look(table: Table) -> Sight:
    """Profile every column of a table. Texts such as yes and no have a column of 0 and 1 beside them."""
    table, lets = _with_flags(table)
    names = [str(c) for c in table.frame.columns]
    profiles = {
        name: profile_of(table, name, position) for position, name in enumerate(names) if can_be_named(name)
    }
    alike: dict[str, list[str]] = {}
    for name in profiles:
        alike.setdefault(stem(name), []).append(name)
    return Sight(
        table=table,
        rows=len(table.frame),
        profiles=profiles,
        alike=alike,
        unnamed=len(names) - len(profiles),
        lets=lets,
    )


def flag_name(name: str) -> str:
    """Return the name of the column of 0 and 1 that stands beside a text."""
    return f"{_MARKS.sub('_', name)}_yes"


def _with_flags(table: Table) -> tuple[Table, dict[str, str]]:
    """Add a column of 0 and 1 for each text that says yes or no, and return how a spec computes it."""
    lets: dict[str, str] = {}
    made: dict[str, NDArray[np.float64]] = {}
    for name in map(str, table.frame.columns):
        values = table.frame[name].to_numpy()
        if values.dtype != object or not can_be_named(name):
            continue
        found = {v for v in values if v is not None}
        yes = next((v for v in found if v.strip().lower() in YES), None) if len(found) == 2 else None
        other = next(iter(found - {yes}), "") if yes is not None else ""
        flag = flag_name(name)
        if yes is None or other.strip().lower() not in NO or flag in table.frame.columns:
            continue
        lets[flag] = f"ifelse({print_name(name)} == {quote(yes)}, 1, 0)"
        made[flag] = np.array([np.nan if v is None else float(v == yes) for v in values])
    if not made:
        return table, {}
    frame = pd.concat([table.frame, pd.DataFrame(made, index=table.frame.index)], axis=1)
    labels = table.labels | {flag: table.labels.get(flag[: -len("_yes")], "") for flag in made}
    return replace(table, frame=frame, labels=labels), lets


def profile_of(table: Table, name: str, position: int) -> Profile:
    """Return the profile of a column of a table."""
    values = table.frame[name].to_numpy()
    label = table.labels.get(name, "")
    if values.dtype == object:
        texts = [v for v in values if v is not None]
        return Profile(
            name=name, label=label, position=position, rows=len(values), present=len(texts),
            distinct=len(set(texts)), is_text=True,
        )  # fmt: skip
    found = values[np.isfinite(values)]
    kinds = np.unique(found)
    return Profile(
        name=name,
        label=label,
        position=position,
        rows=len(values),
        present=len(found),
        distinct=len(kinds),
        is_text=False,
        whole=bool(len(kinds)) and bool((kinds == np.floor(kinds)).all()),
        rising=bool((np.diff(found) > 0).all()),
        binary=kinds.tolist() == [0.0, 1.0],
        low=float(kinds[0]) if len(kinds) else 0.0,
        high=float(kinds[-1]) if len(kinds) else 0.0,
    )


def settles(of: Codes, what: Codes) -> bool:
    """Tell whether the value of `of` (n,) tells that of `what` (n,)."""
    pairs_found = len(np.unique(np.stack([of, what]), axis=1).T)
    return pairs_found == len(np.unique(of))

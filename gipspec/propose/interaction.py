"""A difference-in-differences whose treatment the file leaves to be computed: a group and a time after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gipspec.lang.notation import print_name
from gipspec.propose.panel import Pair
from gipspec.propose.profile import Profile, Sight, profile_of
from gipspec.propose.words import AFTER, TREATMENT, names_a_period, score

CALLED = 3.0  # so much must a name speak for a group that is treated


def with_interaction(sight: Sight, pair: Pair | None) -> tuple[Sight, str]:
    """Return the sight with the product of a treated group and a time after, and its name; or as it is.

    In a panel the group is the same in all periods of a unit, and the time the same for all units; without a
    panel both go by their names.
    """
    groups = [p for p in _flags(sight) if score(TREATMENT, p.name, p.label) >= CALLED and _after(p) < CALLED]
    times = [p for p in _flags(sight) if _after(p) >= CALLED and not names_a_period(p.name)]
    if pair is not None:
        groups = [p for p in groups if _settled(sight, p, pair.unit)]
        times = [p for p in times if _settled(sight, p, pair.time)]
    for group in groups[:1]:
        for time in times[:1]:
            return _joined(sight, group, time)
    return sight, ""


def _flags(sight: Sight) -> list[Profile]:
    return [p for p in sight.profiles.values() if p.binary]


def _after(p: Profile) -> float:
    return score(AFTER, p.name, p.label)


def _settled(sight: Sight, p: Profile, by: str) -> bool:
    """Tell whether a column of 0 and 1 is the same in all rows of one value of another column."""
    of = sight.codes(by)
    ranges = pd.Series(sight.values(p.name)).groupby(of).agg(["min", "max"]).dropna()
    return bool(len(ranges)) and bool((ranges["min"] == ranges["max"]).all())


def _joined(sight: Sight, group: Profile, time: Profile) -> tuple[Sight, str]:
    name = f"{group.name}_{time.name}"
    values = sight.values(group.name) * sight.values(time.name)
    if name in sight.profiles or np.nanmin(values) == np.nanmax(values):
        return sight, ""
    frame = pd.concat(
        [sight.table.frame, pd.DataFrame({name: values}, index=sight.table.frame.index)], axis=1
    )
    table = replace(sight.table, frame=frame)
    how = f"{print_name(group.name)} * {print_name(time.name)}"
    return (
        replace(
            sight,
            table=table,
            profiles={**sight.profiles, name: profile_of(table, name, len(sight.profiles))},
            alike={**sight.alike, name.lower(): [name]},
            lets={**sight.lets, name: how},
        ),
        name,
    )

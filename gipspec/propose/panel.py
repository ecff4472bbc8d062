"""Which columns look like the unit and the time of a panel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gipspec.data.periods import unclear_order
from gipspec.diagnostics import counted
from gipspec.propose.profile import MOST_DISTINCT, Profile, Sight
from gipspec.propose.words import TIME, UNIT, score

MOST_TIMES, MOST_UNITS = 8, 24
LEAST_UNITS = 5  # fewer cannot fill the folds
SPOILT = 0.05  # of the rows may repeat a pair before the columns no longer look like unit and time
_DATE = re.compile(r"\d{4}\D?(\d{1,2}|[QqHh]\d)?(\D\d{1,2})?")  # texts that sort as periods do, as a rule
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(1[89]|20|21)\d\d"
# a year with a quarter, month or day: `Q12011`, `03/2011`, `Jan 2011`, `31.12.2011`, `2011Q1`
_PERIOD = re.compile(
    rf"(?i)([qhmsw]?\d{{1,2}}|{_MONTH})\W*(\d{{1,2}}|{_MONTH})?\W*{_YEAR}"
    rf"|{_YEAR}\W*([qhmsw]?\d{{1,2}}|{_MONTH})(\D\d{{1,2}})?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Unit and time: `repeated` rows have the unit and time of another row, `unplaced` ones lack either."""

    unit: str
    time: str
    units: int
    periods: int
    repeated: int
    unplaced: int
    worth: float

    @property
    def sound(self) -> bool:
        return not self.repeated and not self.unplaced

    def faults(self) -> str:
        """Say in words what is wrong with it; empty where nothing is."""
        found = [f"a pair is repeated in {counted(self.repeated, 'row')}"] if self.repeated else []
        found += [f"one of the two is missing in {counted(self.unplaced, 'row')}"] if self.unplaced else []
        return " and ".join(found)

    def filled(self, rows: int) -> float:
        """Return the share of all units and periods that there are rows of."""
        return rows / (self.units * self.periods)


def pairs(sight: Sight, unit: str = "", time: str = "") -> tuple[Pair, ...]:
    """Return what may be unit and time, the likeliest first; `unit` and `time` are given where known.

    A pair that is not given must look like one by name or by shape, and hold at least five units.
    """
    known = sight.profiles
    times = [known[time]] if time else _times(sight)
    found = []
    for period in times:
        at = sight.codes(period.name)
        for candidate in [known[unit]] if unit else _units(sight, period):
            pair = _pair(sight, candidate, period, sight.codes(candidate.name), at, bool(unit and time))
            if pair:
                found.append(pair)
    return tuple(sorted(found, key=lambda p: (not p.sound, -p.worth)))


def _times(sight: Sight) -> list[Profile]:
    scored = [(score(TIME, p.name, p.label) + _calendar(sight, p), p) for p in sight.profiles.values()]
    likely = [(s, p) for s, p in scored if s >= 3 and p.distinct >= 2 and (p.whole or p.is_text)]
    return [p for _, p in sorted(likely, key=lambda x: -x[0])[:MOST_TIMES]]


def _calendar(sight: Sight, p: Profile) -> float:
    if p.yearly:
        return 3.0 if p.distinct <= 2 * MOST_DISTINCT else 0.0
    if p.is_text and 2 <= p.distinct <= sight.rows / 2:
        column = sight.table.frame[p.name]
        sample = [v for v in column.iloc[: 5 * MOST_DISTINCT] if v is not None]
        dated = bool(sample) and all(_DATE.fullmatch(v) for v in sample)
        return 2.0 if dated and unclear_order(sorted(set(sample))) is None else -2.0
    return 0.0 if p.distinct <= MOST_DISTINCT else -1.0


def names_periods(sight: Sight, p: Profile) -> bool:
    """Tell whether a text names quarters, months or days of years, in whatever order its parts are."""
    if not p.is_text:
        return False
    found = [v for v in sight.table.frame[p.name] if v is not None]
    return bool(found) and all(_PERIOD.fullmatch(v) for v in found)


def _units(sight: Sight, time: Profile) -> Iterator[Profile]:
    likely = [
        (score(UNIT, p.name, p.label) + (1.0 if p.is_text else 0.0), p)
        for p in sight.profiles.values()
        if p.name != time.name
        and (p.whole or p.is_text)
        and not p.yearly
        and LEAST_UNITS <= p.distinct <= p.rows / 1.5
        and p.distinct * time.distinct >= (1 - SPOILT) * p.rows
        and p.present >= (1 - SPOILT) * p.rows
        and score(TIME, p.name) < 3
    ]
    yield from (p for _, p in sorted(likely, key=lambda x: (-x[0], x[1].position))[:MOST_UNITS])


def _pair(
    sight: Sight, unit: Profile, time: Profile, of: np.ndarray, at: np.ndarray, given: bool
) -> Pair | None:
    placed = (of >= 0) & (at >= 0)
    keys = of[placed] * (time.distinct + 1) + at[placed]
    repeated = len(keys) - len(np.unique(keys))
    unplaced = int(len(placed) - placed.sum())
    if not given and repeated + unplaced > SPOILT * sight.rows:
        return None
    filled = sight.rows / max(1, unit.distinct * time.distinct)
    called = score(UNIT, unit.name, unit.label)
    shaped = filled >= 0.5 and unit.distinct >= 10
    if not given and called < 2 and not unit.is_text and not shaped:
        return None
    worth = called + score(TIME, time.name, time.label) + _calendar(sight, time) + 3 * min(1.0, filled)
    return Pair(
        unit=unit.name,
        time=time.name,
        units=unit.distinct,
        periods=time.distinct,
        repeated=repeated,
        unplaced=unplaced,
        worth=worth + (1.0 if time.numeric else 0.0),
    )

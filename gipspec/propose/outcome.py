"""Which columns look like an outcome, and which may be controls."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gipspec.propose.panel import Pair, names_periods
from gipspec.propose.profile import Profile, Sight, flag_name, settles
from gipspec.propose.treatment import dummies, varies_within_units
from gipspec.propose.words import ATTRIBUTE, OUTCOME, TIME, TREATMENT, UNIT, lagged, score, shifted, stem

MOST = 200  # columns to look into
MOST_CONTROLS = 12
MOST_LEVELS = 8  # of a text column that is proposed as a control
SAME = 0.98  # a rank correlation from which on two columns are one thing in two forms
LOST = 0.1  # the share of rows that a control may cost
SAMPLE = 5000  # rows that correlations are computed on
TWIN = "another form of "
TWINS = (TWIN + "the outcome", TWIN + "the treatment")
_LOG = re.compile(r"(?i)^(log|ln|l)_?(?=[a-z]{3})")
_BEFORE = re.compile(r"(?i)(?:l|ln|log)?_?(?:pre|base(?:line)?|init(?:ial)?)[_.]?(?=[a-z]{3})")
_NUMBERS = re.compile(r"(?i)(id|num|code|fips|no)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    name: str
    worth: float
    called: float


def outcomes(sight: Sight, pair: Pair | None, treatment: str, given: str = "") -> tuple[Outcome, ...]:
    """Return the columns that look like an outcome, the likeliest first."""
    if given:
        return (Outcome(name=given, worth=0.0, called=_called(sight, sight.profiles[given])),)
    taken = {treatment} | ({pair.unit, pair.time} if pair else set())
    families = dummies(sight)
    found = []
    for p in sight.profiles.values():
        if p.is_text or p.constant or p.name in taken or p.name in families or p.present < p.rows / 2:
            continue
        if identifies(p) or p.yearly or score(TIME, p.name) >= 3:
            continue
        found.append(Outcome(name=p.name, worth=_worth(sight, p), called=_called(sight, p)))
    ranked = sorted(found, key=lambda o: (-o.worth, sight.profiles[o.name].position))[:MOST]
    wanted = [o for o in ranked if pair is None or varies_within_units(sight, pair, o.name)]
    return tuple(o for o in wanted if not treatment or _tells(sight, o.name, treatment))


def _tells(sight: Sight, outcome: str, treatment: str) -> bool:
    """Tell whether the treatment varies where an outcome is known, and is not another form of it."""
    treated = sight.values(treatment)[sight.known(treatment) & sight.known(outcome)]
    varies = len(treated) > 0 and float(treated.min()) < float(treated.max())
    return varies and not twins(sight, outcome, treatment)


def _worth(sight: Sight, p: Profile) -> float:
    worth = _called(sight, p)
    worth += 2.0 if p.continuous else (-1.5 if p.binary else -0.5)
    worth += 0.5 if p.distinct > p.rows / 10 else 0.0
    worth += 1.0 if _logs(sight, p.name) else 0.0
    worth -= 2.0 if _changes(sight, p.name) else 0.0
    worth += 1.0 if _last_wave(sight, p.name) else 0.0
    late = shifted(p.name) or lagged(p.name, sight.profiles)
    worth -= 4.0 if late and not _logs(sight, p.name) else 0.0
    worth -= 4.0 if _before(sight, p.name) else 0.0
    worth -= score(ATTRIBUTE, p.name, p.label) + score(TREATMENT, p.name) / 2
    return worth - p.position / max(1, len(sight.profiles))


def _called(sight: Sight, p: Profile) -> float:
    """Return how much its name, that of what it is the logarithm of, and its label speak for an outcome."""
    bare = (_LOG.sub("", p.name), _logs(sight, p.name))
    return max(score(OUTCOME, p.name, p.label), *(score(OUTCOME, name) for name in bare))


def _logs(sight: Sight, name: str) -> str:
    """Return the column that a name is the logarithm of, or nothing: `wage` for `lwage`."""
    marks = ("l_", "ln_", "log_", "ln", "log", "l")
    return next((b for m in marks if name.startswith(m) and (b := name[len(m) :]) in sight.profiles), "")


def _changes(sight: Sight, name: str) -> str:
    """Return the column that a name is the change of, or nothing: `unem` for `cunem`."""
    marks = ("c", "g", "d_", "d")
    return next((b for m in marks if name.startswith(m) and (b := name[len(m) :]) in sight.profiles), "")


def _before(sight: Sight, name: str) -> bool:
    """Tell whether a name is that of an outcome before the study: `prewage`, `baseline_score`."""
    rest = _BEFORE.sub("", name, count=1)
    return rest != name and (rest in sight.profiles or score(OUTCOME, rest) >= 3)


def _last_wave(sight: Sight, name: str) -> bool:
    """Tell whether a name is the last of a few that differ by the year at their end: `re78` after `re74`."""
    alike = sight.alike[stem(name)]
    return 1 < len(alike) < 5 and name[-1].isdigit() and max(alike, key=_ending) == name


def _ending(name: str) -> int:
    digits = name[len(stem(name)) :].strip("_-. ")
    return int(digits) if digits.isdigit() else -1


def identifies(p: Profile) -> bool:
    """Tell whether a column numbers or names rows or units rather than measuring them."""
    if p.is_text:
        return p.distinct > MOST_LEVELS
    counts = p.whole and p.distinct == p.present and (p.rising or p.high - p.low < 1.5 * p.present)
    called = score(UNIT, p.name) >= 3 or _NUMBERS.search(p.name)
    return counts or (p.whole and p.distinct > 10 and bool(called))


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The controls, and for columns that were looked at and left out, why."""

    names: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    rows: int = 0  # that have all of the variables
    more: int = 0  # columns that might be controls too, beyond the bound


def controls(sight: Sight, pair: Pair | None, treatment: str, outcome: str) -> Controls:
    """Choose controls: numbers and short categories that tell something of their own and cost few rows."""
    taken = {treatment, outcome} | ({pair.unit, pair.time} if pair else set())
    families = dummies(sight)
    rows = sight.known(treatment) & sight.known(outcome)
    named: list[str] = []
    left: list[tuple[str, str]] = []
    looked = more = 0
    for p in sight.profiles.values():
        if p.name in taken or p.constant:
            continue
        if len(named) == MOST_CONTROLS or looked == MOST:
            more += 1
            continue
        looked += 1
        why = _refusal(sight, pair, p, families, treatment, outcome, named, rows)
        if why:
            left.append((p.name, why))
            continue
        named.append(p.name)
        rows = rows & sight.known(p.name)
    return Controls(names=tuple(named), left_out=tuple(left), rows=int(rows.sum()), more=more)


def _refusal(
    sight: Sight,
    pair: Pair | None,
    p: Profile,
    families: frozenset[str],
    treatment: str,
    outcome: str,
    named: list[str],
    rows: np.ndarray,
) -> str:
    """Return why a column is no control, or nothing where it may be one."""
    if flag_name(p.name) in sight.lets:
        return "a text; the column of 0 and 1 made of it says the same"
    if names_periods(sight, p):
        return "a text that names periods; a number for each would do for a `panel` line"
    if identifies(p):
        return "an identifier" if p.numeric else "a text of many values"
    if p.name in families:
        return "one of many dummies or waves"
    kept = rows & sight.known(p.name)
    if kept.sum() < (1 - LOST) * rows.sum():
        return "too many missing values"
    if p.is_text:
        return "a text; effects of the unit hold it already" if pair else ""
    if _called(sight, p) >= 3 and stem(p.name) != stem(outcome):
        return "looks like an outcome, which the treatment may move"
    if lagged(p.name, {outcome, treatment}) or (shifted(p.name) and not _logs(sight, p.name)):
        return "a lead or lag"
    for other, what in zip((outcome, treatment), TWINS, strict=True):
        if _marked(p.name, other) or stem(p.name) == other.lower():
            return what
    if _changes(sight, p.name):
        return f"a change of {_changes(sight, p.name)}"
    values = sight.values(p.name)[kept]
    if not len(values) or float(values.min()) == float(values.max()):
        return "constant where the others are known"
    treated = sight.values(treatment)[kept]
    if float(treated.min()) == float(treated.max()):
        return "known only where the treatment is constant"
    if pair and _only_of_time(sight, pair, p.name):
        return "the same for all units in a period"
    if pair and _tells_with_time(sight, pair, p, treatment):
        return "tells the treatment, together with the period"
    for other, what in zip((outcome, treatment), TWINS, strict=True):
        if twins(sight, p.name, other):
            return what
    twin = next((n for n in named if not sight.profiles[n].is_text and twins(sight, p.name, n)), None)
    return TWIN + twin if twin else ""


def _marked(name: str, outcome: str) -> bool:
    """Tell whether a name is that of the outcome with a mark before or behind it: `lwage`, `wagesq`."""
    bare = [n.lower() for n in (name, outcome)]
    short, long = sorted(bare, key=len)
    marked = long.removeprefix("l_").removeprefix("ln_").removeprefix("log_")
    marks = ("l", "ln", "log", "d", "r", "u", "c", "g", "dl")
    return (
        short == marked or any(long == mark + short for mark in marks) or long in (short + "sq", short + "2")
    )


def _tells_with_time(sight: Sight, pair: Pair, p: Profile, treatment: str) -> bool:
    """Tell whether groups of units and the period determine the treatment: the year of adoption, say.

    A learner that sees such a column leaves nothing of the treatment to estimate an effect from.
    """
    if p.distinct > pair.units / 2:
        return False
    of, group, when = sight.codes(pair.unit), sight.codes(p.name), sight.codes(pair.time)
    return settles(of, group) and settles(group * (when.max() + 1) + when, sight.codes(treatment))


def _only_of_time(sight: Sight, pair: Pair, name: str) -> bool:
    values, when = sight.values(name), sight.codes(pair.time)
    means = pd.Series(values).groupby(when).agg(["min", "max"])
    return bool((means["min"] == means["max"]).all())


def twins(sight: Sight, one: str, other: str) -> bool:
    """Tell whether two columns of numbers order the rows alike, but for a few."""
    step = max(1, sight.rows // SAMPLE)
    pair = pd.DataFrame({"a": sight.values(one)[::step], "b": sight.values(other)[::step]}).dropna()
    if len(pair) < 10 or pair["a"].nunique() < 2 or pair["b"].nunique() < 2:
        return False
    ranks = pair.rank()
    return abs(float(np.corrcoef(ranks["a"], ranks["b"])[0, 1])) > SAME

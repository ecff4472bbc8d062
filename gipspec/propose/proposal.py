"""A first study of a data set: each choice with its reason, how sure it is, and what else there is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gipspec.propose.interaction import with_interaction
from gipspec.propose.outcome import Controls, Outcome, controls, outcomes, twins
from gipspec.propose.panel import Pair, pairs
from gipspec.propose.profile import Sight, settles
from gipspec.propose.treatment import Treatment, treatments
from gipspec.propose.words import GROUP, TIME, UNIT, score

SURE, LIKELY, GUESS = "sure", "likely", "a guess"
MOST_OTHERS = 4
LEAST_ROWS = 30
LEAST_CLUSTERS = 10
LEAST_TREATED = 50  # rows, and as many untreated, that an interactive model needs at least
CLEAR = 2.0  # so much more than the next candidate is worth one that needs no question


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user has said already; `panel` is "none" for data without one, or empty where it is open."""

    panel: str = ""
    unit: str = ""
    time: str = ""
    treatment: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A column chosen for a role."""

    name: str
    why: str
    sure: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a first study may be made of; a part is None, or without names, where nothing suits.

    `spoilt` is a unit and time whose pairs repeat or have gaps, so that they cannot be a panel yet. `fits`
    says what kind of treatment it is: "staggered", "adopted" in one period, "product" of two
    others, "binary", "continuous"; with `stands_in` it is none, but takes the place of one.
    """

    sight: Sight  # with the columns that the study computes
    pair: Pair | None = None
    panel: Choice | None = None
    spoilt: Pair | None = None
    treatment: Choice | None = None
    outcome: Choice | None = None
    controls: Controls = field(default_factory=Controls)
    stands_in: bool = False
    cluster: Choice | None = None
    fits: str = "continuous"

    @property
    def complete(self) -> bool:
        """Tell whether there is enough for a model."""
        return self.treatment is not None and self.outcome is not None


def propose(sight: Sight, given: Given | None = None) -> Proposal:
    """Choose unit, time, treatment, outcome, controls and clusters; what is `given` is taken as it is."""
    given = given or Given()
    found = () if given.panel == "none" else pairs(sight, given.unit, given.time)
    sound = [p for p in found if p.sound or (given.unit and given.time)]
    pair = sound[0] if sound else None
    spoilt = None if pair or not found else found[0]
    candidates = treatments(sight, pair, given.treatment)
    if not given.treatment and not any(_apparent(t) for t in candidates):
        sight, product = with_interaction(sight, pair)
        candidates = treatments(sight, pair, product) if product else candidates
    treatment, wanted = (candidates[0], given.outcome) if candidates else _stand_in(sight, pair, given)
    if treatment is None:
        return Proposal(sight=sight, pair=pair, panel=_panel(sight, pair, sound, given), spoilt=spoilt)
    ranked = outcomes(sight, pair, treatment.name, wanted)
    outcome = ranked[0] if ranked else None
    chosen = controls(sight, pair, treatment.name, outcome.name) if outcome else None
    return Proposal(
        sight=sight,
        pair=pair,
        panel=_panel(sight, pair, sound, given),
        spoilt=spoilt,
        treatment=_treatment_choice(treatment, candidates, bool(given.treatment)),
        outcome=_outcome_choice(sight, pair, ranked, bool(given.outcome)) if outcome else None,
        controls=chosen or Controls(),
        stands_in=not candidates,
        cluster=_cluster(sight, pair, treatment.name),
        fits=_kind(treatment, chosen.rows if chosen else 0),
    )


def _apparent(treatment: Treatment) -> bool:
    """Tell whether a candidate is one by its shape, so that there is no need to compute another."""
    return treatment.product is not None or (treatment.paths is not None and treatment.paths.adopted)


def _stand_in(sight: Sight, pair: Pair | None, given: Given) -> tuple[Treatment | None, str]:
    """Return a number that takes the place of a treatment where none looks like one, and the outcome."""
    if given.treatment or sight.rows < LEAST_ROWS:
        return None, given.outcome
    ranked = [o.name for o in outcomes(sight, pair, "")]
    first = given.outcome or next(iter(ranked), "")
    second = next((n for n in ranked if n != first and not twins(sight, n, first)), None)
    if second is None:
        return None, first
    return Treatment(name=second, worth=0.0, called=0.0, share=float("nan")), first


def _kind(treatment: Treatment, rows: int) -> str:
    if treatment.paths and treatment.paths.adopted:
        return "staggered" if treatment.paths.cohorts > 1 else "adopted"
    if treatment.product:
        return "product"
    few = min(treatment.share, 1 - treatment.share) * rows < LEAST_TREATED
    return "continuous" if np.isnan(treatment.share) or few else "binary"


def _panel(sight: Sight, pair: Pair | None, found: list[Pair], given: Given) -> Choice | None:
    if pair is None:
        return None
    filled = pair.filled(sight.rows)
    balance = "every unit is there in every period" if filled == 1 else f"{filled:.0%} of all pairs are there"
    why = f"{pair.units:,} units, {pair.periods:,} periods, no pair twice; {balance}"
    profiles = sight.profiles
    named = score(UNIT, pair.unit, profiles[pair.unit].label) and score(
        TIME, pair.time, profiles[pair.time].label
    )
    sure = SURE if given.unit and given.time else (SURE if named and filled > 0.5 else LIKELY)
    others = [f"{p.unit} {p.time}" for p in found[1 : 1 + MOST_OTHERS]]
    return Choice(name=f"{pair.unit} {pair.time}", why=why, sure=sure, others=tuple(others))


def _treatment_choice(first: Treatment, ranked: tuple[Treatment, ...], given: bool) -> Choice:
    others = tuple(t.name for t in ranked[1 : 1 + MOST_OTHERS])
    if not ranked:
        why = "no column looks like a treatment; this one stands in so that the file runs"
        return Choice(name=first.name, why=why, sure=GUESS, others=others)
    if given:
        return Choice(name=first.name, why=f"as you said; {_manner(first)}", sure=SURE)
    next_worth = ranked[1].worth if len(ranked) > 1 else 0.0
    adopted = first.paths is not None and first.paths.adopted
    clear = first.worth - next_worth >= CLEAR
    if adopted and clear and first.called:
        sure = SURE
    elif clear and (adopted or first.called >= 3):
        sure = LIKELY
    else:
        sure = GUESS if not first.called else LIKELY
    named = "; its name or label is that of a policy" if first.called else ""
    return Choice(name=first.name, why=_manner(first) + named, sure=sure, others=others)


def _manner(treatment: Treatment) -> str:
    paths = treatment.paths
    if np.isnan(treatment.share):
        return "a number that varies over rows, so that its effect is that of one unit more"
    if treatment.product:
        return "1 where both {} and {} are, as in a difference-in-differences".format(*treatment.product)
    if paths is None:
        return f"0 and 1, 1 in {treatment.share:.0%} of the rows"
    if paths.adopted:
        when = "all in one period" if paths.cohorts == 1 else f"in {paths.cohorts} different periods"
        return f"switches from 0 to 1 and stays, in {paths.begins:,} of {paths.units:,} units, {when}"
    return f"0 and 1, switches on {paths.begins:,} and off {paths.ends:,} times within units"


def _outcome_choice(sight: Sight, pair: Pair | None, ranked: tuple[Outcome, ...], given: bool) -> Choice:
    first = ranked[0]
    profile = sight.profiles[first.name]
    shape = "0 and 1" if profile.binary else f"a number with {profile.distinct:,} values"
    where = ", varies within units" if pair else ""
    if given:
        return Choice(name=first.name, why=f"as you said; {shape}", sure=SURE)
    others = tuple(o.name for o in ranked[1 : 1 + MOST_OTHERS])
    next_worth = ranked[1].worth if len(ranked) > 1 else -np.inf
    clear = first.worth - next_worth >= CLEAR
    sure = (SURE if clear else LIKELY) if first.called >= 2 else GUESS
    sure = LIKELY if sure == SURE and first.called < 4 else sure
    named = "; its name or label is that of an outcome" if first.called else ""
    return Choice(name=first.name, why=f"{shape}{where}{named}", sure=sure, others=others)


def _cluster(sight: Sight, pair: Pair | None, treatment: str) -> Choice | None:
    """Return groups larger than the unit in which all rows of a period are treated alike, if there are any.

    Standard errors belong at the level at which a treatment was assigned (Abadie et al. 2023).
    """
    values = sight.codes(treatment)
    of = sight.codes(pair.unit) if pair else np.arange(sight.rows)
    when = sight.codes(pair.time) if pair else np.zeros(sight.rows, dtype=np.int64)
    taken = {treatment} | ({pair.unit, pair.time} if pair else set())
    most = pair.units / 2 if pair else sight.rows / 3
    found = []
    for p in sight.profiles.values():
        called = score(GROUP, p.name, p.label)
        if p.name in taken or called < 2 or not p.complete or not (p.whole or p.is_text):
            continue
        if not LEAST_CLUSTERS <= p.distinct <= most or p.yearly:
            continue
        group = sight.codes(p.name)
        if settles(of, group) and settles(group * (when.max() + 1) + when, values):
            found.append((called, p))
    if not found:
        return None
    _, best = max(found, key=lambda x: x[0])
    why = f"rows of one `{best.name}` are treated alike, so it was assigned there: {best.distinct} clusters"
    others = tuple(p.name for _, p in found if p is not best)
    return Choice(name=best.name, why=why, sure=LIKELY, others=others)

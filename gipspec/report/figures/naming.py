"""What models are called in a figure: as its line says, by what sets them apart in their fan, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gipspec.engine.results import Estimate
from gipspec.report.columns import variant_label
from gipspec.report.figures.members import Cast, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names that a line gives to models and fans, and the labels of variables."""

    given: Mapping[str, str]
    labels: Mapping[str, str]

    def model(self, member: Member) -> str:
        """Return the name of a model within its fan."""
        e = member.estimates[0]
        if member.name in self.given:
            return self.given[member.name]
        if not e.variant:
            return self.family(member)
        return ", ".join(variant_label(part, e, self.labels) for part in choices(e.choice or e.variant))

    def family(self, member: Member) -> str:
        """Return the name of the fan, or of a model that stands alone."""
        family = member.estimates[0].family
        return self.given.get(family, family)

    def full(self, member: Member) -> str:
        """Return a name that says both."""
        if member.name in self.given or not member.estimates[0].variant:
            return self.model(member)
        return f"{self.family(member)}: {self.model(member)}"

    def apart(self, members: Iterable[Member]) -> list[str]:
        """Return names that tell models apart: within the fan where all are of one."""
        shown = list(members)
        families = {m.estimates[0].family for m in shown}
        return [self.model(m) if len(families) == 1 else self.full(m) for m in shown]


def names_of(cast: Cast, given: Mapping[str, str]) -> Names:
    return Names(given=given, labels=cast.labels)


def choices(text: str) -> list[str]:
    """Cut `rf(trees=9, leaf=3), recent` at the commas outside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def minus(number: float) -> str:
    """Return a whole number with a true minus sign."""
    return f"{number:.0f}".replace("-", "−")


def effect_on(estimates: Iterable[Estimate]) -> str:
    """Return `Effect on Resilience`, or `Estimate` where outcomes differ."""
    outcomes = {e.outcome_label or e.outcome for e in estimates}
    return f"Effect on {outcomes.pop()}" if len(outcomes) == 1 else "Estimate"

"""What keeps a file from being what gipspec reads: waves beside each other, and numbers written as texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gipspec.propose.profile import Sight

LEAST_WAVES = 3
SAMPLE = 200  # values of a text that are looked at
_WAVE = re.compile(r"(?P<stem>.*\D)(?P<year>(?:19|20)\d\d)")
_NUMBER = re.compile(r"[-+]?[$€£¥]?\s?\d+(?:[,. '’]\d{3})*(?:[.,]\d+)?\s?%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """Columns that are one variable in several years, in their order: a panel with a row a unit."""

    first: str
    last: str
    count: int


def waves(sight: Sight) -> Waves | None:
    """Return the variable that most columns are years of; none where no variable has three."""
    found: dict[str, dict[str, str]] = {}
    for profile in sight.profiles.values():
        wave = _WAVE.fullmatch(profile.name)
        if wave and profile.numeric:
            found.setdefault(wave["stem"], {})[wave["year"]] = profile.name
    longest = max(found.values(), key=len, default={})
    if len(longest) < LEAST_WAVES:
        return None
    years = sorted(longest)
    return Waves(first=longest[years[0]], last=longest[years[-1]], count=len(years))


def numbers_in_text(sight: Sight) -> dict[str, str]:
    """Return the text columns that hold numbers with commas or signs in them, with a value of each."""
    found = {}
    for profile in sight.profiles.values():
        if not profile.is_text:
            continue
        values = [v.strip() for v in sight.table.frame[profile.name] if v is not None][:SAMPLE]
        marked = next((v for v in values if not v.isdigit()), None)
        if marked is not None and all(_NUMBER.fullmatch(v) for v in values):
            found[profile.name] = marked
    return found

"""Suggestions for a name that is almost right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` was most likely meant to be, or None.

    Case is ignored, so that `GDP` finds `gdp`; ties go to the first in sorted order.
    """
    by_fold = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.7)
    return by_fold[found[0]] if found else None

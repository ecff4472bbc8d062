"""What was looked at, and how it is."""

from __future__ import annotations

from dataclasses import dataclass

OK, NOTE, BROKEN = "ok", "note", "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    `state` is "ok", "note" for what is optional or merely worth knowing, "broken" for what makes commands
    fail or results unsafe. `remedy` says what to do, where there is something.
    """

    group: str
    name: str
    state: str
    found: str
    remedy: str = ""

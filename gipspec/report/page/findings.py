"""What the audit and the run itself have to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gipspec.diagnostics import CODES, Problem
from gipspec.report.names import natural_key
from gipspec.report.page.places import Place, Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem as the page tells it: what, of whom, where, what to do, and why it matters."""

    code: str
    severity: str
    subject: str
    message: str
    remedy: str
    meaning: str
    place: Place | None


def findings_of(problems: Iterable[Problem], places: Places) -> tuple[Finding, ...]:
    """Return the findings: errors first, then by code and subject, wherever their lines stand."""
    ordered = sorted(
        problems, key=lambda p: (p.severity != "error", p.code, natural_key(p.subject), p.message)
    )
    return tuple(
        Finding(
            code=p.code,
            severity=p.severity,
            subject=p.subject,
            message=p.message,
            remedy=p.help or "",
            meaning=CODES[p.code].meaning,
            place=places.of_problem(p),
        )
        for p in ordered
    )

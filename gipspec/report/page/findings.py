"""What the audit found, with what the author accepts, and what else the run had to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gipspec.diagnostics import CODES, Finding, Problem
from gipspec.diagnostics.finding import short_list
from gipspec.report.names import natural_key
from gipspec.report.page.places import Place, Places
from gipspec.report.restore import names_in

MOST_NAMED = 8  # models of a finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding or a message: what, of whom, where, what to do, and why it matters.

    `lines` mend it, in place of its own line where they `replace` that; `accepted` is the author's reason.
    """

    code: str
    severity: str
    subject: str
    message: str
    help: str
    meaning: str
    place: Place | None
    lines: str = ""
    replace: bool = False
    accepted: str = ""


def said_by_audit(findings: Iterable[Finding], places: Places) -> tuple[Said, ...]:
    """Return the findings of the audit by code and line; what the author accepts comes last."""
    ordered = sorted(
        findings,
        key=lambda f: (bool(f.accepted), f.code, *places.order(f.names[0] if f.names else ""), f.about),
    )
    return tuple(
        Said(
            code=f.code,
            severity=f.severity,
            subject=short_list(list(f.names), MOST_NAMED),
            message=f.message,
            help=f.help,
            meaning=CODES[f.code].meaning,
            place=places.of_names(f.span, f.names),
            lines=f.remedy.lines if f.remedy else "",
            replace=f.remedy.replaces if f.remedy else False,
            accepted=f.accepted,
        )
        for f in ordered
    )


def said_by_run(problems: Iterable[Problem], findings: Iterable[Finding], places: Places) -> tuple[Said, ...]:
    """Return the messages of a run that are not the audit's, errors first, wherever their lines stand."""
    audited = {f.code for f in findings}
    ordered = sorted(
        (p for p in problems if p.code not in audited),
        key=lambda p: (p.severity != "error", p.code, natural_key(p.subject), p.message),
    )
    return tuple(
        Said(
            code=p.code,
            severity=p.severity,
            subject=p.subject,
            message=p.message,
            help=p.help or "",
            meaning=CODES[p.code].meaning,
            place=places.of_names(p.span, names_in(p.subject)),
        )
        for p in ordered
    )

"""What the audit found, with what the author accepts, and what else the run had to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gipspec.diagnostics import CODES, Finding, Problem
from gipspec.diagnostics.finding import short_list
from gipspec.report.formats.html import Html, escape
from gipspec.report.names import natural_key
from gipspec.report.page.places import Place, Places
from gipspec.report.page.spec import highlight
from gipspec.report.restore import names_in

MOST_NAMED = 8  # models of a finding
NOTHING = Html()


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Whom something is said of, and the line."""

    subject: str
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that is said once, of one place or of several.

    `lines` mend it, in place of its own line where they `replace` that; `accepted` is the author's reason.
    """

    message: Html
    where: tuple[Where, ...]
    help: Html
    lines: Html = NOTHING
    replace: bool = False
    accepted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """All that is said under a code, why it matters, and the help where that is the same for all."""

    code: str
    severity: str
    meaning: Html
    help: Html
    said: tuple[Said, ...]


def topics_of_audit(findings: Iterable[Finding], places: Places) -> tuple[Topic, ...]:
    """Return the findings by code and line; those that say the same of several lines are one."""
    ordered = sorted(
        findings, key=lambda f: (f.code, *places.order(f.names[0] if f.names else ""), f.about, f.message)
    )
    return _topics(
        (
            f.code,
            Said(
                message=prose(f.message),
                where=(_where(short_list(list(f.names), MOST_NAMED), places.of_names(f.span, f.names)),),
                help=prose(f.help),
                lines=Html("\n".join(map(highlight, f.remedy.lines.splitlines()))) if f.remedy else NOTHING,
                replace=f.remedy.replaces if f.remedy else False,
                accepted=f.accepted,
            ),
        )
        for f in ordered
    )


def topics_of_run(
    problems: Iterable[Problem], findings: Iterable[Finding], places: Places
) -> tuple[Topic, ...]:
    """Return the messages of a run that are not the audit's, errors first, wherever their lines stand."""
    audited = {f.code for f in findings}
    ordered = sorted(
        (p for p in problems if p.code not in audited),
        key=lambda p: (p.severity != "error", p.code, natural_key(p.subject), p.message),
    )
    return _topics(
        (
            p.code,
            Said(
                message=prose(p.message),
                where=(_where(p.subject, _of_run(p, places)),),
                help=prose(p.help or ""),
            ),
        )
        for p in ordered
    )


def _of_run(p: Problem, places: Places) -> Place | None:
    """Return the line of the model that a message is about, though what is wrong stand in one it builds on:
    results that are read back know no more."""
    return places.of_names(None, names_in(p.subject)) or places.of_names(p.span, ())


def _where(subject: str, place: Place | None) -> Where:
    return Where(subject=subject, place=place)


def _topics(coded: Iterable[tuple[str, Said]]) -> tuple[Topic, ...]:
    """Put what has one code under it, and what is said in the same words together."""
    found: dict[str, dict[tuple[object, ...], Said]] = {}
    for code, one in coded:
        said = found.setdefault(code, {})
        key = (one.message, one.help, one.lines, one.accepted)
        known = said.get(key)
        said[key] = one if known is None else _joined(known, one)
    return tuple(
        Topic(
            code=code,
            severity=CODES[code].severity,
            meaning=prose(CODES[code].meaning),
            help=_shared([one.help for one in said.values()]),
            said=tuple(said.values()),
        )
        for code, said in found.items()
    )


def _shared(texts: Sequence[Html]) -> Html:
    return texts[0] if len(set(texts)) == 1 else NOTHING


def _joined(known: Said, one: Said) -> Said:
    return Said(
        message=known.message,
        where=_distinct((*known.where, *one.where)),
        help=known.help,
        lines=known.lines,
        replace=known.replace,
        accepted=known.accepted,
    )


def _distinct(where: Sequence[Where]) -> tuple[Where, ...]:
    return tuple(dict.fromkeys(where))


def prose(text: str) -> Html:
    """Return a sentence as HTML: what stands between backquotes is code, all of it is text."""
    *pieces, last = text.split("`")
    if len(pieces) % 2:
        return Html(escape(text))
    kept = [piece if i % 2 == 0 else f"<code>{piece}</code>" for i, piece in enumerate(map(_safe, pieces))]
    return Html("".join([*kept, _safe(last)]))


def _safe(text: str) -> str:
    """Escape a piece of a sentence; blanks at its ends stay."""
    left, right = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{' ' if left else ''}{escape(text)}{' ' if right and text.strip() else ''}"

"""A finding of the audit: what a rule says of a line of the spec, and the line that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gipspec.diagnostics.codes import CODES
from gipspec.diagnostics.problem import Problem, fill
from gipspec.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Lines of spec that end a finding: they take the place of its own line, or are added to the spec.

    `write` returns them; it is called where they are shown, since `gipspec check` counts findings alone.
    """

    write: Callable[[], str] = field(compare=False, repr=False)
    replaces: bool = False

    @classmethod
    def of(cls, lines: str, *, replaces: bool = False) -> Remedy:
        """Return a remedy whose lines are known."""
        return cls(write=lambda: lines, replaces=replaces)

    @property
    def lines(self) -> str:
        return self.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found at one line of a spec.

    `names` are the models, the table or the column that it is about, empty where it is the whole study;
    `about` tells two findings at a line apart, by a variable say; `measures` is what was measured. `help`
    says in words what `remedy` says in lines of spec, which not every rule has. `accepted` is the reason of
    an author who answers for it.
    """

    code: str
    message: str
    help: str
    names: tuple[str, ...] = ()
    about: str = ""
    measures: tuple[tuple[str, float], ...] = ()
    remedy: Remedy | None = None
    accepted: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def severity(self) -> str:
        return CODES[self.code].severity


def finding(
    code: str,
    *,
    names: tuple[str, ...] = (),
    about: str = "",
    measures: tuple[tuple[str, float], ...] = (),
    remedy: Remedy | None = None,
    help: str | None = None,
    span: Span | None = None,
    **fields: object,
) -> Finding:
    """Build a finding from the template of its code; `help` replaces the template's words.

    Raises KeyError for an unknown code or a field that the template names and the caller forgot.
    """
    entry = CODES[code]
    return Finding(
        code=code,
        message=fill(entry.message, fields),
        help=help if help is not None else fill(entry.help or "", fields),
        names=names,
        about=about,
        measures=measures,
        remedy=remedy,
        span=span,
    )


def as_problems(findings: tuple[Finding, ...]) -> tuple[Problem, ...]:
    """Return the findings as warnings of a run, one for each rule; accepted ones are none.

    The subject names some of the models that the message is true of, and counts the rest; those that the rule
    says something else of stand in the help. Names decide which comes first, since the order of the lines of
    a spec means nothing.
    """
    ordered = sorted(findings, key=lambda f: (f.code, f.names, f.about, f.message))
    by_code: dict[str, list[Finding]] = {}
    for one in (f for f in ordered if not f.accepted):
        by_code.setdefault(one.code, []).append(one)
    return tuple(_as_problem(found) for found in by_code.values())


def _as_problem(found: list[Finding]) -> Problem:
    first = found[0]
    same = [name for f in found if f.message == first.message for name in f.names]
    others = [name for f in found if f.message != first.message for name in f.names if name not in same]
    more = f"`gipspec audit` has more of it, in {short_list(others)}" if others else ""
    return Problem(
        code=first.code,
        message=first.message,
        help="; ".join(filter(None, [first.help, more])),
        span=first.span,
        subject=short_list(same),
    )


def short_list(names: list[str], most: int = 3) -> str:
    """Name the first, each once, and count the rest."""
    distinct = list(dict.fromkeys(names))
    shown = ", ".join(distinct[:most])
    return shown if len(distinct) <= most else f"{shown} and {len(distinct) - most} more"

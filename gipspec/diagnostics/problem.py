"""A problem found in a spec, its data or its estimation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gipspec.diagnostics.codes import CODES
from gipspec.source import Span

_TWICE = re.compile(r"``([^`]+)``")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A second place that explains a problem: where a name was defined first, say."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One message for the economist. Build it with `problem`, which fills the code's template.

    `span` is None for what has no place in a spec (a folder that cannot be written); the engine adds the
    line of a model to problems that the statistics raise without one.
    """

    code: str
    message: str
    help: str | None = None
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    subject: str = ""  # the model, table or file that it concerns, where there is one
    instead: str = ""  # the name to write in the place of `span`, where one is near

    @property
    def severity(self) -> str:
        return CODES[self.code].severity

    def at(self, span: Span | None) -> Problem:
        """Return the problem with a place, if it had none."""
        return self if self.span is not None or span is None else replace(self, span=span)

    def about(self, subject: str) -> Problem:
        """Return the problem with the model, table or file that it concerns, if it had none."""
        return self if self.subject else replace(self, subject=subject)


class GipError(Exception):
    """Raised by the rooms with one or more problems; the command line renders them, never a traceback."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[GipError], tuple[Problem, ...]]:
        return type(self), self.problems  # so that a worker's error reaches the main process whole


def problem(
    code: str,
    span: Span | None = None,
    *,
    notes: Iterable[Note] = (),
    help: str | None = None,
    instead: str | None = None,
    **fields: object,
) -> Problem:
    """Build the problem `code` from its template; `help` replaces its remedy, `instead` the culprit.

    Raises KeyError for an unknown code or a field that the template names and the caller forgot.
    """
    entry = CODES[code]
    remedy = help if help is not None else entry.help
    return Problem(
        code=code,
        message=fill(entry.message, fields),
        help=fill(remedy, fields) if help is None and remedy else remedy,
        span=span,
        notes=tuple(notes),
        instead=instead or "",
    )


def fill(template: str, fields: Mapping[str, object]) -> str:
    """Fill in a template; a name that is in backticks already gets no second pair. Raises KeyError."""
    return _TWICE.sub(r"`\1`", template.format(**fields))


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Order problems by file and place, those without a place last, and drop repeats."""

    def place(p: Problem) -> tuple[int, str, int, str, str]:
        if p.span is None:
            return (1, "", 0, p.code, p.message)
        return (0, p.span.source.name, p.span.start, p.code, p.message)

    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=place))

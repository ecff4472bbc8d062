"""The options of a `table` statement, with their defaults from the vocabulary and from the style."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from gipspec.lang.study import TableRequest, Value
from gipspec.lang.vocabulary import STAR_LEVELS
from gipspec.report.styles import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """How a table is to look. `below` are lines under a coefficient; `stars` levels, the largest first."""

    kind: str = "estimates"
    style: str = "default"
    digits: int = 3
    significant: int = 0  # digits; 0 for decimals
    below: tuple[str, ...] = ("se",)
    beside: str = "none"
    brackets: str = "()"
    stars: tuple[float, ...] = STAR_LEVELS
    scale: float = 1.0
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    rename: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    numbers: bool = True
    rows: tuple[str, ...] | None = None  # None for all that apply
    marks: str = "yes"
    add: tuple[tuple[str, tuple[str, ...]], ...] = ()
    note: tuple[str, ...] = ()
    notes: str = "full"
    formats: tuple[str, ...] = ()  # beside LaTeX
    adjust: str = "none"  # p-values for the number of coefficients: none, holm, romano_wolf
    wald: str = "no"  # joint tests of the rows: no, equal, zero
    stats: tuple[str, ...] = ()
    by: str = ""
    of: str = ""
    width: str = ""  # of the style
    long: bool = False
    landscape: bool = False

    def shows(self, term: str) -> bool:
        """Tell whether `keep` and `drop` leave a term in; without `keep` all are."""
        return (not self.keep or matches(term, self.keep)) and not matches(term, self.drop)


BRACKETS = {"round": "()", "square": "[]", "none": ""}


def matches(term: str, patterns: tuple[str, ...]) -> bool:
    return any(term == pattern or fnmatchcase(term, pattern) for pattern in patterns)


def options_of(request: TableRequest, style: Style | None = None) -> TableOptions:
    """Read the typed options that the checker left; what they do not say, the style does."""
    given = dict(request.options)
    usual = STAR_LEVELS if style is None else style.stars
    rows = given.get("rows")
    return TableOptions(
        kind=request.kind,
        style=str(given.get("style", "default")),
        digits=int(str(given.get("digits", 3))),
        significant=int(str(given.get("significant", 0))),
        below=_without_none(given.get("below", "se")),
        beside=str(given.get("beside", "none")),
        brackets=BRACKETS[str(given.get("brackets", "round"))],
        stars=_levels(given.get("stars"), usual),
        scale=float(str(given.get("scale", 1.0))),
        keep=words(given.get("keep", ())),
        drop=words(given.get("drop", ())),
        order=words(given.get("order", ())),
        rename=pairs_in(given.get("rename", ())),
        names=pairs_in(given.get("names", ())),
        numbers=bool(given.get("numbers", True)),
        rows=None if rows is None else _without_none(rows),
        marks=str(given.get("marks", "yes")),
        add=_lines(given.get("add", ())),
        note=words(given.get("note", ())),
        notes=str(given.get("notes", "full")),
        formats=words(given.get("formats", ())),
        adjust=str(given.get("adjust", "none")),
        wald=str(given.get("wald", "no")),
        stats=words(given.get("stats", ())),
        by=str(given.get("by", "")),
        of="".join(words(given.get("of", ()))),
        width=str(given.get("width", "")),
        long=bool(given.get("long", False)),
        landscape=bool(given.get("landscape", False)),
    )


def words(value: Value) -> tuple[str, ...]:
    """Return the words of an option, one or a list."""
    return tuple(str(word) for word in (value if isinstance(value, tuple) else (value,)) if word != "")


def _without_none(value: Value) -> tuple[str, ...]:
    return tuple(word for word in words(value) if word != "none")


def _levels(value: Value | None, usual: tuple[float, ...]) -> tuple[float, ...]:
    match value:
        case None:
            return usual
        case bool():
            return STAR_LEVELS if value else ()
        case tuple():
            return tuple(float(str(level)) for level in value)
        case _:
            return (float(value),)


def pairs_in(value: Value) -> tuple[tuple[str, str], ...]:
    """Return the pairs of an option such as `names=[a: "A", b: "B"]`."""
    pairs = value if isinstance(value, tuple) else ()
    return tuple((str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, tuple))


def _lines(value: Value) -> tuple[tuple[str, tuple[str, ...]], ...]:
    pairs = value if isinstance(value, tuple) else ()
    return tuple((str(pair[0]), words(pair[1])) for pair in pairs if isinstance(pair, tuple))

"""The options of a `table` statement, with their defaults from the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.lang.study import TableRequest, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    digits: int = 3
    below: str = "se"  # what stands in parentheses: se, t, p, ci
    stars: bool = True
    scale: float = 1.0
    keep: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()  # beside LaTeX
    adjust: str = "none"  # p-values for the number of coefficients: none, holm, romano_wolf
    wald: str = "no"  # joint tests of the rows: no, equal, zero


def options_of(request: TableRequest) -> TableOptions:
    """Read the typed options that the checker left."""
    given = dict(request.options)
    return TableOptions(
        digits=int(str(given.get("digits", 3))),
        below=str(given.get("below", "se")),
        stars=bool(given.get("stars", True)),
        scale=float(str(given.get("scale", 1.0))),
        keep=_words(given.get("keep", ())),
        formats=_words(given.get("formats", ())),
        adjust=str(given.get("adjust", "none")),
        wald=str(given.get("wald", "no")),
    )


def _words(value: Value) -> tuple[str, ...]:
    return tuple(str(word) for word in (value if isinstance(value, tuple) else (value,)) if word != "")

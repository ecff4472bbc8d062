"""The options of a `table` statement, with their defaults from the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.lang.study import TableRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    digits: int = 3
    below: str = "se"  # what stands in parentheses: se, t, p, ci
    stars: bool = True
    scale: float = 1.0
    keep: tuple[str, ...] = ()


def options_of(request: TableRequest) -> TableOptions:
    """Read the typed options that the checker left."""
    given = dict(request.options)
    keep = given.get("keep", ())
    return TableOptions(
        digits=int(str(given.get("digits", 3))),
        below=str(given.get("below", "se")),
        stars=bool(given.get("stars", True)),
        scale=float(str(given.get("scale", 1.0))),
        keep=tuple(str(word) for word in (keep if isinstance(keep, tuple) else (keep,)) if word != ""),
    )

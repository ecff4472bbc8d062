"""`numbers.tex`: every number of a run as `\\gip{base.coef}`, so that none is typed into a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gipspec.engine.results import Estimate, Results
from gipspec.report.escape import Latex, escape, one_line
from gipspec.report.numbers import DASHES, Said, all_said, of_estimate, printed
from gipspec.report.provenance import provenance_of
from gipspec.report.templates import latex_environment, render

# Characters that TeX would not read as part of a key; they stand as a hyphen in it.
UNREADABLE = re.compile(r"""[\\{}%#^~$&"\s\x00-\x1f\x7f]+""")


def numbers_tex(results: Results, templates: Path | None = None) -> str:
    """Return the file; `templates` may hold a user's own `latex/numbers.tex`."""
    entries: list[tuple[Latex, Latex]] = []
    taken: set[str] = set()
    for name, numbers in all_said(results):
        key = _free(tex_key(name), taken)
        entries += [(Latex(f"{key}.{tex_key(said.field)}"), latex_of(said)) for said in numbers]
    return render(
        latex_environment(templates),
        "latex/numbers.tex",
        {"provenance": provenance_of(results), "draft": results.draft, "entries": tuple(entries)},
    )


def tex_key(name: str) -> str:
    """Return a name as part of a key: what TeX would swallow or obey stands as a hyphen."""
    return UNREADABLE.sub("-", one_line(name))


def _free(key: str, taken: set[str]) -> str:
    """Names that differ in unreadable characters alone are told apart by a number; a table's own share it."""
    found, number = key, 1
    while found in taken:
        number += 1
        found = f"{key}-{number}"
    taken.add(found)
    return found


def values_of(e: Estimate) -> Iterator[tuple[str, Latex]]:
    """Yield the fields of an estimate as LaTeX."""
    for said in of_estimate(e):
        yield tex_key(said.field), latex_of(said)


def latex_of(said: Said) -> Latex:
    """Return a number that prints alike in text and in math."""
    match said.kind:
        case "number":
            return _signed(said.parts[0])
        case "interval":
            return Latex(f"[{', '.join(_signed(part) for part in said.parts)}]")
        case "p":
            return Latex(rf"\ensuremath{{{said.parts[0]}}}")
        case "text" if set(said.parts[0]) - set("*-"):
            return escape(said.parts[0])
        case _:
            return Latex(said.parts[0])


def number(value: float, digits: int = 3) -> Latex:
    """Return a number that prints alike in text and in math."""
    return _signed(printed(value, digits))


def _signed(text: str) -> Latex:
    if text == DASHES:
        return Latex(text)
    grouped = text.replace(",", "{,}")
    return Latex(r"\ensuremath{-}" + grouped[1:] if text.startswith("-") else grouped)

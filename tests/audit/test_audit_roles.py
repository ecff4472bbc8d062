"""A variable in two roles is found under its own name and through derived columns, and no other is."""

from __future__ import annotations

from pathlib import Path

import pytest

import gipspec
from gipspec import audit

HEAD = """
data "panel.csv"
panel city year
let index = entropy(+resist, +recover, -loss, scale=year)
let lagged = lag(resist)
let logged = log(index)
let share = patents / gdp
let lnpat = log1p(patents)
let lngdp = log(gdp)
let total = patents + 2 * size - log(loss)
let whole = log1p(total) / 2
let ratio = total / gdp
let gap = lnpat - lngdp
let growth = gdp - lag(gdp)
let more = total - resist
base <- index ~ d | lngdp + size
"""


def findings(code: str, lines: str, folder: Path, name: str = "other") -> list[str]:
    """The names that a rule finds in a model; it reads the study alone."""
    columns = "city,year,d,resist,recover,loss,patents,gdp,size"
    (folder / "panel.csv").write_text(f"{columns}\n1,2001,0,1,2,3,4,5,6\n", encoding="utf-8")
    study = gipspec.loads(HEAD + lines + "\n", folder=folder).require()
    return [f.about for f in audit.findings(study, only={name}) if f.code == code]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("other <- base; add=patents", []),
        ("other <- base; add=resist", ["resist"]),
        ("other <- base; add=resist:gdp", ["resist"]),
        ("other <- base; add=lagged", ["resist"]),
        ("other <- base; via=loss + patents", ["loss"]),
        ("other <- base; outcome=logged; via=recover", ["recover"]),
        ("other <- base; outcome=patents; add=resist", []),
        ("other <- base; add=year", []),
        ("other <- base; outcome=total; add=patents", ["size", "patents"]),
        ("other <- base; outcome=whole; drop=size; add=log(patents)", ["patents"]),
        ("other <- base; outcome=total; drop=size; add=loss", []),
        ("other <- base; outcome=ratio; add=patents + gdp", []),
        ("other <- base; outcome=share; add=patents + gdp", []),
        ("other <- base; outcome=gap; add=gdp", []),
        ("other <- base; outcome=growth; drop=lngdp; add=lag(gdp)", []),
        ("other <- base; outcome=more; drop=size; via=patents + resist", ["patents", "resist"]),
    ],
)
def test_components_of_the_outcome(line: str, found: list[str], tmp_path: Path) -> None:
    assert findings("A12", line, tmp_path) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("mech <- base; via=patents\nother <- base; add=patents", ["patents"]),
        ("mech <- base; via=patents\nother <- base; add=lnpat", ["patents"]),
        ("mech <- base; via=[patents, size:gdp]; drop=size\nother <- base; add=patents:size", ["patents"]),
        ("mech <- base; via=share\nother <- base; add=gdp", []),
        ("mech <- base; via=share\nother <- base; add=share", ["share"]),
        ("mech <- base; via=patents; treatment=resist\nother <- base; add=patents", []),
        ("mech <- base; via=patents\nother <- base", []),
    ],
)
def test_mediators_among_the_controls(lines: str, found: list[str], tmp_path: Path) -> None:
    assert findings("A05", lines, tmp_path) == found

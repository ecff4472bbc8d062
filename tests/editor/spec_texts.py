"""A spec with its data, and the place of a mark in a text."""

from __future__ import annotations

from pathlib import Path

from gipspec.editor.document import Document, analyse

HEADER = "town,year,gdp,park,output,GDP per head"
ROWS = (
    (
        town,
        year,
        100 + 10 * town + year,
        int(town % 2 and year > 2),
        3 * town * year**2 % 11,
        "" if year == 1 else 5,
    )
    for town in range(1, 7)
    for year in range(1, 5)
)
DATA = "\n".join((HEADER, *(",".join(map(str, row)) for row in ROWS)))

SPEC = """study "Towns"
data "towns.csv"
panel town year
label gdp "Domestic product"
let lngdp = log(gdp)
set controls = lngdp + gdp
sample late = year > 2
learner best = stack(gbm, ols)
base  <- output ~ park | controls; learner=best
algos <- base; learner=[ols, gbm]
calm  <- algos.ols; sample=late
gap   <- base - calm
table main "Main": base, algos, calm, gap
"""

MARK = "‸"


def folder_of(tmp_path: Path) -> Path:
    (tmp_path / "towns.csv").write_text(DATA, encoding="utf-8")
    return tmp_path


def document(folder: Path, text: str = SPEC) -> Document:
    return analyse(text, folder / "study.gip")


def marked(folder: Path, text: str) -> tuple[Document, int]:
    """Analyse a text without its mark; return it with the offset of the mark."""
    at = text.index(MARK)
    return document(folder, text.replace(MARK, "")), at


def after(text: str) -> str:
    """The spec with one more line at its end."""
    return SPEC + text

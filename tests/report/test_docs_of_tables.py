"""docs/tables.md says what is true: its specs are sound, its templates work, no option is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_cases import CASES, panels

import gipspec
from gipspec.lang.vocabulary import TABLE_KINDS, TABLE_OPTIONS, TABLE_ROWS, TABLE_STYLES
from gipspec.report import latex_table
from gipspec.report.latex import view_of
from gipspec.report.latex_style import packages_of
from gipspec.report.styles import load_style

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")


def snippets(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("snippet", snippets("gip"))
def test_the_specs_are_sound(snippet: str, tmp_path: Path) -> None:
    lines = ['data "panel.dta"', "panel city year"]
    lines += [] if "set controls" in snippet else ["set controls = lngdp + density"]
    found = gipspec.loads("\n".join([snippet, *lines]) + "\n", folder=tmp_path).problems
    assert {p.code for p in found if p.severity == "error"} <= {"G301"}


def test_every_option_kind_row_and_style_is_named() -> None:
    for word in (*TABLE_OPTIONS, *TABLE_KINDS, *TABLE_ROWS, *TABLE_STYLES):
        assert f"`{word}" in PAGE or f"{word}=" in PAGE, word


def test_the_style_of_the_page(tmp_path: Path) -> None:
    (text,) = snippets("toml")
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "aer.toml").write_text(text, encoding="utf-8")
    style = load_style("aer", tmp_path)
    assert (style.notes_lead, style.stars, style.row("Observations")) == ("Remarks.", (0.05, 0.01), "Obs.")


def test_the_template_of_the_page(tmp_path: Path) -> None:
    (text,) = snippets("tex")
    (tmp_path / "latex").mkdir()
    (tmp_path / "latex" / "table.tex").write_text(text, encoding="utf-8")
    made = latex_table(CASES["default"](), tmp_path)
    assert made.startswith("% main\n\\begin{tabular}{@{}l*{5}{c}@{}}\n\\toprule")
    assert made.endswith("\\bottomrule\n\\end{tabular}\n")


def test_the_values_of_the_page_are_those_of_a_template() -> None:
    values = set(re.findall(r"`(\w+)`", PAGE.split("| value | is |")[1].split("An error")[0]))
    seen = set(view_of(CASES["default"]())) | {"cells", "rules", "rows", "title", "header", "footer"}
    assert values - {"name"} <= seen


def test_the_packages_of_the_page() -> None:
    listed = PAGE.split("| | packages |")[1].split("`formats=standalone`")[0]
    wanted = re.findall(r"^\| (any table|`[^`]+`) \| ([a-z, ]+) \|$", listed, flags=re.MULTILINE)
    assert dict(wanted) == {
        "any table": ", ".join(packages_of(panels())),
        "`long=yes`": ", ".join(packages_of(panels(long=True))),
        "`landscape=yes`": packages_of(panels(landscape=True))[-1],
        "`marks=ticks`": packages_of(panels(marks="ticks", rows=("controls",)))[-1],
    }

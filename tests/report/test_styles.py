"""Styles are data: what each changes, files of the user's, and mistakes in them with their line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import report_readers as read
from report_cases import panels
from report_factory import estimate, request, results, study

from gipspec.diagnostics import GipError
from gipspec.lang.vocabulary import TABLE_STYLES
from gipspec.report import FORMATS, build_table, docx_table, html_table, latex_table, typst_table
from gipspec.report.printed import plain_cell
from gipspec.report.styles import load_style
from gipspec.report.table import Table
from gipspec.report.templates import own_templates

STYLES = {name: panels(style=name) for name in TABLE_STYLES}


def notes(table: Table) -> str:
    return " ".join(plain_cell(n) for n in table.notes)


def test_every_style_of_the_vocabulary_has_a_file_and_no_other() -> None:
    assert {p.stem for p in (own_templates() / "styles").glob("*.toml")} == set(TABLE_STYLES)


def test_the_american_economic_review_has_no_stars() -> None:
    for name in FORMATS:
        data = FORMATS[name].write(STYLES["aer"], None)
        cells = (
            read.docx_cells(data)
            if name == "docx"
            else read.xlsx_cells(data)
            if name == "xlsx"
            else [str(data)]
        )
        assert not [c for c in cells if "0.052*" in c or "gipstars{*" in c]
    assert "p<" not in notes(STYLES["aer"])
    asked = build_table(request("base", style="aer", stars=(0.1,)), results([estimate("base")]), study())
    assert plain_cell(asked.blocks[0].rows[0].cells[0]) == "0.052*"


@pytest.mark.parametrize(
    ("style", "panel", "effects", "observations"),
    [
        ("default", "A. Samples", "City effects", "Observations"),
        ("aer", "Panel A. Samples", "City fixed effects", "Observations"),
        ("qje", "Panel A: Samples", "City fixed effects", "Observations"),
        ("frontiers", "A. Samples", "City FE", "N"),
    ],
)
def test_words_of_each_style(style: str, panel: str, effects: str, observations: str) -> None:
    table = STYLES[style]
    labels = [plain_cell(row.stub) for row in table.lines()]
    assert table.blocks[0].title == panel
    assert effects in labels and observations in labels


def test_legends() -> None:
    assert "***, ** and * denote significance at 1%, 5% and 10%." in notes(STYLES["qje"])
    assert notes(STYLES["default"]).endswith("* p<0.1, ** p<0.05, *** p<0.01.")


def test_titles_of_headlines_keep_names() -> None:
    style = load_style("aer")
    assert style.title("the effects of DML on GDP in the cities") == "The Effects of DML on GDP in the Cities"
    assert style.title("绿色工业园区") == "绿色工业园区"


def test_captions_in_each_format() -> None:
    tex = latex_table(STYLES["qje"])
    assert r"\def\thetable{\Roman{table}}" in tex and r"\caption{\textsc{Robustness}}" in tex
    assert r"\def\fnum@table{\textsc{Table~\thetable}}" in latex_table(STYLES["aer"])
    assert r"#1---#2" in latex_table(STYLES["aer"])
    assert "fnum@table" not in latex_table(STYLES["default"])
    assert 'numbering: "I"' in typst_table(STYLES["qje"])
    assert 'class="gipspec smallcaps panels-plain panels-center thin parted"' in html_table(STYLES["qje"])
    assert 'class="gipspec parted"' in html_table(STYLES["default"])


def test_captions_in_word() -> None:
    import docx
    from docx.oxml.ns import qn

    seen = {}
    for name, table in STYLES.items():
        caption = docx.Document(io.BytesIO(docx_table(table))).paragraphs[0]._p
        (field,) = caption.iter(qn("w:fldSimple"))
        text = "".join(t.text for t in caption.iter(qn("w:t")))
        looks = {child.tag.rpartition("}")[2] for child in caption.iter()} & {"b", "i", "smallCaps", "br"}
        seen[name] = (field.get(qn("w:instr")).split()[-1], text, looks)
    assert seen == {
        "default": ("ARABIC", "Table 1. Robustness", set()),
        "aer": ("ARABIC", "Table 1—Robustness", {"smallCaps"}),
        "qje": ("ROMAN", "TABLE IRobustness", {"smallCaps", "br"}),
        "frontiers": ("ARABIC", "TABLE 1 Robustness", {"b"}),
    }


# ---------------------------------------------------------------- files of the user's


def written(folder: Path, text: str, name: str = "aer") -> Path:
    (folder / "styles").mkdir(exist_ok=True)
    (folder / "styles" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_style_of_the_users_changes_what_it_says(tmp_path: Path) -> None:
    folder = written(
        tmp_path, '[notes]\nlead = "Remarks."\nstars = [0.01]\n[rows.labels]\n"Observations" = "Obs."\n'
    )
    style = load_style("aer", folder)
    assert (style.notes_lead, style.stars) == ("Remarks.", (0.01,))
    assert style.panel("A. Samples") == "Panel A. Samples"  # of ours
    table = build_table(request("base", style="aer"), results([estimate("base")]), study(), folder)
    assert "Obs." in [plain_cell(row.stub) for row in table.lines()]
    assert "Remarks." in html_table(table) and "Remarks." in latex_table(table)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[notes]\nlead = \n", 2, "Invalid value (at line 2"),
        ("[notes]\n\nlaed = 'x'\n", 3, "there is no `notes.laed` in a style"),
        ("[caption]\nlabel = 'T'\nnumbers = 'greek'\n", 3, "`caption.numbers` is one of arabic, roman"),
        ("[panels]\ntitle = ['x']\n", 2, "`panels.title` takes a text"),
        ("[rules]\nouter = 'thick'\n", 2, "`rules.outer` takes a number"),
        ("[notes]\nstars = [0.1, 'x']\n", 2, "`notes.stars` takes a list of levels between 0 and 1"),
        ("[notes]\nstars = [10]\n", 2, "`notes.stars` takes a list of levels between 0 and 1"),
    ],
)
def test_mistakes_in_a_style_have_a_line(text: str, line: int, reason: str, tmp_path: Path) -> None:
    with pytest.raises(GipError) as caught:
        load_style("aer", written(tmp_path, text))
    (found,) = caught.value.problems
    assert found.code == "G502"
    assert f"aer.toml failed at line {line}: {reason}" in found.message


def test_a_template_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "latex").mkdir()
    (tmp_path / "latex" / "table.tex").write_text(
        "mine: <<title>> \\\\ <<name>>\n<% for x in gone %><% endfor %>\n"
    )
    with pytest.raises(GipError) as caught:
        latex_table(STYLES["default"], tmp_path)
    assert "latex/table.tex failed at line 2: 'gone' is undefined" in caught.value.problems[0].message
    (tmp_path / "latex" / "table.tex").write_text("mine: <<title>>\n")
    assert latex_table(STYLES["default"], tmp_path) == "mine: Robustness\n"


def test_a_style_cannot_inject(tmp_path: Path) -> None:
    hostile = '[caption]\nlabel = "\\\\input{x}"\nseparator = "\\" + eval(1) + \\"<b>"\n'
    hostile += '[notes]\nlead = "<script>$x$"\n'
    table = build_table(
        request("base", style="aer"), results([estimate("base")]), study(), written(tmp_path, hostile)
    )
    code = [line for line in latex_table(table).splitlines() if not line.startswith("%")]
    assert not [line for line in code if "\\input" in line]
    assert "<script>" not in html_table(table)
    assert '\\" + eval(1) + \\"' in typst_table(table)

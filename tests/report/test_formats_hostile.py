"""Whatever a label holds, each format shows it, and no program obeys it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import format_cases as cases
import pytest
import report_readers as read
from hypothesis import given
from hypothesis import strategies as st

from gipspec.report import csv_table, docx_table, html_table, markdown_table, typst_table, xlsx_table
from gipspec.report.escape import one_line
from gipspec.report.formats.html import escape as html_escape
from gipspec.report.formats.markdown import escape as markdown_escape
from gipspec.report.formats.typst import escape as typst_escape

HOSTILE = pytest.mark.parametrize("text", cases.HOSTILE, ids=lambda text: repr(text[:16]))
ALLOWED_TAGS = {
    *("meta", "style", "figure", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "sup"),
    *("figcaption", "em"),
}
NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*(\*{1,3}|%)?")


@HOSTILE
def test_html(text: str) -> None:
    page = read.Page(html_table(cases.labelled(text)))
    assert {tag for tag, _ in page.tags} <= ALLOWED_TAGS
    assert {name for _, attributes in page.tags for name in attributes} <= {
        *("charset", "class", "scope", "colspan", "rowspan"),
    }
    assert page.cells.count(one_line(text)) >= 5
    assert one_line(text) in "".join(page.texts)
    assert len(page.comments) == 1


@HOSTILE
def test_markdown(text: str) -> None:
    tokens = read.markdown_tokens(markdown_table(cases.labelled(text)))
    kinds = [t.type for t in tokens]
    assert kinds.count("html_block") == 1  # where the table comes from
    assert not {"html_inline", "link_open", "image", "code_inline", "s_open", "heading_open"} & set(kinds)
    assert kinds.count("em_open") == 1 and "fence" not in kinds and "bullet_list_open" not in kinds
    assert kinds.count("table_open") == 1
    assert kinds.count("td_open") == 6
    assert read.md_cells(markdown_table(cases.labelled(text)))[3] == one_line(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_markdown_shows_any_text(text: str) -> None:
    assert read.md_cells(f"| {markdown_escape(text)} |\n|--|\n") == [one_line(text)]


@given(st.text(alphabet="\\`*_{}[]()<>#+-!|~$&@^:.=aw1 \n", max_size=30))
def test_markdown_shows_its_own_signs(text: str) -> None:
    shown = read.md_cells(f"| {markdown_escape(text)} |\n|--|\n")
    assert shown == [re.sub(" +", " ", one_line(text))]


@given(st.text(max_size=40))
def test_a_typst_literal_has_no_end_but_its_own(text: str) -> None:
    literal = typst_escape(text)
    assert re.fullmatch(r'"([^"\\\n]|\\["\\])*"', literal)
    assert literal[1:-1].replace('\\"', '"').replace("\\\\", "\\") == one_line(text)


@given(st.text(alphabet="<>&'\"=- a\n", max_size=40))
def test_html_holds_no_tag(text: str) -> None:
    assert not set("<>\"'") & set(html_escape(text))


@HOSTILE
def test_typst_is_literals_only(text: str) -> None:
    """Outside literals and the comment, nothing of the text is left."""
    source = typst_table(cases.labelled(text))
    first, rest = source.split("\n", 1)
    assert first.startswith("// Table main")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', rest)
    assert bare == re.sub(r'"(?:[^"\\]|\\.)*"', '""', typst_table(cases.labelled("plain")).split("\n", 1)[1])


@HOSTILE
def test_csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_table(cases.labelled(text)).removeprefix("\ufeff"))))
    fields = [field for row in rows for field in row]
    assert {one_line(text), f"'{one_line(text)}"} & set(fields)
    suspicious = [f for f in fields if re.match(r"\s*[=+\-@＝＋－＠]", f) and len(f) > 1]
    assert [f for f in suspicious if not NUMBER.fullmatch(f)] == []
    assert {len(row) for row in rows[1:-2]} == {3}


@HOSTILE
def test_excel(text: str) -> None:
    sheet = read.sheet_of(xlsx_table(cases.labelled(text)))
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in found} == {"s", "n"}
    shown = [re.sub("_x005F_", "_", str(cell.value)) for cell in found]
    assert shown.count(one_line(text)) >= 5
    assert all(cell.quotePrefix for cell in found if cell.data_type == "s")


@HOSTILE
def test_word(text: str) -> None:
    import docx
    from docx.oxml.ns import qn

    data = docx_table(cases.labelled(text))
    assert read.docx_cells(data).count(one_line(text)) >= 5
    body = docx.Document(io.BytesIO(data)).element.body
    fields = [field.get(qn("w:instr")) for field in body.iter(qn("w:fldSimple"))]
    assert fields == [r" SEQ Table \* ARABIC "]
    names = {child.tag.rpartition("}")[2] for child in body.iter()}
    assert not {"instrText", "hyperlink", "object", "altChunk", "drawing"} & names


def test_a_label_of_a_study_is_harmless_wherever_it_goes(tmp_path: Path) -> None:
    """From a spec to every file: `=cmd()` reaches all outputs as text."""
    import shutil

    import gipspec

    shutil.copy(Path(__file__).parent.parent / "golden" / "bad" / "data" / "panel.csv", tmp_path)
    spec = gipspec.loads(
        'data "panel.csv"\npanel city year\nlabel d "=cmd()"\nlabel y "<script>"\n'
        "base <- y ~ d | x1; learner=ols; reps=2; folds=2\n"
        'table main "@SUM(1)": base; formats=docx + html + md + typ + csv + xlsx + standalone;\n'
        '    rename=[d: "=cmd()"]; names=[base: "<script>"]; note="=cmd() \\input{/etc/passwd}";\n'
        '    add=["\\write18{ls}": ["=cmd()"], "@SUM(1)": [1.50]]\n'
        'table described "=cmd()": y, d; kind=descriptives; note="<script>"\n',
        folder=tmp_path,
    )
    assert spec.ok
    assert [p for p in spec.write(spec.run(), tmp_path / "out") if p.severity == "error"] == []
    tables = tmp_path / "out" / "tables"
    assert "'=cmd()" in read.csv_cells((tables / "main.csv").read_text(encoding="utf-8"))
    assert "=cmd()" in read.xlsx_cells((tables / "main.xlsx").read_bytes())
    assert "=cmd()" in read.docx_cells((tables / "main.docx").read_bytes())
    assert "=cmd()" in read.html_cells((tables / "main.html").read_text(encoding="utf-8"))
    assert "=cmd()" in read.md_cells((tables / "main.md").read_text(encoding="utf-8"))
    assert '"=cmd()"' in (tables / "main.typ").read_text(encoding="utf-8")
    for path in sorted(tables.glob("*.tex")):
        code = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "%"]
        assert not [line for line in code if "\\input" in line or "\\write" in line], path.name
    for path in sorted(tables.glob("*.html")):
        assert "<script>" not in path.read_text(encoding="utf-8"), path.name
    fields = read.csv_cells((tables / "main.csv").read_text(encoding="utf-8"))
    assert "1.50" in fields and not [f for f in fields if f[:1] in ("=", "@")]
    said = read.csv_cells((tmp_path / "out" / "numbers.csv").read_text(encoding="utf-8"))
    assert not [f for f in said if f[:1] in ("=", "@", "+")]

"""Symbols, completion, hover, renaming and fixes as functions of a text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_texts import MARK, SPEC, after, document, folder_of, marked

import gipspec
from gipspec.editor.complete import complete
from gipspec.editor.data import Frames
from gipspec.editor.document import analyse
from gipspec.editor.edits import RefusedError, apply, fixes, lay_out, rename, renamed_at
from gipspec.editor.hover import describe_column, histogram, hover
from gipspec.editor.positions import Place, offset_of, place_of
from gipspec.lang.vocabulary import FUNCTIONS, LEARNERS, OPTIONS
from gipspec.source import Source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path)


def words(folder: Path, text: str) -> list[str]:
    return [item.text for item in complete(*marked(folder, text)).items]


# ---------------------------------------------------------------- places


@given(st.text(alphabet="aé中😀\n", max_size=30), st.integers(0, 30))
def test_places_and_offsets_are_inverse(text: str, at: int) -> None:
    source = Source.of("x", text)
    at = min(at, len(text))
    place = place_of(source, at)
    assert offset_of(source, place) == at
    assert place.column == len(text[:at].rpartition("\n")[2].encode("utf-16-le")) // 2


def test_a_place_beyond_the_text_is_its_end() -> None:
    source = Source.of("x", "ab\nc")
    assert offset_of(source, Place(line=0, column=9)) == 2
    assert offset_of(source, Place(line=9, column=0)) == 4


# ---------------------------------------------------------------- completion


def test_a_new_line_offers_statements_and_models(folder: Path) -> None:
    found = words(folder, after(MARK))
    assert {"let", "table", "figure", "base", "gdp"} <= set(found)


def test_a_begun_word_narrows_the_list(folder: Path) -> None:
    assert words(folder, after(f"ta{MARK}")) == ["table"]


@pytest.mark.parametrize(
    ("line", "expected", "absent"),
    [
        (f"x <- {MARK}", {"base", "algos.ols", "gdp", "log"}, {"late", "best"}),
        (f"x <- output ~ park | {MARK}", {"controls", "gdp", "`GDP per head`", "square"}, {"base"}),
        (f"x <- base; {MARK}", {f"{name}=" for name in OPTIONS}, {"base", "gdp"}),
        (f"x <- base; lear{MARK}", {"learner=", "learner_y="}, {"folds="}),
        (f"x <- base; fe_method={MARK}", {"within", "fd", "cre"}, {"gdp"}),
        (f"x <- base; learner={MARK}", {"best", *LEARNERS}, {"gdp"}),
        (f"x <- base; learner=[ols, {MARK}", {"best", "gbm"}, {"gdp"}),
        (f"x <- base; learner=rf({MARK}", {"trees=", "leaf="}, {"gbm"}),
        (f"x <- base; learner=stack({MARK}", {"gbm", "best", "short="}, {"trees="}),
        (f"x <- base; sample={MARK}", {"late", "year"}, {"best"}),
        (f"x <- base; cluster={MARK}", {"none", "town"}, {"late"}),
        (f"let z = {MARK}", {"gdp", "lngdp", *(n for n in FUNCTIONS)}, {"base"}),
        (f"let z = lag(g{MARK}", {"gdp"}, {"town"}),
        (f"learner l = {MARK}", set(LEARNERS), {"gdp"}),
        (f"panel {MARK}", {"town", "year"}, {"log"}),
        (f'table t "T": base, {MARK}', {"calm", "algos.gbm"}, {"gdp"}),
        (f'table t "T": base; {MARK}', {"digits=", "stars="}, {"folds="}),
        (f"defaults {MARK}", {"folds=", "seed="}, {"digits="}),
        (f"audit accept {MARK}", {"A01", "A10"}, {"base"}),
        (f"audit accept A10 {MARK}", {"base"}, {"A10"}),
        (f'data "{MARK}', {"towns.csv"}, {"gdp"}),
    ],
)
def test_what_fits_is_offered(folder: Path, line: str, expected: set[str], absent: set[str]) -> None:
    found = set(words(folder, after(line)))
    assert expected <= found
    assert not absent & found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f'data "{MARK}', ["TOWNS.DTA", "parts/", "towns.csv", "towns.tsv"]),
        (f'data "to{MARK}', ["TOWNS.DTA", "towns.csv", "towns.tsv"]),
        (f'include "{MARK}', ["common.gip", "parts/"]),
        (f'include "parts/{MARK}', ["parts/more.gip"]),
        (f'data "parts/{MARK}', ["parts/more.csv"]),
        (f'study "{MARK}', []),
    ],
)
def test_files_are_offered_where_they_can_be_read(folder: Path, line: str, expected: list[str]) -> None:
    (folder / "parts").mkdir()
    (folder / ".hidden").mkdir()
    for name in ("study.gip", "common.gip", "towns.tsv", "TOWNS.DTA", "notes.txt", "parts/more.gip"):
        (folder / name).write_text("", encoding="utf-8")
    (folder / "parts" / "more.csv").write_text("", encoding="utf-8")
    assert words(folder, after(line)) == expected


@pytest.mark.parametrize("line", [f"# about {MARK}", f'study "A{MARK}', f"let {MARK}", f"x <- base # {MARK}"])
def test_nothing_is_offered_in_comments_titles_and_new_names(folder: Path, line: str) -> None:
    assert words(folder, after(line)) == []


def test_a_continued_line_belongs_to_its_statement(folder: Path) -> None:
    assert "folds=" in words(folder, after(f"x <- base;\n    {MARK}"))


def test_what_is_chosen_replaces_the_word(folder: Path) -> None:
    text, at = marked(folder, after(f"x <- output ~ park | cont{MARK}"))
    found = complete(text, at)
    assert found.span.text == "cont"
    assert [c.text for c in found.items] == ["controls"]


def test_labels_stand_beside_columns(folder: Path) -> None:
    specs = Path(gipspec.__file__).parents[1] / "specs"
    text = f'data "gip_panel.dta"\npanel city year\nx <- gip ~ gip | densi{MARK}'
    (found,) = complete(*_in(specs, text)).items
    assert found.text == "density"
    assert found.detail


def _in(folder: Path, text: str) -> tuple[object, int]:
    return analyse(text.replace(MARK, ""), folder / "x.gip"), text.index(MARK)  # type: ignore[return-value]


@given(st.data())
def test_a_half_written_spec_never_breaks_the_tools(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = SPEC[: data.draw(st.integers(0, len(SPEC)))] + data.draw(
        st.text(alphabet='abl~|;=([,"`# \n中😀', max_size=8)
    )
    doc = analyse(text, tmp_path_factory.getbasetemp() / "half.gip")
    at = data.draw(st.integers(0, len(text)))
    found = complete(doc, at)
    begun = found.span.text.lstrip("`").casefold()
    assert found.span.start <= found.span.end == at
    assert all(item.text.lstrip("`").casefold().startswith(begun) for item in found.items)
    shown = hover(doc, at, lambda _: None)
    assert shown is None or shown.span.start <= at <= shown.span.end
    assert lay_out(lay_out(text)) == lay_out(text)


# ---------------------------------------------------------------- hover


def test_a_column_shows_its_rows_gaps_and_distribution(folder: Path) -> None:
    text, at = marked(folder, SPEC.replace("let lngdp = log(gdp)", f"let lngdp = log(g{MARK}dp)"))
    found = hover(text, at, Frames().of)
    assert found is not None
    assert found.span.text == "gdp"
    assert "24 values, 0 missing" in found.markdown
    frame = text.loaded.dataset().frame
    assert f"mean {frame['gdp'].mean():.4g}, standard deviation {frame['gdp'].std():.4g}" in found.markdown


def test_a_derived_column_shows_its_line_and_its_values(folder: Path) -> None:
    text, at = marked(folder, SPEC.replace("lngdp + gdp", f"l{MARK}ngdp + gdp"))
    found = hover(text, at, Frames().of)
    assert found is not None
    assert "let lngdp = log(gdp)" in found.markdown
    assert f"mean {text.loaded.dataset().frame['lngdp'].mean():.4g}" in found.markdown


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"x <- base; fol{MARK}ds=8", "folds of cross-fitting"),
        (f"let z = la{MARK}g(gdp)", "k periods earlier"),
        (f"x <- base; learner=r{MARK}f", "forest"),
        (f"x <- al{MARK}gos.ols", "algos <- base; learner=[ols, gbm]"),
        (f"x <- base; sample=la{MARK}te", "sample late = year > 2"),
    ],
)
def test_words_are_explained(folder: Path, line: str, expected: str) -> None:
    found = hover(*marked(folder, after(line)), Frames().of)
    assert found is not None
    assert expected in found.markdown


def test_the_data_are_read_once_until_they_change(folder: Path) -> None:
    frames, doc = Frames(), document(folder)
    first = frames.of(doc)
    assert frames.of(document(folder, SPEC + "# more\n")) is first
    assert frames.of(document(folder, SPEC.replace("log(gdp)", "log1p(gdp)"))) is not first


def test_a_histogram_shows_every_value() -> None:
    drawn = histogram(pd.Series([0.0] * 50 + [11.9]))
    assert drawn[0] == "█"
    assert drawn[-1] == "▁"
    assert set(drawn[1:-1]) == {" "}


def test_a_category_shows_its_shares() -> None:
    assert "East (75%)" in describe_column(pd.Series(["East", "East", "East", "West", None]))


# ---------------------------------------------------------------- names


def test_a_definition_is_found_from_a_member_of_a_fan(folder: Path) -> None:
    text, at = marked(folder, SPEC.replace("algos.ols;", f"algos.o{MARK}ls;"))
    symbol = text.symbol_at(at)
    assert symbol is not None
    found = text.definition(symbol)
    assert found is not None
    assert found.span.line == 10


def test_renaming_a_model_renames_its_members(folder: Path) -> None:
    doc = document(folder)
    edits = rename(doc, SPEC.index("algos"), "methods")
    new = apply(SPEC, edits)
    assert new == SPEC.replace("algos", "methods")
    assert gipspec.loads(new, folder=folder).ok


def test_renaming_keeps_namespaces_apart(folder: Path) -> None:
    text = SPEC.replace("sample late", "sample calm").replace("sample=late", "sample=calm")
    new = apply(text, rename(document(folder, text), text.index("sample calm") + 8, "quiet"))
    assert "sample quiet = year > 2" in new
    assert "calm  <- algos.ols; sample=quiet" in new
    assert gipspec.loads(new, folder=folder).ok


def test_a_new_name_is_quoted_where_it_must_be(folder: Path) -> None:
    new = apply(SPEC, rename(document(folder), SPEC.index("lngdp"), "log of GDP"))
    assert "let `log of GDP` = log(gdp)" in new
    assert gipspec.loads(new, folder=folder).ok


@pytest.mark.parametrize(
    ("place", "new"), [("gdp)", "x"), ("lngdp", "gdp"), ("lngdp", "controls"), ("base", "a.b"), ("base", "")]
)
def test_what_cannot_be_renamed_is_refused(folder: Path, place: str, new: str) -> None:
    with pytest.raises(RefusedError):
        rename(document(folder), SPEC.index(place), new)


@pytest.mark.parametrize(
    ("before", "name", "span"),
    [
        ("sample=", "late", "late"),
        ("calm  <- ", "algos", "algos.ols"),
        ("set ", "controls", "controls"),
        ("output ~ ", "", ""),  # a column of the data
        ("learner=[", "", ""),  # a learner of the library
        ("pan", "", ""),
    ],
)
def test_a_name_that_can_be_renamed_is_known_before(folder: Path, before: str, name: str, span: str) -> None:
    found = renamed_at(document(folder), SPEC.index(before) + len(before))
    assert (found.root, found.span.text) == (name, span) if name else found is None


# ---------------------------------------------------------------- fixes and layout


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("controls; learner", "control; learner"),
        ("learner=best", "learner=bst"),
        ("sample=late", "sample=lat"),
        ("base - calm", "base - clm"),
        ("learner=[ols", "lerner=[ols"),
        ("log(gdp)", "logg(gdp)"),
        ("table main", "tabel main"),
        ("park | controls", "park ｜ controls"),
    ],
)
def test_a_suggestion_restores_the_spec(folder: Path, wrong: str, right: str) -> None:
    text = SPEC.replace(wrong, right)
    assert text != SPEC
    doc = document(folder, text)
    assert not doc.loaded.ok
    first = next(fixes(doc.loaded.problems, doc.source))
    assert apply(text, (first.edit,)) == SPEC


def test_layout_leaves_what_is_wrong_alone() -> None:
    assert lay_out("let  x =log( y )") == "let x = log(y)\n"
    assert lay_out("let  x =log( y") == "let  x =log( y"


# ---------------------------------------------------------------- names of every kind


def test_a_backtick_that_the_editor_closed_is_replaced_too(folder: Path) -> None:
    found = complete(*marked(folder, after(f"x <- base; add=`GDP p{MARK}`\n")))
    assert [item.text for item in found.items] == ["`GDP per head`"]
    assert found.quoted and found.span.text == "`GDP p`"


def test_sets_are_offered_where_terms_are(folder: Path) -> None:
    with_sets = ("x <- base; add=c", "x <- output ~ park | c", "set more = c", "x <- base; via=c")
    without = ("let x = c", "sample s = c", "x <- base; het=c", "x <- base; fe=c", "panel c", "x <- c")
    assert all("controls" in words(folder, after(text + MARK)) for text in with_sets)
    assert not any("controls" in words(folder, after(text + MARK)) for text in without)


COLUMNS = ["town", "year", "gdp", "park", "output", "`GDP per head`"]


def test_a_panel_is_made_of_columns_of_the_data(folder: Path) -> None:
    assert words(folder, after(f"panel {MARK}")) == COLUMNS
    assert "town" in words(folder, after(f"x <- base; folds=to{MARK}"))


def test_names_of_the_spec_serve_where_there_are_no_data(folder: Path) -> None:
    text = SPEC.replace("towns.csv", "nowhere.csv")
    found = words(folder, f"{text}x <- base; add={MARK}")
    assert {"gdp", "output", "park", "lngdp", "controls"} <= set(found)
    assert words(folder, f"{text}x <- base; add=outp{MARK}") == ["output"]
    assert words(folder, f"{text}x <- base; add=strange{MARK}") == []

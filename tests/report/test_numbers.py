"""Numbers for Word and for programs: the same as those for LaTeX."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from report_factory import estimate, request, results, study

from gipspec.report import load_results_json, results_json, write_outputs
from gipspec.report.formats.word_numbers import bookmark_names, numbers_docx
from gipspec.report.macros import latex_of
from gipspec.report.numbers import all_said, keyed, numbers_csv

FOUND = results([estimate("base", -1234.5213, 0.01127), estimate("hetero.openness.high", 0.5, 0.3)])


def listed(text: str) -> dict[str, tuple[str, str]]:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == ["name", "text", "value"]
    return {name: (text, value) for name, text, value in rows[1:]}


def bookmarks(data: bytes) -> dict[str, str]:
    import docx
    from docx.oxml.ns import qn

    body = docx.Document(io.BytesIO(data)).element.body
    return {
        start.get(qn("w:name")): "".join(t.text or "" for t in start.getparent().iter(qn("w:t")))
        for start in body.iter(qn("w:bookmarkStart"))
    }


def test_numbers_for_programs() -> None:
    found = listed(numbers_csv(FOUND))
    assert found["base.coef"] == ("-1,234.521", "-1234.5213")
    assert found["base.p.text"][0] == "p<0.001"
    assert found["hetero.openness.high.stars"][0] == "*"
    assert found["base.n"] == ("5,058", "5058")


def test_a_bookmark_for_every_number() -> None:
    found = bookmarks(numbers_docx(FOUND))
    assert found["base_coef"] == "−1,234.521"
    assert found["hetero_openness_high_ci"].startswith("[−0.088, ")
    assert len(found) == len(list(keyed(FOUND)))
    assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", name) for name in found)


def test_bookmarks_are_told_apart() -> None:
    long = "tables.descriptives.a_very_long_name_of_a_variable"
    names = bookmark_names(["a.b", "a b", "A_B", f"{long}.mean", f"{long}.sd", "1.x", "基准.coef"])
    assert names[:3] == ["a_b", "a_b_2", "A_B_3"]
    assert names[3].endswith(".mean".replace(".", "_")) and names[4].endswith("_sd")
    assert names[5:] == ["n_1_x", "基准_coef"]
    assert len({n.casefold() for n in names}) == len(names)


def test_latex_says_the_same() -> None:
    for _, numbers in all_said(FOUND):
        for said in numbers:
            plain = re.sub(r"\\ensuremath\{(.*?)\}", r"\1", latex_of(said)).replace("{,}", ",")
            assert plain in (said.text, said.text.replace("*", "{*}"))


def test_they_are_written_where_word_is_asked_for(tmp_path: Path) -> None:
    spec = study(request("base", formats=("docx",)))
    assert write_outputs(FOUND, spec, tmp_path / "word") == ()
    assert (tmp_path / "word" / "numbers.docx").exists() and (tmp_path / "word" / "numbers.csv").exists()
    write_outputs(FOUND, study(request("base")), tmp_path / "tex")
    assert not (tmp_path / "tex" / "numbers.docx").exists()


def test_results_read_back_keep_the_order_of_a_model() -> None:
    keys = ["-2", "-1", "0", "1"]
    found = [estimate(f"event.{k}", model_name="event", key=k) for k in keys]
    back = load_results_json(results_json(results([*found, estimate("base")])))
    assert [e.key for e in back.of_model("event")] == keys

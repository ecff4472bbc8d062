"""Fragments meet a real LaTeX: they compile, nothing stands out of the page, and text stays text."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from latex_engine import HAN, compiled, overfull, typeset
from report_cases import CASES
from report_factory import estimate, request, results, study

from gipspec.report import FORMATS, build_table, latex_table, numbers_tex

pytestmark = pytest.mark.latex

LATIN = tuple(name for name in CASES if name not in ("chinese", "hostile"))


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / f"{name}.tex").write_text(latex_table(CASES[name]()), encoding="utf-8")


@pytest.mark.parametrize("engine", ["pdflatex", "xelatex"])
def test_tables_compile_within_the_page(tmp_path: Path, engine: str) -> None:
    write(tmp_path, *LATIN)
    body = "\\clearpage\n".join(f"\\input{{{name}}}" for name in LATIN)
    log, text = compiled(tmp_path, body, engine=engine)
    assert overfull(log) == []
    assert "Float too large" not in log
    assert re.search(r"TABLE\s+[IVX]+", text) and "continued" in text
    for expected in (
        "0.052",
        "(0.011)",
        "A. Samples",
        "Winsor 1%",
        "5,058",
        "[3.00, 7.42]",
        "DRAFT",
        "Table 5",
    ):
        assert expected in text, expected


def test_within_a_float_of_the_users_own(tmp_path: Path) -> None:
    write(tmp_path, "default")
    _, text = compiled(tmp_path, r"\begin{table}[t]\caption{My own words}\input{default}\end{table}")
    assert "My own words" in text
    assert "Baseline" not in text


def test_narrow_columns(tmp_path: Path) -> None:
    write(tmp_path, "eight")
    log, _ = compiled(tmp_path, "\\twocolumn\n\\input{eight}")
    assert overfull(log) == []


def test_chinese(tmp_path: Path) -> None:
    write(tmp_path, "chinese")
    log, text = compiled(tmp_path, "\\input{chinese}", engine="xelatex", preamble=HAN)
    assert overfull(log) == []
    assert "Missing character" not in log
    for expected in ("绿色工业园区", "剔除直辖市", "城市 effects", "12.346"):
        assert expected in text


SIGNS = "% & _ # $ ^ ~ \\ { } [x] * \\input{/etc/passwd} \\write18{touch obeyed} <script> =cmd()"
VERY = "a label that is very, very long and goes on: " + "wörter und worte " * 6


@pytest.mark.parametrize("style", ["default", "aer", "qje", "frontiers"])
def test_hostile_labels_are_printed_in_every_style(tmp_path: Path, style: str) -> None:
    """Nothing is obeyed: no file is read, no command is run, and the reader sees what was written."""
    labels = (("city", SIGNS), ("lngdp", VERY), ("年份", "年份"))
    shared = {"outcome_label": SIGNS, "term_label": VERY, "learner": SIGNS, "fe": ("city", "年份")}
    found = (estimate("base", **shared), estimate("quad", sample=SIGNS, **shared))
    texts = {"title": f"{SIGNS} 绿色", "note": (SIGNS, VERY), "names": (("base", SIGNS), ("quad", VERY))}
    rows = {"rename": (("gip", SIGNS),), "add": ((SIGNS, (SIGNS, "yes")), (VERY, ("1.5",)))}
    wanted = request("base", "quad", style=style, **texts, **rows)
    lines = []
    for at, more in enumerate(({}, {"long": True}, {"landscape": True, "width": "full", "beside": "ci"})):
        asked = dataclasses.replace(wanted, options=(*wanted.options, *more.items()))
        table = build_table(asked, results(found, labels=labels, title=SIGNS, data_name=SIGNS), study())
        (tmp_path / f"t{at}.tex").write_text(latex_table(table), encoding="utf-8")
        lines.append(f"\\input{{t{at}}}")
    log, text = compiled(tmp_path, "\\clearpage\n".join(lines), engine="xelatex", preamble=HAN)
    assert overfull(log) == []
    assert "/etc/passwd)" not in log and "(/etc/passwd" not in log
    assert not (tmp_path / "obeyed").exists()
    squeezed = re.sub(r"\s+", "", text)
    assert squeezed.count("\\input{/etc/passwd}") > 6
    assert "%&_#$" in squeezed and "\\write18{touchobeyed}" in squeezed and "绿色" in squeezed


def test_a_table_alone_is_a_document(tmp_path: Path) -> None:
    """Two documents as they are written, one with Chinese; the engine is the only thing added."""
    for name, engine in (("beside", "pdflatex"), ("chinese", "xelatex")):
        folder = tmp_path / name
        folder.mkdir()
        text = FORMATS["standalone"].write(CASES[name](), None).decode("utf-8")
        (folder / "paper.tex").write_text(text, encoding="utf-8")
        log, shown = typeset(folder, engine)
        assert overfull(log) == [] and "Missing character" not in log
        assert ("Park #1" if name == "beside" else "绿色工业园区") in shown


def test_numbers_in_text_math_and_arithmetic(tmp_path: Path) -> None:
    found = [
        estimate("base", -0.05213, 0.01127),
        estimate("joint.gip:compute", 0.5),
        estimate("基准", 0.125, 0.5),
    ]
    (tmp_path / "numbers.tex").write_text(numbers_tex(results(found)), encoding="utf-8")
    body = r"""
    text \gip{base.coef}\gip{base.stars}; math $\hat\theta=\gip{base.coef}$; n=\gip{base.n};
    \gip{base.p.text}; colon \gip{joint.gip:compute.coef}; han \gip{基准.coef};
    raw \number\numexpr\gip{base.n.raw}+1\relax;
    \edef\expanded{\gip{base.se.raw}}\expanded; nothing \gip{gone.coef}.
    """
    for engine, preamble in (("pdflatex", ""), ("xelatex", HAN)):
        log, text = compiled(tmp_path, r"\input{numbers}" + body, engine=engine, preamble=preamble)
        flat = re.sub(r"\s+", " ", text).replace("\u2212", "-")
        for expected in ("-0.052", "n=5,058", "colon 0.500", "han 0.125", "raw 5059", "0.01127", "??"):
            assert expected in flat, (engine, expected, flat)
        assert "gipspec Warning: there is no number `gone.coef'" in log

"""Fragments meet a real LaTeX: they compile, nothing stands out of the page, and text stays text."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from report_cases import CASES
from report_factory import estimate, results
from report_tools import tool

from gipspec.report import latex_table, numbers_tex

pytestmark = pytest.mark.latex

PACKAGES = r"\usepackage{booktabs,threeparttable,adjustbox}"
HAN = r'\usepackage{fontspec}\setmainfont{WenQuanYi Zen Hei}\XeTeXlinebreaklocale "zh"'
LATIN = ("default", "panels", "eight", "joint", "groups", "weights")
TOLERANCE = 5.0  # points


def compiled(folder: Path, body: str, *, engine: str = "pdflatex", preamble: str = "") -> tuple[str, str]:
    """Typeset a document; return its log and its text."""
    head = f"\\documentclass{{article}}\n{preamble}\n{PACKAGES}\n"
    document = f"{head}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (folder / "paper.tex").write_text(document, encoding="utf-8")
    command = [tool(engine), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    # The log must not break long lines.
    environment = {**os.environ, "max_print_line": "10000"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False)
    log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-3000:]
    subprocess.run([tool("pdftotext"), "-layout", "paper.pdf"], cwd=folder, check=True, timeout=60)
    return log, (folder / "paper.txt").read_text(encoding="utf-8")


def overfull(log: str) -> list[float]:
    return [float(x) for x in re.findall(r"Overfull \\hbox \(([0-9.]+)pt", log) if float(x) > TOLERANCE]


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


def test_hostile_labels_are_printed(tmp_path: Path) -> None:
    """Nothing is obeyed: no file is read, no command is run, and the reader sees what was written."""
    write(tmp_path, "hostile")
    log, text = compiled(tmp_path, "\\input{hostile}", engine="xelatex")
    assert overfull(log) == []
    assert "/etc/passwd)" not in log and "(/etc/passwd" not in log
    squeezed = re.sub(r"\s+", "", text)
    assert "\\input{/etc/passwd}100%&a_b#1$x" in squeezed
    assert "\\write18{ls}" in squeezed


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

"""The study of the README, from data to a paper: its tables and its figures compile with a real engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gipspec.api import load
from gipspec.engine import Results
from gipspec.report.replication.references import REFERENCES, bibtex

ROOT = Path(__file__).parents[1]
PAPER = ROOT / "docs" / "paper"
CITED = re.compile(r"\\citep?t?\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Castle:
    """A draft of the study, with small forests, and the folder of its outputs."""

    results: Results
    out: Path


@pytest.fixture(scope="module")
def castle(tmp_path_factory: pytest.TempPathFactory) -> Castle:
    folder = tmp_path_factory.mktemp("castle")
    text = (ROOT / "specs" / "castle.gip").read_text(encoding="utf-8")
    assert "rf(trees=100, leaf=20)" in text
    (folder / "castle.gip").write_text(text.replace("trees=100", "trees=10"), encoding="utf-8")
    loaded = load(folder / "castle.gip")
    assert loaded.problems == ()
    results = loaded.run(draft=True, select=["crime", "robust", "dynamics"])
    assert not [p for p in results.problems if p.severity == "error"]
    out = folder / "out" / "castle"
    assert loaded.write(results, out) == ()
    return Castle(results=results, out=out)


def engine(name: str = "pdflatex") -> str:
    path = shutil.which(name)
    if path is None:
        assert not os.environ.get("CI"), "CI needs a LaTeX engine"
        pytest.skip("no LaTeX engine is installed")
    return path


def compiled(program: str, folder: Path, *arguments: str) -> str:
    made = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout[-2000:]
    return made.stdout


@pytest.mark.latex
def test_the_castle_study_runs_and_its_tables_compile(castle: Castle, tmp_path: Path) -> None:
    shutil.copytree(castle.out, tmp_path, dirs_exist_ok=True)
    tables = sorted((tmp_path / "tables").glob("*.tex"))
    assert {"crime", "dynamics", "learners", "robust"} <= {t.stem for t in tables}
    document = "\n".join(
        [
            r"\documentclass{article}",
            r"\usepackage{booktabs,threeparttable,adjustbox}",
            r"\begin{document}",
            r"\input{numbers}",
            *(rf"\input{{tables/{t.stem}}}" for t in tables),
            r"The effect is \gip{base.coef} with \gip{base.n} rows.",
            r"\end{document}",
        ]
    )
    (tmp_path / "paper.tex").write_text(document, encoding="utf-8")
    compiled(engine(), tmp_path, "-interaction=nonstopmode", "-halt-on-error", "paper.tex")
    assert (tmp_path / "paper.pdf").stat().st_size > 10_000
    base = castle.results["base"]
    assert (base.n, base.units, base.clusters) == (550, 50, 50)


@pytest.mark.latex
def test_the_paper_compiles_from_a_run(castle: Castle, tmp_path: Path) -> None:
    """`docs/paper/paper.tex` as it stands, where it stands beside the outputs: nothing is unknown to it."""
    program, paper = engine(), tmp_path / "docs" / "paper"
    shutil.copytree(PAPER, paper)
    shutil.copytree(castle.out, tmp_path / "out" / "castle")
    once = ("-interaction=nonstopmode", "-halt-on-error", "paper.tex")
    compiled(program, paper, *once)
    compiled(engine("bibtex"), paper, "paper")
    compiled(program, paper, *once)
    compiled(program, paper, *once)
    log = (paper / "paper.log").read_text(encoding="latin-1")
    assert "there is no number" not in log
    assert "undefined" not in log
    assert "Overfull" not in log
    text = compiled(engine("pdftotext"), paper, "paper.pdf", "-")
    printed = f"{castle.results['base'].coef * 100:.1f} per cent"
    assert printed in " ".join(text.split())
    assert "??" not in text


def test_no_number_of_the_paper_is_typed() -> None:
    text = (PAPER / "paper.tex").read_text(encoding="utf-8")
    body = text[text.index(r"\begin{document}") :]
    body = re.sub(r"\\(gip|estimate|citep?t?|ref|input|includegraphics(\[.*?\])?)\{[^}]*\}", "", body)
    assert not re.findall(r"\d", body)


def test_the_paper_cites_what_the_study_rests_on(golden: Callable[[Path, str], None]) -> None:
    cited = sorted(set(CITED.findall((PAPER / "paper.tex").read_text(encoding="utf-8"))))
    assert set(cited) <= set(REFERENCES)
    golden(PAPER / "references.bib", bibtex(REFERENCES[key] for key in cited))

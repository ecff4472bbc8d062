"""The study of the README, from data to a page: its tables compile with a real engine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gipspec.api import load

ROOT = Path(__file__).parents[1]


@pytest.mark.latex
def test_the_castle_study_runs_and_its_tables_compile(tmp_path: Path) -> None:
    engine = shutil.which("pdflatex")
    if engine is None:
        assert not os.environ.get("CI"), "CI needs a LaTeX engine"
        pytest.skip("no LaTeX engine is installed")
    loaded = load(ROOT / "specs" / "castle.gip")
    assert loaded.problems == ()
    results = loaded.run(draft=True, select=["crime", "diffs", "regional", "samples", "squares", "winsor"])
    assert not [p for p in results.problems if p.severity == "error"]
    assert loaded.write(results, tmp_path) == ()
    tables = sorted((tmp_path / "tables").glob("*.tex"))
    assert [t.stem for t in tables] == ["crime", "learners", "robust"]
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
    made = subprocess.run(
        [engine, "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-2000:]
    assert (tmp_path / "paper.pdf").stat().st_size > 10_000
    base = results["base"]
    assert (base.n, base.units, base.clusters) == (550, 50, 50)

"""Every LaTeX table of the two studies, in every style: does it compile, and does it stay within the page?

    python bench/exhibits.py                     # runs both specs as drafts, then two minutes of LaTeX
    python bench/exhibits.py out/gip out/castle  # tables of runs made before, whose specs are in specs/
    python bench/exhibits.py --pages DIR ...     # each page as PNG too, to be looked at

A table is typeset alone, by pdflatex, in LaTeX's own article with the packages that its first lines name and
no other. It fails where the engine stops, a box is overfull by more than 5pt, or a letter is missing.
tests/report/test_exhibits.py holds the same on every change, with quick learners in place of those here.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gipspec.api import load
from gipspec.engine import Results
from gipspec.lang.study import Study, TableRequest
from gipspec.report import build_table, latex_table, weights_table

HERE = Path(__file__).parent
STUDIES = ("castle", "gip")
STYLES = ("default", "aer", "qje", "frontiers")
TOLERANCE = 5.0  # points
PAGE = r"""\documentclass{article}
PREAMBLE
\begin{document}
\input{table}
\end{document}
"""
PREAMBLE = re.compile(r"^% Preamble: (\\usepackage\{.*\})$", re.MULTILINE)
OVERFULL = re.compile(r"^Overfull \\[hv]box \(([0-9.]+)pt.*$", re.MULTILINE)
FAULTS = re.compile(r"^(?:Missing character.*|.*Float too large.*|.*undefined.*)$", re.MULTILINE)


def results_of(name: str, out: Path | None) -> tuple[Study, Results]:
    """Return a study with the results of its last run in `out`, or of a draft made now."""
    loaded = load(HERE.parent / "specs" / f"{name}.gip")
    results = loaded.last_results(out) if out else loaded.run(draft=True)
    return loaded.require(), results


def tables(study: Study, results: Results, style: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the LaTeX of every table of a study in a style."""
    for request in study.tables:
        yield request.name, latex_table(build_table(styled(request, style), results, study))
    if results.indices and all(request.kind != "weights" for request in study.tables):
        yield "index_weights", latex_table(weights_table(results, study))


def styled(request: TableRequest, style: str) -> TableRequest:
    """Return the request of a table in another style."""
    options = {**dict(request.options), "style": style}
    return dataclasses.replace(request, options=tuple(options.items()))


def typeset(folder: Path, text: str) -> list[str]:
    """Typeset a table alone as `page.pdf`; return what is wrong with it."""
    preamble = PREAMBLE.search(text)
    if preamble is None:
        return ["its first lines name no packages"]
    (folder / "table.tex").write_text(text, encoding="utf-8")
    (folder / "page.tex").write_text(PAGE.replace("PREAMBLE", preamble[1]), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    environment = {**os.environ, "max_print_line": "10000"}  # the log must not break long lines
    for _ in range(2):
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        log = (folder / "page.log").read_text(encoding="utf-8", errors="replace")
        if done.returncode != 0:
            return [next((line for line in log.splitlines() if line.startswith("!")), "no page")]
        if "Rerun" not in log and "Table widths have changed" not in log:
            break
    wide = [found[0] for found in OVERFULL.finditer(log) if float(found[1]) > TOLERANCE]
    return [*wide, *FAULTS.findall(log)]


def keep_page(folder: Path, png: Path) -> None:
    """Write the pages of `page.pdf` as PNG."""
    png.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["pdftoppm", "-png", "-r", "110", str(folder / "page.pdf"), str(png.with_suffix(""))], check=True
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outs", nargs="*", type=Path, help="folders of outputs, called as their study is")
    parser.add_argument("--pages", type=Path, help="folder for the pages as PNG")
    asked = parser.parse_args()
    outs: list[tuple[str, Path | None]] = [(out.name, out) for out in asked.outs]
    count = failed = 0
    for name, out in outs or [(name, None) for name in STUDIES]:
        study, results = results_of(name, out)
        for style in STYLES:
            for table, text in tables(study, results, style):
                with tempfile.TemporaryDirectory() as folder:
                    wrong = typeset(Path(folder), text)
                    if asked.pages and not wrong:
                        keep_page(Path(folder), asked.pages / f"{name}-{table}-{style}.png")
                count, failed = count + 1, failed + bool(wrong)
                for what in wrong:
                    print(f"{name}, {table}, {style}: {what}")
    print(f"{count - failed} of {count} tables compile within the page")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

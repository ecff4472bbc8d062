"""A real LaTeX for tests: documents that load what the first lines of their tables name, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from report_tools import tool

HAN = r'\usepackage{fontspec}\setmainfont{WenQuanYi Zen Hei}\XeTeXlinebreaklocale "zh"'
TOLERANCE = 5.0  # points


def packages(folder: Path) -> str:
    """Return those that the first lines of the fragments in a folder name, and no other."""
    named: set[str] = set()
    for path in folder.glob("*.tex"):
        found = re.search(
            r"^% Preamble: \\usepackage\{(.*)\}$", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        named |= set(found[1].split(",")) if found else set()
    return f"\\usepackage{{{','.join(sorted(named))}}}" if named else ""


def compiled(folder: Path, body: str, *, engine: str = "pdflatex", preamble: str = "") -> tuple[str, str]:
    """Typeset a document; return its log and its text."""
    head = f"\\documentclass{{article}}\n{preamble}\n{packages(folder)}\n"
    document = f"{head}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (folder / "paper.tex").write_text(document, encoding="utf-8")
    return typeset(folder, engine)


def typeset(folder: Path, engine: str) -> tuple[str, str]:
    """Run an engine over `paper.tex`, twice where it asks for it."""
    command = [tool(engine), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    # The log must not break long lines.
    environment = {**os.environ, "max_print_line": "10000"}
    for _ in range(2):
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False
        )
        log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
        assert done.returncode == 0, log[-3000:]
        if "Table widths have changed" not in log:
            break
    subprocess.run([tool("pdftotext"), "-layout", "paper.pdf"], cwd=folder, check=True, timeout=60)
    return log, (folder / "paper.txt").read_text(encoding="utf-8")


def overfull(log: str) -> list[float]:
    return [float(x) for x in re.findall(r"Overfull \\hbox \(([0-9.]+)pt", log) if float(x) > TOLERANCE]

"""A figure's caption with its notes, as LaTeX for `\\input` and as plain text."""

from __future__ import annotations

import re

from gipspec.report.escape import beyond_latin, comment, escape, one_line
from gipspec.report.figures.figure import Figure


def caption_latex(figure: Figure) -> str:
    """Return caption, label and notes for a `figure` environment, to stand behind its `\\includegraphics`."""
    p = figure.provenance
    title = f"{figure.title or figure.name}{' (DRAFT)' if figure.draft else ''}"
    label = "fig:" + re.sub(r"[^\w.-]", "-", figure.name)
    lines = [
        f"% Caption of figure {comment(figure.name)} of {comment(p.spec)}, made by gipspec "
        f"{comment(p.version)} from {comment(p.data)} (sha256 {comment(p.data_hash)}).",
        f"% Within a figure environment, behind \\includegraphics{{.../{comment(figure.name)}.pdf}}:",
        "% caption, \\label and notes.",
    ]
    if any(beyond_latin(text) for text in (title, *figure.notes)):
        lines.append(
            "% It holds letters beyond Latin: typeset with XeLaTeX or LuaLaTeX and a font that has them."
        )
    lines.append(f"\\caption{{{escape(title)}}}\\label{{{label}}}")
    if figure.notes:
        notes = "\n".join(escape(note) for note in figure.notes)
        lines += [
            "\\par\\smallskip",
            "\\begin{minipage}{\\linewidth}\\footnotesize\\raggedright",
            f"\\textit{{Notes:}}\n{notes}",
            "\\end{minipage}",
        ]
    return "\n".join(lines) + "\n"


def caption_text(figure: Figure) -> str:
    """Return title and notes as two paragraphs, for Word and for reading."""
    title = one_line(f"{figure.title or figure.name}{' (DRAFT)' if figure.draft else ''}")
    notes = " ".join(one_line(note) for note in figure.notes)
    return f"{title}\n\nNotes: {notes}\n" if notes else f"{title}\n"

"""Breaking headings and row labels, with Chinese in mind: two columns a character, no spaces needed."""

from __future__ import annotations

import re

from gipspec.source import display_width

WIDE = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+|\s+"
)


def wrap(text: str, width: int) -> tuple[str, ...]:
    """Break text into lines of at most `width` columns where it can; a longer word stays whole."""
    lines: list[str] = []
    line = ""
    for piece in WIDE.findall(text):
        if line.strip() and display_width((line + piece).rstrip()) > width:
            lines.append(line.strip())
            line = ""
        line += piece
    if line.strip():
        lines.append(line.strip())
    return tuple(lines) or ("",)

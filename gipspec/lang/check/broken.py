"""Names that a line with a syntax error would have defined: their uses are not reported on top of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gipspec.diagnostics import Problem

_DEFINITION = re.compile(r"(let|set|sample|learner|label|table|figure)\s+`?([^\s=`:\"]+)")
_MODEL = re.compile(r"`?([^\s`<]+)`?\s*<-")
_SINGLE = re.compile(r"(data|panel|include|defaults)\b")


def broken_names(problems: Iterable[Problem]) -> dict[str, set[str]]:
    """Return the names that broken statements were about to define, by kind.

    A broken `data`, `panel`, `include` or `defaults` stands under its own kind with an empty name.
    """
    found: dict[str, set[str]] = {}
    for problem in problems:
        if problem.span is None or problem.severity != "error":
            continue
        line = problem.span.line
        text = problem.span.source.line_text(line)
        while line > 1 and text[:1] in (" ", "\t", ""):
            line -= 1
            text = problem.span.source.line_text(line)
        text = text.lstrip()
        if match := _DEFINITION.match(text):
            found.setdefault(match[1], set()).add(match[2])
        elif match := _MODEL.match(text):
            found.setdefault("model", set()).add(match[1])
        elif match := _SINGLE.match(text):
            found.setdefault(match[1], set()).add("")
    return found

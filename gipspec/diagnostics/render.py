"""Problems as text with a caret under the culprit, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gipspec.diagnostics.problem import Note, Problem
from gipspec.source import Span, display_width

TAB = "    "
LONGEST = 120  # characters of a line that are shown
Style = Callable[[str, str], str]  # (role, text) -> text; roles: error, warning, place, help, caret


def plain(role: str, text: str) -> str:
    """The style of a pipe or a log: no colour."""
    return text


def render(problems: Iterable[Problem], style: Style = plain) -> str:
    """Render problems in the given order, each followed by a blank line.

    `style` may add colour; it must not change what stands in the text.
    """
    return "".join(_render_one(p, style) + "\n" for p in problems)


def _render_one(p: Problem, style: Style) -> str:
    subject = f" in {p.subject}" if p.subject else ""
    lines = [style(p.severity, f"{p.severity}[{p.code}]") + f"{subject}: {p.message}"]
    spans = [s for s in (p.span, *(n.span for n in p.notes)) if s is not None]
    gutter = max((len(str(s.line)) for s in spans), default=1)
    if p.span is not None:
        lines += _excerpt(p.span, gutter, "^", style)
    for note in p.notes:
        lines += _note(note, gutter, style)
    if p.help:
        first, *rest = p.help.split("\n")
        lines.append(" " * gutter + " = " + style("help", "help: ") + first)
        lines += [" " * (gutter + 9) + line for line in rest]
    return "\n".join(lines) + "\n"


def _note(note: Note, gutter: int, style: Style) -> list[str]:
    return [" " * gutter + " = note: " + note.text, *_excerpt(note.span, gutter, "-", style)]


def _excerpt(span: Span, gutter: int, mark: str, style: Style) -> list[str]:
    line, column = span.source.line_column(span.start)
    text = span.source.line_text(line)
    length = max(1, min(span.end, span.start + len(text) - column + 1) - span.start)
    text, at = _window(text, column - 1)
    before = text[:at].replace("\t", TAB)
    culprit = text[at : at + length].replace("\t", TAB)
    carets = mark * max(1, display_width(culprit))
    pad = " " * gutter
    return [
        f"{pad}--> " + style("place", f"{span.source.name}:{line}:{column}"),
        f"{pad} |",
        f"{line:>{gutter}} | " + text.replace("\t", TAB),
        f"{pad} | " + " " * display_width(before) + style("caret", carets),
    ]


def _window(text: str, at: int) -> tuple[str, int]:
    """Cut a very long line down to what surrounds the place `at`; return it and the new place."""
    if len(text) <= LONGEST:
        return text, at
    start = max(0, min(at - LONGEST // 3, len(text) - LONGEST))
    cut = ("... " if start else "") + text[start : start + LONGEST]
    return cut + (" ..." if start + LONGEST < len(text) else ""), at - start + (4 if start else 0)


def as_json(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Return problems as plain data for `--json`: lines and columns count characters from 1."""
    return [
        {
            "code": p.code,
            "severity": p.severity,
            "message": p.message,
            "help": p.help,
            "subject": p.subject or None,
            **_place(p.span),
            "notes": [{"text": n.text, **_place(n.span)} for n in p.notes],
        }
        for p in problems
    ]


def _place(span: Span | None) -> dict[str, object]:
    if span is None:
        return {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}
    line, column = span.source.line_column(span.start)
    end_line, end_column = span.source.line_column(span.end)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }

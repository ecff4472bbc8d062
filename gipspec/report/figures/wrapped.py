"""Long labels in several lines, by what their letters take: those of Chinese are twice as wide."""

from __future__ import annotations

from unicodedata import east_asian_width


def width_of(text: str) -> int:
    """Return the width of a text in narrow letters."""
    return sum(2 if east_asian_width(ch) in "WF" else 1 for ch in text)


def wrapped(text: str, width: int, most: int = 3) -> str:
    """Break a text into at most so many lines of a width, between words where there are any."""
    lines = [""]
    for word in _words(text, width):
        longer = f"{lines[-1]}{word}"
        if lines[-1] and width_of(longer.rstrip()) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    lines = [line.strip() for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(lines[most - 1], width - 1) + "…"]
    return "\n".join(lines)


def _words(text: str, width: int) -> list[str]:
    """Return the words with the space behind them; wide letters, and too long words, break anywhere."""
    found: list[str] = []
    for word in text.split(" "):
        if width_of(word) > width or any(east_asian_width(ch) in "WF" for ch in word):
            found += list(word)
            found[-1] += " "
        else:
            found.append(f"{word} ")
    return found


def _cut(text: str, width: int) -> str:
    while width_of(text) > width:
        text = text[:-1]
    return text.rstrip()

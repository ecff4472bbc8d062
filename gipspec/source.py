"""Spec text with positions: what every message points into."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A piece of spec text and the name by which messages call it.

    `text` holds `\\n` line ends only; offsets count characters from 0.
    """

    name: str
    text: str
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ends = accumulate(len(line) + 1 for line in self.text.split("\n")[:-1])
        object.__setattr__(self, "_starts", (0, *ends))

    @classmethod
    def of(cls, name: str, text: str) -> Source:
        """Build a source, folding Windows and old Mac line ends and a byte-order mark."""
        return cls(name=name, text=text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Return the line and column of a character, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """Return a line (counted from 1) without its end."""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return self.text[start:end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch `[start, end)` of a source, in characters."""

    source: Source = field(repr=False)
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.source.line_column(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.line_column(self.start)[1]

    def within(self, other: Span) -> bool:
        """Tell whether this span lies in `other`."""
        return self.source == other.source and other.start <= self.start and self.end <= other.end

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of `other`."""
        return Span(source=self.source, start=min(self.start, other.start), end=max(self.end, other.end))


def display_width(text: str) -> int:
    """Return the columns that text takes in a terminal: two for wide characters, none for combining ones."""
    return len(text) if text.isascii() else sum(_char_width(ch) for ch in text)


def _char_width(ch: str) -> int:
    if unicodedata.combining(ch) or unicodedata.category(ch) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(ch) in ("W", "F") else 1

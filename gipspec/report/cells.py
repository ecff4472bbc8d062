"""Typed cells of a table: a writer escapes by type, so escaping cannot be forgotten."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gipspec.lang.vocabulary import STAR_LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Nothing at all; `dash` where a value is not applicable rather than left open."""

    dash: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text of a user or of ours: printed as it stands, never interpreted."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Math:
    """Notation of our own: `latex` in math mode, `plain` in Unicode for every other format."""

    latex: str
    plain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Source of the output format, written by report code alone; it must never hold a user's text."""

    latex: str
    plain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Yes or no, in the words of the table; `TICK` is one of them."""

    on: bool
    words: tuple[str, str] = ("Yes", "No")

    @property
    def text(self) -> str:
        return self.words[0 if self.on else 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number; `brackets` is "" or the pair around it. One that is not finite prints as a dash."""

    value: float
    digits: int
    brackets: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """`[low, high]`."""

    low: float
    high: float
    digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """An estimate; its stars follow from the unrounded `p`, which is None where stars are not wanted.

    There is one for each of `levels` that p is below.
    """

    value: float
    digits: int
    p: float | None = None
    levels: tuple[float, ...] = STAR_LEVELS

    @property
    def stars(self) -> int:
        return 0 if self.p is None else star_count(self.p, self.levels)


Cell = Empty | Text | Math | Raw | Mark | Number | Interval | Coefficient

TICK = "\N{CHECK MARK}"


def star_count(p: float, levels: tuple[float, ...] = STAR_LEVELS) -> int:
    """Return a star for each level that p is below, usually .1, .05, .01; none for a p that is no number."""
    return 0 if math.isnan(p) else sum(p < level for level in levels)


EMPTY = Empty()
DASH = Empty(dash=True)

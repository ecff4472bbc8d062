"""What stars mean, in a note: the levels of the table, in the way of its style."""

from __future__ import annotations

from decimal import Decimal

from gipspec.report.cells import Cell, Math, Text
from gipspec.report.decimals import percent
from gipspec.report.names import english_list
from gipspec.report.styles import Style


def star_legend(levels: tuple[float, ...], style: Style | None = None) -> Cell:
    """Return the legend of stars at `levels`, the largest first: `* p<0.1, ** p<0.05, *** p<0.01.`

    In words: `***, ** and * denote significance at 1%, 5% and 10%.`
    """
    if style is not None and style.legend == "words":
        marks = english_list(["*" * count for count in range(len(levels), 0, -1)])
        return Text(
            text=f"{marks} denote significance at {english_list([percent(x) for x in levels[::-1]])}."
        )
    pairs = [("*" * count, _plain(level)) for count, level in enumerate(levels, start=1)]
    return Math(
        latex=r",\ ".join(rf"{{}}^{{{marks}}}\,p<{level}" for marks, level in pairs) + ".",
        plain=", ".join(f"{marks} p<{level}" for marks, level in pairs) + ".",
    )


def _plain(level: float) -> str:
    return f"{Decimal(repr(level)).normalize():f}"

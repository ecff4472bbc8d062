"""The format-neutral figure: what builders make and the drawing reads. Nothing here knows how it is drawn.

A figure has panels, a panel has marks, and the numbers behind them stand in a table of named columns, which
is written as `.csv`. Coordinates are those of the data. `style` tells series apart: the drawing gives each
number a colour, a marker and a line of its own, so that a figure reads in grey too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Literal

from gipspec.report.table import Provenance

Floats = tuple[float, ...]
Grid = tuple[Floats, ...]  # a row for each y
Column = tuple[str, tuple[float | str, ...]]

COLUMN, PAGE = 3.25, 6.5  # inches: one of two columns of a journal, or its page


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis: its label, its range where that is given, its ticks where they are (value and text).

    Ticks at `heads` are headings over those that follow.
    """

    label: str = ""
    low: float = nan
    high: float = nan
    ticks: tuple[tuple[float, str], ...] | None = None
    heads: Floats = ()
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Markers at (x, y), with intervals `low` to `high` along y, or along x where they are not `upright`.

    `hollow` markers are those that do not count as much as filled ones; `small` ones are many.
    """

    x: Floats
    y: Floats
    low: Floats | None = None
    high: Floats | None = None
    upright: bool = True
    hollow: bool = False
    small: bool = False
    style: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through (x, y)."""

    x: Floats
    y: Floats
    style: int = 0
    thin: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A line that keeps its height y from x to the next x."""

    x: Floats
    y: Floats
    style: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The area between `low` and `high` along x; `light` ones lie behind the others."""

    x: Floats
    low: Floats
    high: Floats
    light: bool = False
    style: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars from zero to `heights` between neighbouring `edges`, of which there is one more."""

    edges: Floats
    heights: Floats
    style: int = 0
    hollow: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A straight line through the whole panel: at x where it is `upright`, otherwise at y.

    `strong` is for the line that a figure is about; the others are for orientation.
    """

    at: float
    upright: bool = False
    strong: bool = False
    style: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Text at a point; `boxed` text has a frame and hides what is behind it. `\\n` breaks lines."""

    x: float
    y: float
    text: str
    align: Literal["left", "center", "right"] = "center"
    above: bool = False  # of the point, otherwise centred on it
    boxed: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contours:
    """Lines of equal z over the grid of x and y, each with its value; a strong one in `style` at `zero`."""

    x: Floats
    y: Floats
    z: Grid
    levels: Floats
    zero: float = nan
    style: int = 1
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    """Cells in shades of grey by z, centred at x and y; `label` names what the shades mean."""

    x: Floats
    y: Floats
    z: Grid
    label: str = ""
    values: tuple[tuple[float, str], ...] | None = None  # shades and their names, where z has few values


Mark = Points | Line | Steps | Band | Bars | Reference | Words | Contours | Heatmap


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes with its marks, in the order in which they are drawn; `bare` has no axes at all."""

    marks: tuple[Mark, ...]
    title: str = ""
    x: Axis = Axis()
    y: Axis = Axis()
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure in inches: panels row by row in `columns`, whose rows have the relative `heights`.

    Panels of one column share their x axis where they are `stacked`. `data` is what is plotted: columns of
    equal length. `notes` are sentences for the caption; `draft` results are marked. `titled` figures carry
    their title themselves, otherwise the paper's caption has it.
    """

    name: str
    title: str
    panels: tuple[Panel, ...]
    data: tuple[Column, ...]
    notes: tuple[str, ...]
    provenance: Provenance
    width: float = COLUMN
    height: float = 2.4
    columns: int = 1
    heights: Floats = ()
    stacked: bool = False
    titled: bool = False
    sans: bool = False
    draft: bool = False

"""How each mark is drawn on matplotlib's axes."""

from __future__ import annotations

from functools import singledispatch
from math import isfinite

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from gipspec.report.figures.draw.style import FAINT, GREY, INK, SMALL, series
from gipspec.report.figures.figure import (
    Band,
    Bars,
    Contours,
    Heatmap,
    Line,
    Mark,
    Points,
    Reference,
    Steps,
    Words,
)

MOST_EDGED = 60  # rows of tiles with a line between them
SHADES = LinearSegmentedColormap.from_list("shades", ["#ebebeb", "#2f4b62"])  # white is for what is missing
UNSEEN = "\u2060"  # a joiner, which `plain` takes away again
HALO = [patheffects.withStroke(linewidth=2.0, foreground="white")]


def _entry(label: str) -> str | None:
    """Return what is an entry of the legend for matplotlib, which passes over what begins with `_`."""
    return f"{UNSEEN}{label}" if label else None


@singledispatch
def put(mark: Mark, axes: Axes) -> None:
    """Draw a mark. Raises TypeError for one that nobody has taught this module."""
    raise TypeError(f"no drawing for {type(mark).__name__}")


@put.register
def _(mark: Points, axes: Axes) -> None:
    look = series(mark.style)
    size = 2.2 if mark.small else look.size
    face = "white" if mark.hollow else look.colour
    if mark.low is not None and mark.high is not None:
        width = 0.5 if mark.small else 0.9
        draw = axes.vlines if mark.upright else axes.hlines
        draw(
            mark.x if mark.upright else mark.y,
            mark.low,
            mark.high,
            colors=look.colour,
            linewidth=width,
            zorder=3,
        )
    axes.plot(
        mark.x,
        mark.y,
        linestyle="none",
        marker=look.marker,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=look.colour,
        markeredgewidth=0.0 if mark.small and not mark.hollow else 0.8,
        alpha=0.7 if mark.small else 1.0,
        label=_entry(mark.label),
        zorder=4,
    )


@put.register
def _(mark: Line, axes: Axes) -> None:
    look = series(mark.style)
    width = 0.7 if mark.thin else 1.2
    axes.plot(
        mark.x,
        mark.y,
        color=look.colour,
        linestyle=look.line,
        linewidth=width,
        label=_entry(mark.label),
        zorder=3,
    )


@put.register
def _(mark: Steps, axes: Axes) -> None:
    look = series(mark.style)
    axes.step(
        mark.x,
        mark.y,
        where="post",
        color=look.colour,
        linestyle=look.line,
        label=_entry(mark.label),
        zorder=3,
    )


@put.register
def _(mark: Band, axes: Axes) -> None:
    shade = "#ececec" if mark.light else series(mark.style).shade
    axes.fill_between(
        mark.x,
        mark.low,
        mark.high,
        facecolor=shade,
        edgecolor="none" if not mark.light else "#d0d0d0",
        linewidth=0.4,
        label=_entry(mark.label),
        zorder=0.5 if mark.light else 1,
    )


@put.register
def _(mark: Bars, axes: Axes) -> None:
    look = series(mark.style)
    axes.stairs(
        mark.heights,
        mark.edges,
        fill=not mark.hollow,
        facecolor="none" if mark.hollow else look.shade,
        edgecolor=look.colour,
        linewidth=0.7,
        linestyle=look.line if mark.hollow else "-",
        label=_entry(mark.label),
        zorder=2,
    )


@put.register
def _(mark: Reference, axes: Axes) -> None:
    draw = axes.axvline if mark.upright else axes.axhline
    if mark.strong:
        look = series(mark.style)
        draw(
            mark.at, color=look.colour, linewidth=1.2, linestyle=look.line, label=_entry(mark.label), zorder=3
        )
    else:
        line = (0, (4, 3)) if mark.upright else "-"
        draw(mark.at, color=GREY, linewidth=0.6, linestyle=line, label=_entry(mark.label), zorder=1)


@put.register
def _(mark: Words, axes: Axes) -> None:
    frame = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": INK, "linewidth": 0.7}
    axes.annotate(
        mark.text,
        (mark.x, mark.y),
        xytext=(0, 3 if mark.above else 0),
        textcoords="offset points",
        ha=mark.align,
        va="bottom" if mark.above else "center",
        fontsize=SMALL,
        fontweight="bold" if mark.bold else "normal",
        bbox=frame if mark.boxed else None,
        path_effects=None if mark.boxed else HALO,
        zorder=5,
    )


@put.register
def _(mark: Contours, axes: Axes) -> None:
    look = series(0)
    grid = np.array(mark.z)
    others = [v for v in mark.levels if v != mark.zero]
    if others:
        lines = axes.contour(
            mark.x, mark.y, grid, levels=others, colors=look.colour, linewidths=0.7, zorder=2
        )
        axes.clabel(lines, fontsize=SMALL - 0.5, fmt=_number, inline_spacing=2)
    if isfinite(mark.zero) and grid.min() < mark.zero < grid.max():
        accent = series(mark.style)
        axes.contour(
            mark.x,
            mark.y,
            grid,
            levels=[mark.zero],
            colors=accent.colour,
            linestyles=[accent.line],
            linewidths=1.4,
            zorder=3,
        )
        axes.plot([], [], color=accent.colour, linestyle=accent.line, linewidth=1.4, label=_entry(mark.label))


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


@put.register
def _(mark: Heatmap, axes: Axes) -> None:
    grid = np.ma.masked_invalid(np.array(mark.z))
    shades = axes.pcolormesh(
        mark.x,
        mark.y,
        grid,
        cmap=SHADES,
        shading="nearest",
        edgecolors="white" if len(mark.y) <= MOST_EDGED else "face",
        linewidth=0.2,
        zorder=1,
    )
    if mark.values is None:
        bar = axes.figure.colorbar(shades, ax=axes, shrink=0.9, pad=0.02, aspect=30)
        bar.set_label(mark.label)
        bar.outline.set_edgecolor(FAINT)
        return
    low, high = float(grid.min()), float(grid.max())
    for value, name in mark.values:
        share = (value - low) / (high - low) if high > low else 0.0
        axes.plot(
            [],
            [],
            marker="s",
            linestyle="none",
            markersize=6,
            markerfacecolor=shades.get_cmap()(share),
            markeredgecolor=GREY,
            markeredgewidth=0.5,
            label=_entry(name),
        )

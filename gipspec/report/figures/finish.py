"""What every figure gets, whatever its kind: size, labels of axes and title, as its line asks for them."""

from __future__ import annotations

from dataclasses import replace

from gipspec.lang.study import FigureRequest
from gipspec.report.figures.figure import Figure, Panel
from gipspec.report.figures.options import FigureOptions, figure_options


def finished(figure: Figure, request: FigureRequest) -> Figure:
    """Return a builder's figure with the options of its line that are the same for every kind."""
    options = figure_options(request)
    return replace(
        figure,
        panels=tuple(_labelled(panel, options) for panel in figure.panels),
        width=options.width or figure.width,
        height=options.height or figure.height,
        titled=options.title,
        sans=options.sans,
    )


def _labelled(panel: Panel, options: FigureOptions) -> Panel:
    """Replace the labels of the axes that have one."""
    x = replace(panel.x, label=options.xlabel) if options.xlabel and panel.x.label else panel.x
    y = replace(panel.y, label=options.ylabel) if options.ylabel and panel.y.label else panel.y
    return replace(panel, x=x, y=y)

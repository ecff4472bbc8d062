"""What every figure gets, whatever its kind: size, labels of axes and title, as its line asks for them."""

from __future__ import annotations

from dataclasses import replace

from gipspec.lang.study import FigureRequest
from gipspec.report.figures.figure import Axis, Figure, Panel
from gipspec.report.figures.options import FigureOptions, figure_options
from gipspec.report.figures.wrapped import wrapped

FEWEST = 14  # letters of a line
TICKS, LETTER = 0.45, 0.066  # inches beside an axis, and of a letter of its label


def finished(figure: Figure, request: FigureRequest) -> Figure:
    """Return a builder's figure with the options of its line that are the same for every kind."""
    options = figure_options(request)
    width, height = options.width or figure.width, options.height or figure.height
    rows = -(-len(figure.panels) // figure.columns)
    shares = figure.heights or (1.0,) * rows
    tall = [height * share / sum(shares) for share in shares for _ in range(figure.columns)]
    return replace(
        figure,
        panels=tuple(
            _labelled(panel, options, _letters(width / figure.columns), _letters(high))
            for panel, high in zip(figure.panels, tall, strict=False)
        ),
        width=width,
        height=height,
        titled=options.title,
        sans=options.sans,
    )


def _letters(inches: float) -> int:
    """Return how many letters a label at an axis of a panel of this size may have in one line."""
    return max(FEWEST, int((inches - TICKS) / LETTER))


def _labelled(panel: Panel, options: FigureOptions, wide: int, high: int) -> Panel:
    """Replace the labels of the axes that have one, and break those that are too long for them."""
    x = _axis(panel.x, options.xlabel, wide)
    return replace(panel, x=x, y=_axis(panel.y, options.ylabel, high))


def _axis(axis: Axis, label: str, room: int) -> Axis:
    return replace(axis, label=wrapped(label or axis.label, room)) if axis.label else axis

"""All text of a figure, and text that a drawing prints as it stands."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.report.escape import one_line
from gipspec.report.figures.figure import Figure, Heatmap, Panel, Words


def plain(text: str) -> str:
    """Return text of printable characters only; line breaks stay."""
    return "\n".join(one_line(line) for line in text.split("\n"))


def texts_of(figure: Figure) -> Iterator[str]:
    """Yield every text that the drawing of a figure may print, and the digits of its axes."""
    yield "0123456789.−"
    if figure.titled:
        yield one_line(figure.title)
    for panel in figure.panels:
        yield from (one_line(text) for text in _of_panel(panel))


def _of_panel(panel: Panel) -> Iterator[str]:
    yield panel.title
    for axis in (panel.x, panel.y):
        yield axis.label
        yield from (text for _, text in axis.ticks or ())
    for mark in panel.marks:
        match mark:
            case Words(text=text):
                yield text
            case Heatmap(label=text, values=values):
                yield text
                yield from (name for _, name in values or ())
            case _:
                yield mark.label

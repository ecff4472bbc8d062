"""The options of a `figure` statement, with their defaults from the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.lang.study import FigureRequest
from gipspec.report.figures.figure import COLUMN, PAGE
from gipspec.report.options import pairs_in, words

WIDTHS = {"column": COLUMN, "page": PAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOptions:
    """What a line asks for; None and empty text leave it to the kind."""

    title: bool = False
    width: float | None = None  # inches, and so is `height`
    height: float | None = None
    sans: bool = False
    xlabel: str = ""
    ylabel: str = ""
    scale: float = 1.0
    band: bool = True
    order: str = ""
    keep: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def figure_options(request: FigureRequest) -> FigureOptions:
    """Read the typed options that the checker left."""
    given = dict(request.options)
    return FigureOptions(
        title=bool(given.get("title", False)),
        width=WIDTHS[str(given["width"])] if "width" in given else None,
        height=float(str(given["height"])) if "height" in given else None,
        sans=given.get("font") == "sans",
        xlabel=" ".join(words(given.get("xlabel", ""))),
        ylabel=" ".join(words(given.get("ylabel", ""))),
        scale=float(str(given.get("scale", 1.0))),
        band=bool(given.get("band", True)),
        order=str(given.get("order", "")),
        keep=words(given.get("keep", ())),
        names=pairs_in(given.get("names", ())),
    )

"""A figure on its page: panels, axes, legend and title; then the files."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from math import isfinite

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis as MatplotlibAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure as Page
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from gipspec.report.figures.draw.fonts import fonts_for
from gipspec.report.figures.draw.marks import put
from gipspec.report.figures.draw.style import DPI, FAINT, SIZE, settings
from gipspec.report.figures.figure import Axis, Figure, Panel
from gipspec.report.figures.texts import plain, texts_of
from gipspec.report.figures.wrapped import width_of, wrapped

MOST_IN_ROW = 4  # entries of a legend
TITLE_LETTER = 0.08  # inches
KEY, LETTER = 0.45, 0.055  # inches that an entry takes beside its text, and a letter of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The files of a figure, and the characters that no font of this machine has."""

    pdf: bytes
    png: bytes
    missing: str


def draw(figure: Figure) -> Drawn:
    """Return a figure as PDF with its fonts and as PNG; the same figure gives the same bytes."""
    fonts = fonts_for(texts_of(figure), sans=figure.sans)
    look = settings(sans=figure.sans, fonts=fonts.families, type3=fonts.cff)
    with mpl.rc_context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # `missing` tells it
        page = _page(figure)
        FigureCanvasAgg(page)
        png = io.BytesIO()
        page.savefig(png, format="png", dpi=DPI, metadata={"Software": "gipspec"})
        FigureCanvasPdf(page)
        pdf = io.BytesIO()
        about = {"Creator": "gipspec", "Title": plain(figure.title or figure.name), "CreationDate": None}
        page.savefig(pdf, format="pdf", metadata=about)
    return Drawn(pdf=pdf.getvalue(), png=png.getvalue(), missing=fonts.missing)


def _page(figure: Figure) -> Page:
    room = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03, hspace=0.04, wspace=0.04)
    page = Page(figsize=(figure.width, figure.height), layout=room)
    rows = -(-len(figure.panels) // figure.columns)
    grid = page.subplots(
        rows,
        figure.columns,
        squeeze=False,
        sharex="col" if figure.stacked else "none",
        height_ratios=figure.heights or None,
    )
    places: list[Axes] = list(grid.flat)
    for panel, axes in zip(figure.panels, places, strict=False):
        _panel(panel, axes)
    for axes in places[len(figure.panels) :]:
        axes.set_axis_off()
    _legend(page, places, figure.width)
    if figure.titled and figure.title:
        title = wrapped(plain(figure.title), int(figure.width / TITLE_LETTER))
        page.suptitle(title, fontsize=SIZE + 1)
    if figure.draft:
        _mark_draft(page)
    return page


def _mark_draft(page: Page) -> None:
    """Mark a figure above all panels, where it covers nothing of them."""
    layout = page.get_layout_engine()
    assert isinstance(layout, ConstrainedLayoutEngine)
    strip = 1.5 * SIZE / 72 / page.get_figheight()
    layout.set(rect=(0, 0, 1, 1 - strip))
    page.text(0.995, 0.995, "DRAFT", ha="right", va="top", color=FAINT, fontsize=SIZE, fontweight="bold")


def _panel(panel: Panel, axes: Axes) -> None:
    for mark in panel.marks:
        put(mark, axes)
    if panel.title:
        axes.set_title(plain(panel.title), loc="left")
    _limits(panel.x, axes.set_xlim)
    _limits(panel.y, axes.set_ylim)
    if panel.bare:
        axes.set_axis_off()
        return
    for axis, of_page, spine in ((panel.x, axes.xaxis, "bottom"), (panel.y, axes.yaxis, "left")):
        of_page.set_label_text(plain(axis.label))
        if axis.ticks is not None:
            texts = [plain(text) for _, text in axis.ticks]
            of_page.set_ticks([at for at, _ in axis.ticks], texts, linespacing=1.05)
            _heads(axis, of_page)
        else:
            of_page.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        if not axis.shown:
            of_page.set_visible(False)
            axes.spines[spine].set_visible(False)


def _heads(axis: Axis, of_page: MatplotlibAxis) -> None:
    for (at, _), tick in zip(axis.ticks or (), of_page.get_major_ticks(), strict=False):
        if at in axis.heads:
            tick.label1.set_fontweight("bold")
            tick.tick1line.set_visible(False)


def _limits(axis: Axis, give: object) -> None:
    low = axis.low if isfinite(axis.low) else None
    high = axis.high if isfinite(axis.high) else None
    if (low, high) != (None, None) and callable(give):
        give(low, high)


def _legend(page: Page, places: list[Axes], width: float) -> None:
    """Put what has a label below the panels, once."""
    entries = {
        plain(text): mark
        for axes in places
        for mark, text in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    if entries:
        page.legend(
            list(entries.values()),
            list(entries),
            loc="outside lower center",
            ncols=_in_row([width_of(text) for text in entries], width),
            columnspacing=1.4,
            borderpad=0.1,
        )


def _in_row(widths: list[int], room: float) -> int:
    """Return how many entries of a legend, of so many letters each, stand side by side in the room."""
    for count in range(min(len(widths), MOST_IN_ROW), 1, -1):
        letters = sum(widths) if count == len(widths) else count * max(widths)
        if count * KEY + letters * LETTER <= room:
            return count
    return 1

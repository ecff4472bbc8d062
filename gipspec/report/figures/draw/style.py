"""The look of figures: that of a journal, readable in grey and by the colour-blind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SERIF, SANS = "STIXGeneral", "DejaVu Sans"  # come with matplotlib: the same letters on every machine
SIZE, SMALL = 9.0, 8.0  # points
INK, GREY, FAINT = "#1a1a1a", "#6e6e6e", "#b4b4b4"
DPI = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """How one of several series looks: by colour, whose lightness differs too, by marker and by line."""

    colour: str
    marker: str
    line: str | tuple[int, tuple[float, ...]]
    shade: str  # of areas
    size: float = 4.0


# Okabe and Ito (2008), from dark to light, so that the order survives in grey.
SERIES = (
    Series(colour="#0b3c5d", marker="o", line="-", shade="#c4d3de"),
    Series(colour="#d55e00", marker="s", line="--", shade="#f6d3b8", size=3.7),
    Series(colour="#009e73", marker="^", line="-.", shade="#bfe5da", size=4.4),
    Series(colour="#cc79a7", marker="D", line=":", shade="#f0d8e6", size=3.5),
    Series(colour="#56b4e9", marker="v", line=(0, (5, 1, 1, 1, 1, 1)), shade="#d3ebf9", size=4.4),
    Series(colour="#7a7a7a", marker="X", line=(0, (1, 2)), shade="#dedede", size=4.4),
)


def series(style: int) -> Series:
    """Return the look of a series; they begin anew after the last."""
    return SERIES[style % len(SERIES)]


def settings(*, sans: bool, fonts: tuple[str, ...], type3: bool) -> dict[Any, Any]:
    """Return matplotlib's settings for one figure; a letter is taken from the first font that has it."""
    return {
        "font.family": [SANS if sans else SERIF, *fonts],
        "font.size": SIZE,
        "axes.titlesize": SIZE,
        "axes.labelsize": SIZE,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SMALL,
        "figure.titlesize": SIZE + 1,
        "mathtext.fontset": "dejavusans" if sans else "stix",
        "axes.unicode_minus": True,
        "axes.linewidth": 0.6,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "text.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.xmargin": 0.03,
        "axes.ymargin": 0.06,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.direction": "out",
        "ytick.direction": "out",
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 3.0,
        "ytick.major.size": 3.0,
        "lines.linewidth": 1.1,
        "legend.frameon": False,
        "legend.handlelength": 2.2,
        "contour.negative_linestyle": "solid",
        "pdf.fonttype": 3 if type3 else 42,
        "pdf.compression": 6,
        "svg.fonttype": "path",
        "path.simplify": False,
        "text.parse_math": False,
    }

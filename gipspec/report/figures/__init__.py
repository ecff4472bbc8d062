"""Results to figures: a builder makes the format-neutral `Figure`, `draw` makes files of it.

A new kind is a module in `kinds/` with one pure function, an entry in `registry.BUILDERS` and one in
`FIGURE_KINDS` of the vocabulary.
"""

from gipspec.report.figures.figure import Figure
from gipspec.report.figures.registry import BUILDERS, build_figure

__all__ = ["BUILDERS", "Figure", "build_figure"]

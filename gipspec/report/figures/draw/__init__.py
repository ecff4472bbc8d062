"""Figures on paper: the one place that imports matplotlib, which is loaded when a figure is drawn."""

import logging

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a home that is not writable, a weight that is near

from gipspec.report.figures.draw.page import Drawn, draw  # noqa: E402  # its import warns, too

__all__ = ["Drawn", "draw"]

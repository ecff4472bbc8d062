"""Figures on paper: the one place that imports matplotlib, which is loaded when a figure is drawn."""

from gipspec.report.figures.draw.page import Drawn, draw

__all__ = ["Drawn", "draw"]

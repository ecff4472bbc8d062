"""The plotted numbers as comma-separated text, with all their digits.

UTF-8 with a byte-order mark, by which Excel knows it from the encoding of the machine. A gap is empty.
"""

from __future__ import annotations

import csv
import io
from math import isfinite

from gipspec.report.escape import one_line
from gipspec.report.figures.figure import Figure
from gipspec.report.formats.csv import MARK, harmless


def csv_figure(figure: Figure) -> str:
    """Return a line of names and a line for each row of what a figure plots."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(one_line(name)) for name, _ in figure.data])
    writer.writerows(zip(*([_printed(v) for v in values] for _, values in figure.data), strict=True))
    return MARK + out.getvalue()


def _printed(value: float | str) -> str:
    if isinstance(value, str):
        return harmless(value)
    return repr(float(value)).removesuffix(".0") if isfinite(value) else ""

"""Results to table models to files.

A table passes through two stages: `build_table` makes a `Table` of typed cells, which knows no format; a
writer (`latex_table`, `terminal_table`) turns cells into its format by their type. A new format is a new
writer.
"""

from gipspec.report.build import build_table
from gipspec.report.latex import latex_table
from gipspec.report.macros import numbers_tex
from gipspec.report.saved import load_results_json, results_json
from gipspec.report.table import Table
from gipspec.report.terminal import summary, terminal_table
from gipspec.report.weights import weights_table
from gipspec.report.write import write_outputs

__all__ = [
    "Table",
    "build_table",
    "latex_table",
    "load_results_json",
    "numbers_tex",
    "results_json",
    "summary",
    "terminal_table",
    "weights_table",
    "write_outputs",
]

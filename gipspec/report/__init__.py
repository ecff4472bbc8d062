"""Results to table models to files.

A table passes through two stages: `build_table` makes a `Table` of typed cells, which knows no format; a
writer (`latex_table`, `docx_table`, ...) turns cells into its format by their type. A new format is a new
writer and an entry in `FORMATS`.
"""

from gipspec.report.build import build_table
from gipspec.report.formats import (
    FORMATS,
    csv_table,
    docx_table,
    html_table,
    lacking,
    markdown_table,
    typst_table,
    xlsx_table,
)
from gipspec.report.latex import latex_table
from gipspec.report.listing import results_csv
from gipspec.report.lock import Lock, changed_inputs, read_lock
from gipspec.report.macros import numbers_tex
from gipspec.report.page import History, report_page
from gipspec.report.part import attempted, completed, is_part
from gipspec.report.replication import write_replication
from gipspec.report.restore import failures, last_results, outdated, placed
from gipspec.report.saved import finding_data, load_results_json, results_json
from gipspec.report.table import Table
from gipspec.report.terminal import summary, terminal_table
from gipspec.report.weights import weights_table
from gipspec.report.write import rewrite_outputs, write_outputs

__all__ = [
    "FORMATS",
    "History",
    "Lock",
    "Table",
    "attempted",
    "build_table",
    "changed_inputs",
    "completed",
    "csv_table",
    "docx_table",
    "failures",
    "finding_data",
    "html_table",
    "is_part",
    "lacking",
    "last_results",
    "latex_table",
    "load_results_json",
    "markdown_table",
    "numbers_tex",
    "outdated",
    "placed",
    "read_lock",
    "report_page",
    "results_csv",
    "results_json",
    "rewrite_outputs",
    "summary",
    "terminal_table",
    "typst_table",
    "weights_table",
    "write_outputs",
    "write_replication",
    "xlsx_table",
]

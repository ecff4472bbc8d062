"""The writers of tables, one for each format, from the same cells and the same bands of lines.

LaTeX, which can do more, has its own in `gipspec.report.latex`.
"""

from gipspec.report.formats.csv import csv_table
from gipspec.report.formats.excel import xlsx_table
from gipspec.report.formats.html import html_table
from gipspec.report.formats.markdown import markdown_table
from gipspec.report.formats.registry import FORMATS, Format, all_formats, formats_of, lacking
from gipspec.report.formats.typst import typst_table
from gipspec.report.formats.word import docx_table

__all__ = [
    "FORMATS",
    "Format",
    "all_formats",
    "csv_table",
    "docx_table",
    "formats_of",
    "html_table",
    "lacking",
    "markdown_table",
    "typst_table",
    "xlsx_table",
]

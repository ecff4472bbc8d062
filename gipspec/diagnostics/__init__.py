"""Problems as data: a code, a place, what was expected, a remedy; and their rendering."""

from gipspec.diagnostics.codes import CODES, Code
from gipspec.diagnostics.nearest import nearest
from gipspec.diagnostics.problem import GipError, Note, Problem, problem, sort_problems
from gipspec.diagnostics.render import as_json, render

__all__ = [
    "CODES",
    "Code",
    "GipError",
    "Note",
    "Problem",
    "as_json",
    "nearest",
    "problem",
    "render",
    "sort_problems",
]

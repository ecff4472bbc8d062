"""Problems as data: a code, a place, what was expected, a remedy; and their rendering."""

from gipspec.diagnostics.codes import CODES, Code
from gipspec.diagnostics.finding import Finding, Remedy, as_problems, finding
from gipspec.diagnostics.listing import list_findings, summarise
from gipspec.diagnostics.nearest import nearest
from gipspec.diagnostics.problem import GipError, Note, Problem, problem, sort_problems
from gipspec.diagnostics.render import as_json, render
from gipspec.diagnostics.words import counted

__all__ = [
    "CODES",
    "Code",
    "Finding",
    "GipError",
    "Note",
    "Problem",
    "Remedy",
    "as_json",
    "as_problems",
    "counted",
    "finding",
    "list_findings",
    "nearest",
    "problem",
    "render",
    "sort_problems",
    "summarise",
]

"""The checker: from parsed files to a `Study`, with all problems of a spec in one go.

`declare` sorts statements by what they declare and needs no data; `resolve` checks them against the columns.
"""

from gipspec.lang.check.analyses import benchmark_terms
from gipspec.lang.check.declare import Declarations, declare
from gipspec.lang.check.known import NOTHING, Known
from gipspec.lang.check.resolve import Checked, resolve
from gipspec.lang.check.terms import term_text

__all__ = [
    "NOTHING",
    "Checked",
    "Declarations",
    "Known",
    "benchmark_terms",
    "declare",
    "resolve",
    "term_text",
]

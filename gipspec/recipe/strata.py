"""Strata of units, within which adoption is permuted."""

from __future__ import annotations

import numpy as np

from gipspec.data import Dataset, evaluate
from gipspec.data.vector import groups
from gipspec.diagnostics import GipError, problem
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Expr
from gipspec.recipe.work import Codes


def strata_of(expr: Expr, dataset: Dataset, units: Codes) -> Codes:
    """Return the stratum (U,) of every unit of the data set, -1 for those that are not among `units`.

    It is the one value that the rows of a unit have, wherever they have any. Raises GipError G432 where a
    unit has several values, or none.
    """
    found = groups(evaluate(expr, dataset))
    low, high = np.full((2, len(dataset.unit_names)), -1, dtype=np.int64)
    known = found.codes >= 0
    low[dataset.unit[known]] = len(found.names)
    np.minimum.at(low, dataset.unit[known], found.codes[known])
    np.maximum.at(high, dataset.unit[known], found.codes[known])
    for wrong, what in ((high[units] < 0, "no value"), (low[units] < high[units], "several values")):
        if wrong.any():
            count, first = int(wrong.sum()), dataset.unit_names[int(units[np.argmax(wrong)])]
            reason = f"has {what} in {count} {'unit' if count == 1 else 'units'}, first {first}"
            raise GipError(problem("G432", expr.span, name=print_expr(expr), reason=reason))
    strata = np.full(len(low), -1, dtype=np.int64)
    strata[units] = low[units]
    return strata

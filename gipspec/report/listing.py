"""Estimates as comma-separated text at full precision, for programs: a line each."""

from __future__ import annotations

import csv
import io

from gipspec.engine.results import Estimate, Results
from gipspec.report.formats.csv import harmless
from gipspec.report.names import natural_key

_FIELDS = (
    "name", "model", "outcome", "treatment", "term", "group", "coef", "se", "t", "p", "low", "high", "level",
    "n", "units", "clusters", "learner", "folds", "reps", "fe", "fe_method", "sample", "line",
)  # fmt: skip


def results_csv(results: Results) -> str:
    """Return a line of headings and one for each estimate, in the order of `summary`; numbers as they are.

    UTF-8 without a mark, lines end with a line feed: what `csv` of Python, R and Stata read. Text that a
    spreadsheet would take for a formula has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_FIELDS)
    writer.writerows(_row(e) for e in sorted(results, key=lambda e: natural_key(e.name)))
    return out.getvalue()


def _row(e: Estimate) -> list[str | int | float]:
    texts = (e.name, e.model, e.outcome, e.treatment, e.term, e.group)
    numbers = (e.coef, e.se, e.t, e.p, *e.ci, e.level, e.n, e.units, e.clusters)
    made = (e.learner, str(e.folds), str(e.reps), " + ".join(e.fe), e.fe_method, e.sample, e.line)
    return [*map(harmless, texts), *numbers, *map(harmless, made)]

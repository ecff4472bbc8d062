"""What a table says of its estimates taken together: adjusted p-values, joint tests."""

from __future__ import annotations

from gipspec.diagnostics import GipError, problem
from gipspec.engine import Estimate, JointTest, Results, TableFamily, TableInference
from gipspec.lang.study import Study, TableRequest
from gipspec.report.columns import DIFFERENCE, Layout, lay_out
from gipspec.report.decimals import fixed, p_value
from gipspec.report.options import TableOptions, options_of
from gipspec.report.phrases import column_list

METHODS = {
    "holm": "Holm 1979",
    "romano_wolf": "Romano and Wolf 2005, by a multiplier bootstrap over clusters",
}


def families_of(study: Study, results: Results) -> tuple[TableFamily, ...]:
    """Return what the tables of a study ask of the estimates that they show, for those that ask anything."""
    families = (_family(t, results, study) for t in study.tables if t.kind == "estimates")
    return tuple(f for f in families if f.estimates and (f.adjust != "none" or f.wald != "no"))


def _family(request: TableRequest, results: Results, study: Study) -> TableFamily:
    options = options_of(request)
    layout = lay_out(request, results, study, options)
    rows: dict[str, dict[str, None]] = {}
    for column in layout.columns:
        for term, e in column.estimates:
            if column.contrast is None and e.kind != DIFFERENCE:
                rows.setdefault(term, {})[e.name] = None
    return TableFamily(
        table=request.name,
        estimates=_shown(layout),
        adjust=options.adjust,
        rows=tuple((term, tuple(names)) for term, names in rows.items()),
        wald=options.wald,
        span=request.span,
    )


def _shown(layout: Layout) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e.name for column in layout.columns for _, e in column.estimates))


def inference_of(request: TableRequest, results: Results, layout: Layout) -> TableInference | None:
    """Return what the run found for a table; None for one that asks nothing.

    Raises GipError G509 where the run has not found it, or for other columns.
    """
    options = options_of(request)
    if options.adjust == "none" and options.wald == "no":
        return None
    for found in results.tables:
        asked = (found.table, found.estimates, found.adjust, found.wald)
        if asked == (request.name, _shown(layout), options.adjust, options.wald):
            return found
    what = "adjusted p-values" if options.adjust != "none" else "joint tests"
    raise GipError(problem("G509", request.span, name=request.name, what=what))


def joint_sentences(found: TableInference | None, layout: Layout, options: TableOptions) -> list[str]:
    """Return the sentences of a table's notes about its estimates taken together."""
    if found is None:
        return []
    sentences = []
    if found.adjust != "none":
        what = "Stars and the p-values in square brackets" if options.stars else "p-values in square brackets"
        count = f"the {len(found.p)} coefficients" if len(found.p) > 1 else "the one coefficient"
        sentences.append(f"{what} are adjusted for {count} of the table ({METHODS[found.adjust]}).")
    several = len({test.term for test in found.tests}) > 1
    return sentences + [_sentence(test, found.wald, layout, several) for test in found.tests]


def _sentence(test: JointTest, wald: str, layout: Layout, several: bool) -> str:
    numbers = [c.number for c in layout.columns if any(e.name in test.estimates for _, e in c.estimates)]
    labels = [e.term_label for c in layout.columns for term, e in c.estimates if term == test.term]
    of = f" of {labels[0] if labels else test.term}" if several else ""
    claim = "are equal" if wald == "equal" else "are all zero"
    where = column_list(sorted(set(numbers)))
    statistic = f"χ²({test.df}) = {fixed(test.statistic, 2)}"
    return f"Wald test that the coefficients{of} in {where} {claim}: {statistic}, {p_value(test.p)}."


def adjusted_p(found: TableInference | None, e: Estimate) -> float:
    """Return the p-value that decides on stars: the adjusted one where the table asks for it."""
    return e.p if found is None or found.adjust == "none" else dict(found.p)[e.name]

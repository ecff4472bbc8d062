"""Tables of variables: descriptives, by arm or not, correlations and variance inflation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite, nan

from gipspec.diagnostics import GipError, problem
from gipspec.engine import Results, VariableTable
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Study, TableRequest
from gipspec.report.cells import EMPTY, Cell, Coefficient, Number, Text
from gipspec.report.decimals import fixed
from gipspec.report.legend import star_legend
from gipspec.report.names import labels_of
from gipspec.report.options import TableOptions, options_of
from gipspec.report.styles import Style
from gipspec.report.table import Block, HeaderCell, HeaderRow, Row

SHORT = {
    "n": "N",
    "missing": "Missing",
    "mean": "Mean",
    "sd": "SD",
    "min": "Min",
    "p25": "P25",
    "median": "Median",
    "p75": "P75",
    "max": "Max",
}
USUAL = ("n", "mean", "sd", "min", "p25", "median", "p75", "max")
BY_ARM = ("n", "mean", "sd")
WHOLE = frozenset({"n", "missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the blocks of a table of variables are made from."""

    found: VariableTable
    options: TableOptions
    labels: Mapping[str, str]
    style: Style

    def label(self, name: str) -> str:
        return dict(self.options.rename).get(name) or self.labels.get(name, name)

    def of(self, name: str) -> Mapping[str, float]:
        """Return the statistics of a variable; what an edited file lacks is not known."""
        return defaultdict(lambda: nan, self.found.of(name))

    def number(self, name: str, value: float) -> Cell:
        return Number(value=value, digits=0 if name in WHOLE else self.options.digits)


def variable_blocks(
    request: TableRequest, results: Results, study: Study, style: Style
) -> tuple[tuple[Block, ...], tuple[Cell, ...]]:
    """Return the blocks of a table and its notes.

    Raises GipError G509 where the run has not found its numbers, or found them for other variables.
    """
    shown = Shown(
        found=_found(request, results),
        options=options_of(request, style),
        labels=labels_of(results, study),
        style=style,
    )
    match request.kind:
        case "correlations":
            names = tuple(dict.fromkeys(n for p in request.panels for n in p.members))
            blocks: tuple[Block, ...] = (_triangle(names, shown),)
        case "vif":
            blocks = _panels(request, shown, (_head("VIF", "1/VIF"),), _inflation)
        case _ if shown.found.arms:
            blocks = _panels(request, shown, _arm_heads(shown), _by_arm)
        case _:
            stats = shown.options.stats or USUAL
            blocks = _panels(request, shown, (_head(*(SHORT[s] for s in stats)),), _summary)
    return blocks, _notes(request, shown)


def _found(request: TableRequest, results: Results) -> VariableTable:
    names = {name for panel in request.panels for name in panel.members}
    for found in results.variables:
        if (found.table, found.kind) == (request.name, request.kind):
            known = {owner for owner, _, _ in found.statistics}
            if known == names and found.by == options_of(request).by:
                return found
    raise GipError(problem("G509", request.span, name=request.name, what="numbers"))


def _panels(
    request: TableRequest,
    shown: Shown,
    heads: tuple[HeaderRow, ...],
    row: Callable[[str, Shown], tuple[Cell, ...]],
) -> tuple[Block, ...]:
    """Return a block for each panel, under the headings of the first."""
    return tuple(
        Block(
            title=shown.style.panel(panel.title),
            header=heads if i == 0 else (),
            rows=tuple(Row(stub=Text(text=shown.label(n)), cells=row(n, shown)) for n in panel.members),
        )
        for i, panel in enumerate(request.panels)
    )


def _head(*texts: str) -> HeaderRow:
    return HeaderRow(stub=EMPTY, cells=tuple(HeaderCell(cell=Text(text=text)) for text in texts))


def _summary(name: str, shown: Shown) -> tuple[Cell, ...]:
    found = shown.of(name)
    return tuple(shown.number(s, found[s]) for s in shown.options.stats or USUAL)


def _arm_heads(shown: Shown) -> tuple[HeaderRow, ...]:
    stats = shown.options.stats or BY_ARM
    arms = [_arm(arm, shown) for arm in shown.found.arms]
    over = [HeaderCell(cell=Text(text=arm), span=len(stats), rule=True) for arm in arms]
    between = HeaderCell(cell=Text(text="Difference"), span=2, rule=True)
    below = [SHORT[s] for _ in arms for s in stats]
    return (HeaderRow(stub=EMPTY, cells=(*over, between)), _head(*below, "Means", "Std. error"))


def _arm(arm: str, shown: Shown) -> str:
    """Name an arm by the column and its value."""
    return f"{shown.label(shown.found.by)} = {arm}"


def _by_arm(name: str, shown: Shown) -> tuple[Cell, ...]:
    found, options = shown.of(name), shown.options
    stats = options.stats or BY_ARM
    arms = [shown.number(s, found[f"{arm}.{s}"]) for arm in (0, 1) for s in stats]
    gap = Coefficient(
        value=found["difference"],
        digits=options.digits,
        p=found["difference.p"] if options.stars else None,
        levels=options.stars,
    )
    return (*arms, gap, Number(value=found["difference.se"], digits=options.digits, brackets="()"))


def _triangle(names: tuple[str, ...], shown: Shown) -> Block:
    options = shown.options
    rows: list[Row] = []
    for i, name in enumerate(names):
        found = shown.of(name)
        cells: list[Cell] = [
            Coefficient(
                value=found[f"r.{other}"],
                digits=options.digits,
                p=found[f"p.{other}"] if options.stars else None,
                levels=options.stars,
            )
            for other in names[:i]
        ]
        cells += [Number(value=1.0, digits=options.digits), *(EMPTY,) * (len(names) - i - 1)]
        rows.append(Row(stub=Text(text=f"({i + 1}) {shown.label(name)}"), cells=tuple(cells)))
    return Block(title="", header=(_head(*(f"({i + 1})" for i in range(len(names)))),), rows=tuple(rows))


def _inflation(name: str, shown: Shown) -> tuple[Cell, ...]:
    value = shown.of(name)["vif"]
    digits = shown.options.digits
    tolerance = (
        1 / value if value and isfinite(value) else nan
    )  # `results.json` does not know the infinite from nan
    return Number(value=value, digits=digits), Number(value=tolerance, digits=digits)


# ---------------------------------------------------------------- notes


def _notes(request: TableRequest, shown: Shown) -> tuple[Cell, ...]:
    options, found = shown.options, shown.found
    sentences = [] if options.notes == "none" else [_rows(request, shown)]
    if options.notes != "none":
        sentences += _of_kind(shown)
    cells: list[Cell] = [Text(text=s) for s in (*sentences, *options.note) if s]
    starred = options.stars and (found.kind == "correlations" or found.arms)
    if starred and options.notes != "none":
        cells.append(star_legend(options.stars, shown.style))
    return tuple(cells)


def _rows(request: TableRequest, shown: Shown) -> str:
    count = fixed(shown.found.rows, 0, group=",")
    of = shown.options.of
    where = f"of the estimate {of}" if of else "of the data"
    if request.sample is None:
        return f"{count} observations {where}."
    sample = request.sample.name or print_expr(request.sample.condition)
    return f"{count} observations {where}, sample: {shown.labels.get(sample, sample)}."


def _of_kind(shown: Shown) -> list[str]:
    found = shown.found
    if found.kind == "correlations":
        counts = {value for _, name, value in found.statistics if name.startswith("n.")}
        fewer = ", of each pair those with both values" if len(counts) > 1 else ""
        return [f"Pearson correlations{fewer}."]
    if found.kind == "vif":
        return [f"Variance inflation factors, 1/(1 − R²) of each variable on the others{_mean_of(shown)}."]
    if found.arms:
        how = "robust to heteroskedasticity"
        if found.clusters:
            by = shown.labels.get(found.cluster, found.cluster)
            how = f"clustered by {by} ({fixed(found.clusters, 0, group=',')} clusters)"
        low, high = (_arm(arm, shown) for arm in found.arms)
        what = f"Differences are those of means, {high} less {low}"
        return [f"{what}; standard errors in parentheses, {how}."]
    return []


def _mean_of(shown: Shown) -> str:
    """Say the mean of variance inflation factors, and which variables have none."""
    values = [value for _, name, value in shown.found.statistics if name == "vif"]
    known = [value for value in values if isfinite(value)]
    mean = f"; mean {fixed(sum(known) / len(known), shown.options.digits)}" if known else ""
    if len(known) == len(values):
        return mean
    return f"{mean}. A dash is for a variable that does not vary, or follows from the others"

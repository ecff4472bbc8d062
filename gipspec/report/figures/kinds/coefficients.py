"""The coefficient plot: estimates with their intervals, a line each, below the names of their fans."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import groupby

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.figures.figure import COLUMN, PAGE, Axis, Figure, Panel, Reference
from gipspec.report.figures.members import Cast, Member, cast_of
from gipspec.report.figures.naming import Names, effect_on, names_of
from gipspec.report.figures.options import FigureOptions, figure_options
from gipspec.report.figures.rows import Row, RowBlock, lay_lines, row_of, rows_data
from gipspec.report.figures.wording import intervals, recipe, scaled

MOST = 60  # lines
NARROW = 22  # letters of labels up to which a column is wide enough

# What stands beside an effect and is no effect of its own; `keep=` shows it all the same.
ON_REQUEST = frozenset(
    {
        *("event", "cohort", "period", "share", "slope", "marginal", "level", "potential quantile"),
        "effect on mediator",
    }
)
PARTS = ("total", "direct", "indirect")  # of a mechanism, in order


def coefficients_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show the effects of each model, or the terms that `keep=` names.

    Raises GipError G503, and G541 for more than sixty estimates.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study)
    contrasts = frozenset(c.name for c in study.contrasts)
    shown = {m.name: _estimates(m, options, m.name in contrasts) for m in cast.members}
    estimates = [e for found in shown.values() for e in found]
    if not estimates:
        instead = f", not {', '.join(options.keep)}" if options.keep else ""
        remedy = f"name terms that they have in `keep=`{instead}"
        raise GipError(problem("G503", request.span, kind="figure", name=request.name, remedy=remedy))
    if len(estimates) > MOST:
        count = len(estimates)
        raise GipError(
            problem("G541", request.span, name=request.name, count=count, what="estimates", bound=MOST)
        )
    blocks = _blocks(cast, shown, names_of(cast, dict(options.names)), options)
    lines = lay_lines(blocks)
    panel = Panel(
        marks=(Reference(at=0.0, upright=True), *lines.points(options.scale)),
        x=Axis(label=effect_on(estimates)),
        y=lines.axis(),
    )
    return Figure(
        name=request.name,
        title=request.title,
        panels=(panel,),
        data=rows_data(blocks, options.scale),
        notes=(
            *cast.sentences(results.draft),
            *recipe(estimates),
            intervals(estimates, cast.labels, "Bars"),
            *scaled(options.scale),
        ),
        provenance=provenance_of(results),
        width=COLUMN if lines.widest <= NARROW else PAGE,
        height=lines.height,
    )


def _estimates(member: Member, options: FigureOptions, contrast: bool) -> list[Estimate]:
    """Return the effects of a model; differences of its groups are those of `kind=groups`."""
    if options.keep:
        return [e for e in member.estimates if _kept(e, options.keep)]
    shown = (e for e in member.estimates if e.kind not in ON_REQUEST)
    return sorted((e for e in shown if contrast or e.kind != "difference"), key=_place)


def _place(e: Estimate) -> int:
    return PARTS.index(e.kind) if e.kind in PARTS else 0


def _kept(e: Estimate, keep: tuple[str, ...]) -> bool:
    return any(fnmatchcase(text, pattern) for text in (e.term, e.key) if text for pattern in keep)


def _blocks(
    cast: Cast, shown: dict[str, list[Estimate]], names: Names, options: FigureOptions
) -> list[RowBlock]:
    """A fan is a block, and so is a model with several estimates; those of one stand together."""
    found: list[RowBlock] = []
    members = [m for m in cast.members if shown[m.name]]
    for (family, several), together in groupby(members, key=lambda m: _block_of(m, shown)):
        group = list(together)
        fan = bool(group[0].estimates[0].variant)
        if several:
            found += [_several(m, shown[m.name], names) for m in group]
        else:
            rows = [row_of(shown[m.name][0], names.model(m) if fan else names.full(m)) for m in group]
            found.append(RowBlock(title=names.family(group[0]) if family else "", rows=tuple(rows)))
    if len(found) == 1:
        found = [RowBlock(title="", rows=found[0].rows)]
    return [_ordered(block, options) for block in found]


def _block_of(member: Member, shown: dict[str, list[Estimate]]) -> tuple[str, bool]:
    e = member.estimates[0]
    several = len(shown[member.name]) > 1
    return (e.family if e.variant or several else "", several)


def _several(member: Member, estimates: list[Estimate], names: Names) -> RowBlock:
    rows = [row_of(e, e.group or e.term_label or e.term) for e in estimates]
    return RowBlock(title=names.full(member), rows=tuple(rows))


def _ordered(block: RowBlock, options: FigureOptions) -> RowBlock:
    if options.order != "estimate":
        return block
    rows: list[Row] = sorted(block.rows, key=lambda r: (r.coef, r.name))
    return RowBlock(title=block.title, rows=tuple(rows))

"""The roll-out of a treatment: who is treated when, unit by unit in order of adoption."""

from __future__ import annotations

from math import isnan

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.recipe.found import Series
from gipspec.report.build import provenance_of
from gipspec.report.decimals import fixed
from gipspec.report.figures.figure import Axis, Bars, Column, Figure, Floats, Heatmap, Panel
from gipspec.report.figures.members import cast_of, column, words
from gipspec.report.names import joined_label

MOST_ROWS = 400  # of tiles: more units are shown by every so many-th
MOST_TICKS = 10
PATH = "t."


def rollout_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show how many units are treated, and begin to be, by period; below, each unit's path in tiles.

    It is the treatment of the models, on all rows of the data. Raises GipError G503, G541 for models of
    several treatments, and G550 for a treatment that is not 0 and 1 in a panel.
    """
    cast = cast_of(request, results, study)
    names = tuple(dict.fromkeys(e.treatment for m in cast.members for e in m.estimates))
    found = {s.name: s.series for s in results.series}
    shown = [name for name in names if {f"{name}.rollout", f"{name}.paths"} <= found.keys()]
    if not shown:
        reason = f"the treatment `{names[0]}` is not 0 and 1 in a panel, or the panel is too large"
        raise GipError(problem("G550", request.span, name=request.name, reason=reason))
    if len(shown) > 1:
        raise GipError(
            problem("G541", request.span, name=request.name, count=len(shown), what="treatments", bound=1)
        )
    (treatment,) = shown
    counts, paths = found[f"{treatment}.rollout"], found[f"{treatment}.paths"]
    label = joined_label(treatment, cast.labels)
    return Figure(
        name=request.name,
        title=request.title,
        panels=(_counts(counts), _tiles(counts, paths)),
        data=_data(treatment, counts, paths),
        notes=tuple(_notes(label, counts, paths, cast.sentences(results.draft))),
        provenance=provenance_of(results),
        width=4.5,
        height=4.4,
        heights=(1.0, 2.0),
        stacked=True,
    )


def _counts(counts: Series) -> Panel:
    treated, adopting = column(counts, "treated"), column(counts, "adopting")
    edges = tuple(at - 0.5 for at in range(len(treated) + 1))
    return Panel(
        marks=(
            Bars(edges=edges, heights=treated, hollow=True, label="Units treated"),
            Bars(edges=edges, heights=adopting, style=1, label="of them, for the first time"),
        ),
        x=_periods(counts, shown=False),
        y=Axis(label="Units", low=0.0),
    )


def _periods(counts: Series, *, shown: bool) -> Axis:
    names = words(counts, "period")
    step = -(-len(names) // MOST_TICKS)
    ticks = tuple((float(at), name) for at, name in enumerate(names) if at % step == 0)
    return Axis(low=-0.5, high=len(names) - 0.5, ticks=ticks, shown=shown)


def _tiles(counts: Series, paths: Series) -> Panel:
    units, shares = _paths(paths)
    total = round(sum(units))
    rows = min(total, MOST_ROWS)
    ends = [sum(units[: k + 1]) for k in range(len(units))]
    picked = [
        next(k for k, end in enumerate(ends) if (row + 0.5) * total / rows < end) for row in range(rows)
    ]
    y = tuple((row + 0.5) * total / rows for row in range(rows))
    levels = {v for path in shares for v in path if not isnan(v)}
    named = ((0.0, "Not treated"), (1.0, "Treated")) if levels <= {0.0, 1.0} else None
    return Panel(
        marks=(
            Heatmap(
                x=tuple(float(at) for at in range(len(shares[0]))),
                y=y,
                z=tuple(shares[k] for k in picked),
                label="Share treated",
                values=named,
            ),
        ),
        x=_periods(counts, shown=True),
        y=Axis(label="Units in order of adoption", low=float(total), high=0.0),
    )


def _paths(paths: Series) -> tuple[Floats, list[Floats]]:
    """Return the units of each path, and the paths."""
    columns = [tuple(float(v) for v in values) for name, values in paths.columns if name.startswith(PATH)]
    return column(paths, "units"), [tuple(path) for path in zip(*columns, strict=True)]


def _data(treatment: str, counts: Series, paths: Series) -> tuple[Column, ...]:
    """Return a row for each path and period, with what the period's bars show."""
    units, shares = _paths(paths)
    names = words(counts, "period")
    length = len(units) * len(names)
    bars = ("seen", "treated", "adopting", "ending")
    return (
        ("treatment", (treatment,) * length),
        ("path", tuple(float(k + 1) for k in range(len(units)) for _ in names)),
        ("units", tuple(u for u in units for _ in names)),
        ("period", names * len(units)),
        ("share", tuple(v for path in shares for v in path)),
        *((f"period.{name}", column(counts, name) * len(units)) for name in bars),
    )


def _notes(label: str, counts: Series, paths: Series, first: list[str]) -> list[str]:
    total = sum(column(paths, "units"))
    ever = sum(column(counts, "adopting"))
    never = total - ever
    notes = [
        *first,
        f"{label}: {fixed(ever, 0, group=',')} of {fixed(total, 0, group=',')} units are treated in some "
        f"period, {fixed(never, 0, group=',')} in none.",
    ]
    if total > MOST_ROWS:
        notes.append(f"Each row of tiles stands for about {total / MOST_ROWS:.1f} units.")
    if any(isnan(v) for path in _paths(paths)[1] for v in path):
        notes.append("White: no data.")
    ending = sum(column(counts, "ending"))
    if ending:
        notes.append(f"The treatment ends again {fixed(ending, 0, group=',')} times.")
    return notes

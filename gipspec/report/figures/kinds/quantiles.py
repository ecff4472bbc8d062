"""Effects along the distribution of the outcome: by quantile, with intervals and a joint band."""

from __future__ import annotations

from math import ceil

from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.recipe.found import Series
from gipspec.report.build import provenance_of
from gipspec.report.decimals import percent
from gipspec.report.figures.figure import COLUMN, Axis, Band, Column, Figure, Mark, Panel, Points, Reference
from gipspec.report.figures.members import Cast, Member, cast_of, column, times
from gipspec.report.figures.naming import effect_on, names_of
from gipspec.report.figures.options import FigureOptions, figure_options
from gipspec.report.figures.wording import intervals, levels, recipe, scaled

KIND, QUANTILE = "quantiles", "quantile"
MOST = 4  # models in one panel
MOST_TICKS = 9
APART = 0.012
NUMBERS = ("coef", "low", "high", "band.low", "band.high")


def quantiles_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show the effect on each quantile; the joint band where there is one model.

    Raises GipError G503, and G541 for more than four models.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study, KIND, most=MOST)
    names = names_of(cast, dict(options.names)).apart(cast.members)
    series = [member.of_kind(KIND)[0] for member in cast.members]
    marks: list[Mark] = [Reference(at=0.0)]
    for style, (one, name) in enumerate(zip(series, names, strict=True)):
        shift = (style - (len(series) - 1) / 2) * APART
        marks += _marks(one, style, name if len(series) > 1 else "", shift, len(series) == 1, options)
    seen = sorted({q for one in series for q in column(one, QUANTILE)})
    panel = Panel(
        marks=tuple(marks),
        x=Axis(
            label="Quantile of the outcome",
            low=seen[0] - 0.06,
            high=seen[-1] + 0.06,
            ticks=tuple((q, percent(round(q, 6))) for q in seen[:: ceil(len(seen) / MOST_TICKS)]),
        ),
        y=Axis(label=effect_on(e for m in cast.members for e in _effects(m))),
    )
    return Figure(
        name=request.name,
        title=request.title,
        panels=(panel,),
        data=_data(cast, series, options.scale),
        notes=tuple(_notes(cast, results, options, band=len(series) == 1)),
        provenance=provenance_of(results),
        width=COLUMN,
        height=2.5,
    )


def _marks(
    series: Series, style: int, label: str, shift: float, alone: bool, options: FigureOptions
) -> list[Mark]:
    values = {name: times(column(series, name), options.scale) for name in NUMBERS}
    x = tuple(q + shift for q in column(series, QUANTILE))
    band = [Band(x=x, low=values["band.low"], high=values["band.high"], light=True)]
    points = Points(x=x, y=values["coef"], low=values["low"], high=values["high"], style=style, label=label)
    return [*(band if alone and options.band else []), points]


def _effects(member: Member) -> list[Estimate]:
    return [e for e in member.estimates if e.kind == QUANTILE]


def _data(cast: Cast, series: list[Series], scale: float) -> tuple[Column, ...]:
    pairs = list(zip(cast.members, series, strict=True))
    return (
        ("model", tuple(m.name for m, s in pairs for _ in column(s, QUANTILE))),
        (QUANTILE, tuple(q for s in series for q in column(s, QUANTILE))),
        *((name, tuple(v for s in series for v in times(column(s, name), scale))) for name in NUMBERS),
    )


def _notes(cast: Cast, results: Results, options: FigureOptions, *, band: bool) -> list[str]:
    estimates = [e for m in cast.members for e in _effects(m)]
    notes = [
        *cast.sentences(results.draft),
        *recipe(estimates),
        "Effects are differences of the quantiles of the outcome with and without the treatment.",
        intervals(estimates, cast.labels, "Bars"),
    ]
    if band and options.band:
        notes.append(f"The shaded band holds for all quantiles at once, at {levels(estimates)}.")
    return [*notes, *scaled(options.scale)]

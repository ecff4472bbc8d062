"""The specification curve (Simonsohn, Simmons and Nelson 2020): estimates in order, and their choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import median

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.figures.dimensions import Dimension, dimensions_of
from gipspec.report.figures.figure import PAGE, Axis, Column, Figure, Floats, Mark, Panel, Points, Reference
from gipspec.report.figures.members import Cast, Member, cast_of, printed
from gipspec.report.figures.naming import effect_on, names_of
from gipspec.report.figures.options import FigureOptions, figure_options
from gipspec.report.figures.wording import intervals, levels, recipe, scaled
from gipspec.report.figures.wrapped import wrapped

MOST, MOST_CHOICES = 300, 60
CROWDED = 50  # estimates from which on markers are small
LABEL = 42  # letters of a choice in one line
LINE, CURVE = 0.155, 2.1  # inches of a choice, and of the curve
EFFECT = "effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """An estimate, its place x from 1, and whether it is the first that the line names."""

    x: float
    at: int  # among the estimates as they are listed
    estimate: Estimate

    @property
    def first(self) -> bool:
        return self.at == 0

    @property
    def clear(self) -> bool:
        """Tell whether the interval leaves zero out."""
        low, high = self.estimate.ci
        return not low <= 0.0 <= high


def curve_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show the effect of each model, sorted by size unless `order=listed`, above what sets them apart.

    Raises GipError G503, and G541 for more than 300 estimates or 60 choices.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study)
    estimates = [e for m in cast.members for e in _effects(m, options)]
    if not estimates:
        remedy = "name models of one effect, or terms that they have in `keep=`"
        raise GipError(problem("G503", request.span, kind="figure", name=request.name, remedy=remedy))
    dimensions = dimensions_of(estimates, cast.labels)
    choices = sum(len(d.values) + 1 for d in dimensions)
    for count, bound, what in ((len(estimates), MOST, "estimates"), (choices, MOST_CHOICES, "choices")):
        if count > bound:
            raise GipError(
                problem("G541", request.span, name=request.name, count=count, what=what, bound=bound)
            )
    places = _places(estimates, options)
    name = names_of(cast, dict(options.names)).full(cast.members[0])
    panels = [_curve(places, options, name)]
    if dimensions:
        panels.append(_choices(places, dimensions))
    below = LINE * choices + 0.35 if dimensions else 0.0
    return Figure(
        name=request.name,
        title=request.title,
        panels=tuple(panels),
        data=_data(places, dimensions, options.scale),
        notes=tuple(_notes(cast, places, results, options.scale)),
        provenance=provenance_of(results),
        width=PAGE,
        height=min(9.0, CURVE + below + 0.3),
        heights=(CURVE, below) if dimensions else (),
        stacked=True,
    )


def _effects(member: Member, options: FigureOptions) -> list[Estimate]:
    """Return the effect of a model's treatment, the first of several, or the terms that `keep=` names."""
    found = [e for e in member.estimates if e.kind == EFFECT]
    if options.keep:
        return [e for e in found if any(fnmatchcase(e.term, pattern) for pattern in options.keep)]
    return [e for e in found if e.term == e.treatment][:1] or found[:1]


def _places(estimates: Sequence[Estimate], options: FigureOptions) -> list[_Place]:
    order = list(range(len(estimates)))
    if options.order != "listed":
        order.sort(key=lambda at: (estimates[at].coef, estimates[at].name))
    return [_Place(x=float(x), at=at, estimate=estimates[at]) for x, at in enumerate(order, start=1)]


def _curve(places: list[_Place], options: FigureOptions, name: str) -> Panel:
    marks: list[Mark] = [Reference(at=0.0)]
    for clear in (True, False):
        marks += _points([p for p in places if p.clear == clear and not p.first], places, options, not clear)
    (first,) = [p for p in places if p.first]
    marks += _points([first], places, options, not first.clear, style=1, label=name)
    return Panel(
        marks=tuple(marks),
        x=Axis(low=0.2, high=len(places) + 0.8, shown=False),
        y=Axis(label=effect_on(p.estimate for p in places)),
    )


def _points(
    here: list[_Place],
    places: list[_Place],
    options: FigureOptions,
    hollow: bool,
    style: int = 0,
    label: str = "",
) -> list[Points]:
    if not here:
        return []
    scale = options.scale
    return [
        Points(
            x=tuple(p.x for p in here),
            y=tuple(p.estimate.coef * scale for p in here),
            low=tuple(p.estimate.ci[0] * scale for p in here),
            high=tuple(p.estimate.ci[1] * scale for p in here),
            hollow=hollow,
            small=len(places) > CROWDED and style == 0,
            style=style,
            label=label,
        )
    ]


def _choices(places: list[_Place], dimensions: Sequence[Dimension]) -> Panel:
    ticks: list[tuple[float, str]] = []
    heads: list[float] = []
    others: list[tuple[float, float]] = []
    first: list[tuple[float, float]] = []
    y = 0.0
    for dimension in dimensions:
        ticks.append((y, dimension.title))
        heads.append(y)
        for value, label in enumerate(dimension.values):
            y -= 1.0
            ticks.append((y, wrapped(label, LABEL, most=1)))
            for p in places:
                if dimension.chosen[p.at] == value:
                    (first if p.first else others).append((p.x, y))
        y -= 1.0
    small = len(places) > CROWDED
    marks = [_dots(others, 0, small), _dots(first, 1, False)]
    return Panel(
        marks=tuple(m for m in marks if m.x),
        x=Axis(low=0.2, high=len(places) + 0.8, shown=False),
        y=Axis(low=y + 0.4, high=0.8, ticks=tuple(ticks), heads=tuple(heads)),
    )


def _dots(at: list[tuple[float, float]], style: int, small: bool) -> Points:
    x: Floats = tuple(a for a, _ in at)
    return Points(x=x, y=tuple(b for _, b in at), style=style, small=small)


def _data(places: list[_Place], dimensions: Sequence[Dimension], scale: float) -> tuple[Column, ...]:
    shown = [p.estimate for p in places]
    return (
        ("place", tuple(p.x for p in places)),
        ("model", tuple(e.model_name for e in shown)),
        ("estimate", tuple(e.name for e in shown)),
        ("coef", tuple(e.coef * scale for e in shown)),
        ("se", tuple(e.se * scale for e in shown)),
        ("low", tuple(e.ci[0] * scale for e in shown)),
        ("high", tuple(e.ci[1] * scale for e in shown)),
        ("p", tuple(e.p for e in shown)),
        ("n", tuple(float(e.n) for e in shown)),
        *((d.title, tuple(d.values[d.chosen[p.at]] for p in places)) for d in dimensions),
    )


def _notes(cast: Cast, places: list[_Place], results: Results, scale: float) -> list[str]:
    estimates = [p.estimate for p in places]
    values = [e.coef * scale for e in estimates]
    clear = sum(p.clear for p in places)
    positive = sum(v > 0 for v in values)
    notes = [*cast.sentences(results.draft), *recipe(estimates)]
    notes.append(intervals(estimates, cast.labels, "Bars"))
    notes.append(
        f"{len(values)} specifications, {positive} with a positive estimate; the median is "
        f"{printed(median(values))}, the range {printed(min(values))} to {printed(max(values))}."
    )
    notes.append(
        f"Filled markers: the {levels(estimates)} interval leaves zero out, in {clear} of {len(values)}."
    )
    return [*notes, *scaled(scale)]

"""The effect along a moderator: the curve of `d * w`, or effects by quarter with the line through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, nan

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.results import Estimate, Results
from gipspec.lang.printer import print_expr
from gipspec.lang.study import FigureRequest, Model, Study
from gipspec.lang.syntax import Binary
from gipspec.recipe.found import Series
from gipspec.report.build import provenance_of
from gipspec.report.decimals import p_value
from gipspec.report.figures.figure import (
    COLUMN,
    PAGE,
    Axis,
    Band,
    Column,
    Figure,
    Floats,
    Line,
    Mark,
    Panel,
    Points,
    Reference,
)
from gipspec.report.figures.members import Cast, Member, cast_of, column, printed, times
from gipspec.report.figures.naming import effect_on, names_of
from gipspec.report.figures.options import FigureOptions, figure_options
from gipspec.report.figures.wording import intervals, levels, recipe, scaled
from gipspec.report.names import english_list

CURVE, GATE = "marginal", "gate"
MOST = 6  # panels
FEW = 7  # values of w up to which each is a point, as in the estimation
JOINT = ("joint_low", "joint_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Along:
    """One model: the numbers of its curve or quarters, the moderator, and whether its values are few."""

    member: Member
    kind: str
    label: str
    values: Mapping[str, Floats]

    @property
    def estimates(self) -> list[Estimate]:
        wanted = ("effect",) if self.kind == CURVE else ("group", "slope")
        return [e for e in self.member.estimates if e.kind in wanted] or list(self.member.estimates)

    @property
    def pointwise(self) -> bool:
        return self.kind == GATE or len(self.values["at"]) <= FEW


def marginal_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show a panel for each model: the effect by the value of its moderator.

    Raises GipError G503, G540 where no model has a continuous moderator, and G541 for more than six panels.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study, most=MOST)
    shown = [a for m in cast.members if (a := _along(m, cast, study, options.scale)) is not None]
    if not shown:
        raise GipError(_unsuited(request, cast))
    panels = tuple(_panel(a, options) for a in shown)
    if len(shown) > 1 and len({a.label for a in shown}) < len(shown):
        panels = _titled(panels, shown, cast, options)
    columns = 1 if len(panels) == 1 else 2
    return Figure(
        name=request.name,
        title=request.title,
        panels=panels,
        data=_data(shown),
        notes=tuple(_notes(cast, shown, results, options)),
        provenance=provenance_of(results),
        width=COLUMN if columns == 1 else PAGE,
        height=2.4 * ceil(len(panels) / columns),
        columns=columns,
    )


def _unsuited(request: FigureRequest, cast: Cast) -> Problem:
    return problem(
        "G540",
        request.span,
        name=request.name,
        what=f"`{cast.members[0].name}`",
        kind=request.kind,
        needs="a continuous moderator",
        remedy="use `kind=groups` for categories",
    )


def _along(member: Member, cast: Cast, study: Study, scale: float) -> _Along | None:
    """Return what a model has along its moderator; None for one whose moderator has categories."""
    e = member.estimates[0]
    for series in (*member.of_kind(CURVE), *member.of_kind(GATE)):
        name = e.moderator or _complement(member.name, study)
        return _Along(
            member=member,
            kind=series.kind,
            label=cast.labels.get(name, name),
            values=_scaled(series, scale),
        )
    return None


def _scaled(series: Series, scale: float) -> dict[str, Floats]:
    numbers = [name for name, _ in series.columns if name != "group"]
    kept = ("at", "from", "to", "mean", "n")
    found = {name: times(column(series, name), 1 if name in kept else scale) for name in numbers}
    return {"at": found["mean"], **found} if series.kind == GATE else found


def _complement(name: str, study: Study) -> str:
    """Return w of `d * w`, as it is written."""
    found = [m for m in study.models if m.name == name]
    return _written(found[0]) if found else ""


def _written(model: Model) -> str:
    match model.treatments:
        case (_, Binary(op="*", right=w)):
            return print_expr(w)
        case _:
            return ""


def _panel(along: _Along, options: FigureOptions) -> Panel:
    v = along.values
    marks: list[Mark] = [Reference(at=0.0)]
    if along.pointwise:
        marks += _line(along, options.scale)
        marks.append(Points(x=v["at"], y=v["coef"], low=v["low"], high=v["high"]))
    else:
        if options.band:
            marks.append(Band(x=v["at"], low=v["joint_low"], high=v["joint_high"], light=True))
        marks += [Band(x=v["at"], low=v["low"], high=v["high"]), Line(x=v["at"], y=v["coef"])]
    ticks, ends = None, (min(v.get("from", v["at"])), max(v.get("to", v["at"])))
    room = (0.15 if along.pointwise else 0.03) * (ends[1] - ends[0])
    if along.kind == CURVE and along.pointwise:
        ticks = tuple((x, f"{x:.6g}".replace("-", "−")) for x in v["at"])
    return Panel(
        marks=tuple(marks),
        x=Axis(label=along.label, ticks=ticks, low=ends[0] - room, high=ends[1] + room),
        y=Axis(label=effect_on(along.estimates)),
    )


def _line(along: _Along, scale: float) -> list[Mark]:
    """Draw the best linear predictor of the effect, through the effect at the moderator's mean."""
    slopes = [e for e in along.member.estimates if e.kind == "slope"]
    if along.kind != GATE or not slopes:
        return []
    measures = dict(slopes[0].measures)
    ends = (along.values["from"][0], along.values["to"][-1])
    per_unit = slopes[0].coef / measures["moderator.sd"]
    at_mean = measures["effect_at_mean"]
    y = tuple((at_mean + per_unit * (x - measures["moderator.mean"])) * scale for x in ends)
    return [Line(x=ends, y=y, style=1)]


def _titled(
    panels: tuple[Panel, ...], shown: list[_Along], cast: Cast, options: FigureOptions
) -> tuple[Panel, ...]:
    """Tell panels of one moderator apart by their models."""
    names = names_of(cast, dict(options.names)).apart(a.member for a in shown)
    return tuple(replace(panel, title=name) for panel, name in zip(panels, names, strict=True))


def _data(shown: list[_Along]) -> tuple[Column, ...]:
    names = ("at", "from", "to", "n", "coef", "se", "low", "high", *JOINT)
    gaps = {a.member.name: (nan,) * len(a.values["at"]) for a in shown}
    return (
        ("model", tuple(a.member.name for a in shown for _ in a.values["at"])),
        ("moderator", tuple(a.label for a in shown for _ in a.values["at"])),
        *((n, tuple(v for a in shown for v in a.values.get(n, gaps[a.member.name]))) for n in names),
    )


def _notes(cast: Cast, shown: list[_Along], results: Results, options: FigureOptions) -> list[str]:
    estimates = [e for a in shown for e in a.estimates]
    curves = [a for a in shown if not a.pointwise]
    quarters = [a for a in shown if a.kind == GATE]
    notes = [*cast.sentences(results.draft), *recipe(estimates)]
    gone = [m.name for m in cast.members if m.name not in {a.member.name for a in shown}]
    if gone:
        notes.append(f"Not shown, because their moderators have categories: {english_list(gone)}.")
    marked = "the darker band and the bars" if len(curves) < len(shown) else "the darker band"
    what = f"Pointwise intervals ({marked})" if curves else "Bars"
    notes.append(intervals(estimates, cast.labels, what))
    if curves and options.band:
        notes.append(f"The lighter band holds for the whole curve at once, at {levels(estimates)}.")
    if quarters:
        notes.append(
            "Points are effects by quarter of the moderator, at its mean within the quarter; the dashed line "
            "is the best linear predictor of the effect."
        )
    for a in quarters:
        notes += _slope(a, options.scale)
    return [*notes, *scaled(options.scale)]


def _slope(along: _Along, scale: float) -> list[str]:
    return [
        f"By one standard deviation of {along.label} the effect changes by {printed(e.coef * scale)} "
        f"(standard error {printed(e.se * scale)}, {p_value(e.p)})."
        for e in along.member.estimates
        if e.kind == "slope"
    ]

"""The event study: effects by time since adoption."""

from __future__ import annotations

from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.decimals import fixed
from gipspec.report.figures.figure import (
    PAGE,
    Axis,
    Band,
    Column,
    Figure,
    Floats,
    Mark,
    Panel,
    Points,
    Reference,
)
from gipspec.report.figures.members import Cast, Member, cast_of, column, p_text, times
from gipspec.report.figures.options import figure_options
from gipspec.report.figures.wording import intervals, levels, outcome_label, scaled

KIND = "event"
MOST = 4  # studies in one panel
APART = 0.18  # periods between the studies of one event time
REFERENCE = -1  # the period before adoption, from which changes are measured


def event_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show event studies beside each other: pointwise intervals, the joint band of one, the reference period.

    Raises GipError G503, and G541 for more than four studies.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study, KIND, most=MOST, what="event studies")
    shown = [_Shown(member, at, cast, options.scale) for at, member in enumerate(cast.members)]
    band = len(shown) == 1 and options.band
    times_seen = sorted({e for one in shown for e in one.event})
    marks: list[Mark] = [Reference(at=0.0), Reference(at=REFERENCE / 2, upright=True)]
    for one in shown:
        marks += one.marks(band)
    outcomes = dict.fromkeys(outcome_label(m.first) for m in cast.members)
    panel = Panel(
        marks=tuple(marks),
        x=Axis(
            label="Periods since adoption",
            low=times_seen[0] - 0.6,
            high=times_seen[-1] + 0.6,
            ticks=tuple((e, f"{e:.0f}".replace("-", "−")) for e in times_seen),
        ),
        y=Axis(label=f"Effect on {' and '.join(outcomes)}"),
    )
    return Figure(
        name=request.name,
        title=request.title,
        panels=(panel,),
        data=_data(shown),
        notes=tuple(_notes(cast, results, band, options.scale)),
        provenance=provenance_of(results),
        width=PAGE if len(times_seen) > 12 or len(shown) > 2 else 4.5,
        height=2.8,
    )


class _Shown:
    """One study: the numbers of its series, scaled, with the reference period where nothing is estimated."""

    def __init__(self, member: Member, at: int, cast: Cast, scale: float) -> None:
        (series,) = member.of_kind(KIND)
        self.member, self.at, self.several = member, at, len(cast.members)
        self.label = member.name if self.several > 1 else ""
        self.event = column(series, "event")
        names = ("coef", "se", "low", "high", "band.low", "band.high")
        self.values = {name: times(column(series, name), scale) for name in names}

    @property
    def x(self) -> Floats:
        shift = (self.at - (self.several - 1) / 2) * APART
        return tuple(e + shift for e in self.event)

    def marks(self, band: bool) -> list[Mark]:
        values = self.values
        points = Points(
            x=self.x,
            y=values["coef"],
            low=values["low"],
            high=values["high"],
            style=self.at,
            label=self.label,
        )
        if not band:
            return [points]
        return [Band(x=self.x, low=values["band.low"], high=values["band.high"], light=True), points]


def _data(shown: list[_Shown]) -> tuple[Column, ...]:
    models = tuple(one.member.name for one in shown for _ in one.event)
    names = ("coef", "se", "low", "high", "band.low", "band.high")
    values = {name: tuple(v for one in shown for v in one.values[name]) for name in names}
    return (("model", models), ("event", tuple(e for one in shown for e in one.event)), *values.items())


def _notes(cast: Cast, results: Results, band: bool, scale: float) -> list[str]:
    estimates = [m.first for m in cast.members]
    notes = [*cast.sentences(results.draft), intervals(estimates, cast.labels)]
    if band:
        notes.append(f"The shaded band holds for all periods at once at {levels(estimates)}.")
    for member in cast.members:
        measures = dict(member.first.measures)
        if "pretrend.p" in measures:
            of = f" of {member.name}" if len(cast.members) > 1 else ""
            chi2, df = fixed(measures["pretrend.chi2"], 2), int(measures["pretrend.df"])
            p = p_text(measures["pretrend.p"])
            notes.append(
                f"Wald test that the effects{of} before adoption are all zero: χ²({df}) = {chi2}, {p}."
            )
    return [*notes, *scaled(scale)]

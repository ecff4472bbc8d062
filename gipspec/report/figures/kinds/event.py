"""The event study: effects by time since adoption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isnan

from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.decimals import fixed, p_value
from gipspec.report.figures.figure import (
    COLUMN,
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
from gipspec.report.figures.members import Cast, Member, cast_of, column, times
from gipspec.report.figures.naming import effect_on, minus, names_of
from gipspec.report.figures.options import FigureOptions, figure_options
from gipspec.report.figures.wording import intervals, levels, recipe, scaled
from gipspec.report.staggered import base_phrase, tested_phrase

KIND = "event"
MOST = 4  # studies in one panel
APART = 0.16  # periods between the studies of one event time
MOST_TICKS = 22
LONG = 13  # effects that need the width of a page
NUMBERS = ("coef", "se", "low", "high", "band.low", "band.high")
COMPARED = {
    "never": "units that are never treated",
    "notyet": "units that are never treated or not treated yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The numbers of one study by event time; `x` is where they stand beside those of others."""

    member: Member
    name: str
    event: Floats
    x: Floats
    values: Mapping[str, Floats]


def event_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show event studies beside each other: pointwise intervals, the joint band of one, a line at adoption.

    Raises GipError G503, and G541 for more than four studies.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study, KIND, most=MOST, what="event studies")
    shown = _shown(cast, options)
    seen = sorted({e for one in shown for e in one.event})
    panel = Panel(
        marks=(Reference(at=0.0), Reference(at=-0.5, upright=True), *_marks(shown, options)),
        x=Axis(
            label="Periods since adoption",
            low=seen[0] - 0.6,
            high=seen[-1] + 0.6,
            ticks=_ticks(seen),
        ),
        y=Axis(label=effect_on(e for m in cast.members for e in _events(m))),
    )
    return Figure(
        name=request.name,
        title=request.title,
        panels=(panel,),
        data=_data(shown),
        notes=tuple(_notes(cast, shown, results, options)),
        provenance=provenance_of(results),
        width=PAGE if len(seen) * len(shown) > LONG else COLUMN,
        height=2.5,
    )


def _ticks(seen: list[float]) -> tuple[tuple[float, str], ...]:
    """Return a tick for each event time, or for every second and so on where they are many; 0 has one."""
    step = ceil(len(seen) / MOST_TICKS)
    return tuple((e, minus(e)) for e in seen if e % step == 0)


def _shown(cast: Cast, options: FigureOptions) -> list[_Shown]:
    names = names_of(cast, dict(options.names)).apart(cast.members)
    found: list[_Shown] = []
    for at, (member, name) in enumerate(zip(cast.members, names, strict=True)):
        (series,) = member.of_kind(KIND)
        event, shift = column(series, "event"), (at - (len(names) - 1) / 2) * APART
        values = {number: times(column(series, number), options.scale) for number in NUMBERS}
        x = tuple(e + shift for e in event)
        found.append(_Shown(member=member, name=name, event=event, x=x, values=values))
    return found


def _marks(shown: list[_Shown], options: FigureOptions) -> list[Mark]:
    marks: list[Mark] = []
    for style, one in enumerate(shown):
        values, label = one.values, one.name if len(shown) > 1 else ""
        if len(shown) == 1 and options.band:
            marks.append(Band(x=one.x, low=values["band.low"], high=values["band.high"], light=True))
        marks.append(
            Points(
                x=one.x, y=values["coef"], low=values["low"], high=values["high"], style=style, label=label
            )
        )
    return marks


def _events(member: Member) -> list[Estimate]:
    return [e for e in member.estimates if e.kind == KIND]


def _data(shown: list[_Shown]) -> tuple[Column, ...]:
    values = {name: tuple(v for one in shown for v in one.values[name]) for name in NUMBERS}
    return (
        ("model", tuple(one.member.name for one in shown for _ in one.event)),
        ("event", tuple(e for one in shown for e in one.event)),
        *values.items(),
    )


def _notes(cast: Cast, shown: list[_Shown], results: Results, options: FigureOptions) -> list[str]:
    estimates = [e for m in cast.members for e in _events(m)]
    notes = [*cast.sentences(results.draft), *recipe(estimates), *_compared(shown)]
    notes.append(intervals(estimates, cast.labels, "Bars"))
    if len(shown) == 1 and options.band:
        notes.append(f"The shaded band holds for all periods at once, at {levels(estimates)}.")
    for one in shown:
        p = one.member.measure("pretrend.p")
        if not isnan(p):
            tested = tested_phrase(_ahead(one))
            of = f" of {one.name}" if len(shown) > 1 else ""
            chi2, df = one.member.measure("pretrend.chi2"), one.member.measure("pretrend.df")
            statistic = f"χ²({df:.0f}) = {fixed(chi2, 2)}"
            notes.append(f"Wald test that the effects{of} {tested} are all zero: {statistic}, {p_value(p)}.")
    return [*notes, *scaled(options.scale)]


def _ahead(one: _Shown) -> int:
    """Return the periods before adoption in which units may react already."""
    return int(dict(one.member.estimates[0].settings).get("anticipation", "0"))


def _compared(shown: list[_Shown]) -> list[str]:
    """Say what effects are measured from, and whom the treated are compared with."""
    settings = [dict(one.member.estimates[0].settings) for one in shown]
    ahead = {_ahead(one) for one in shown}
    found: list[str] = []
    if len(ahead) == 1:
        since = base_phrase(ahead.pop())
        found.append(
            f"Effects by cohort and period are doubly robust, on the change of the outcome since {since}."
        )
    groups = dict.fromkeys(COMPARED.get(s.get("control", ""), "") for s in settings)
    if len(groups) == 1 and "" not in groups:
        found.append(f"Cohorts are compared with {next(iter(groups))}.")
    elif "" not in groups:
        each = "; ".join(
            f"{one.name}, with {COMPARED[s['control']]}" for one, s in zip(shown, settings, strict=True)
        )
        found.append(f"Cohorts are compared: {each}.")
    return found

"""The placebo: how estimates of moved treatments are spread, their p-values, and the true estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, isnan, isqrt

import numpy as np

from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.figures.figure import (
    COLUMN,
    PAGE,
    Axis,
    Bars,
    Column,
    Figure,
    Floats,
    Line,
    Panel,
    Points,
    Reference,
)
from gipspec.report.figures.members import Cast, Member, cast_of, column, printed, times
from gipspec.report.figures.naming import names_of
from gipspec.report.figures.options import figure_options
from gipspec.report.figures.wording import recipe, scaled

KIND = "placebo"
MOST = 3  # tests beside each other
USUAL = 0.1  # the p-value of the horizontal line
POINTS = 161  # of the density
TAIL = 3.0  # bandwidths beyond the last draw
NUMBERS = ("coef", "se", "t", "p")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """One test: the draws that could be estimated, the true estimate, and what it is called."""

    member: Member
    title: str
    draw: Floats
    values: Mapping[str, Floats]
    actual: float


def placebo_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show the density of the draws over their p-values, and the true estimate as a line through both.

    Raises GipError G503, and G541 for more than three tests.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study, KIND, most=MOST, what="placebo tests")
    names = names_of(cast, dict(options.names)).apart(cast.members)
    tests = [_test(m, name, options.scale) for m, name in zip(cast.members, names, strict=True)]
    several = len(tests) > 1
    low, high = _range(tests)
    upper = [_density(t, t.title if several else "", low, high) for t in tests]
    lower = [_p_values(t, low, high) for t in tests]
    return Figure(
        name=request.name,
        title=request.title,
        panels=(*upper, *lower),
        data=_data(tests),
        notes=tuple(_notes(cast, tests, results, options.scale)),
        provenance=provenance_of(results),
        width=PAGE if several else COLUMN,
        height=3.4,
        columns=len(tests),
        heights=(1.25, 1.0),
        stacked=True,
    )


def _test(member: Member, title: str, scale: float) -> _Test:
    (series,) = member.of_kind(KIND)
    coef = column(series, "coef")
    fine = [i for i, value in enumerate(coef) if isfinite(value)]
    columns = {name: column(series, name) for name in NUMBERS}
    kept = {name: tuple(values[i] for i in fine) for name, values in columns.items()}
    values = {name: times(v, scale) if name in ("coef", "se") else v for name, v in kept.items()}
    draws = column(series, "draw")
    actual = member.measure("placebo.coef") * scale
    return _Test(member=member, title=title, draw=tuple(draws[i] for i in fine), values=values, actual=actual)


def density(values: Floats) -> tuple[Floats, Floats]:
    """Return a Gaussian kernel density at equal steps, with the bandwidth of Silverman (1986), 3.31.

    Values without spread have none: both are empty.
    """
    x = np.asarray(values)
    if len(x) < 2:
        return (), ()
    spread = min(float(x.std(ddof=1)), float(np.subtract(*np.quantile(x, [0.75, 0.25]))) / 1.34)
    if not spread > 0:
        return (), ()
    width = 0.9 * spread * len(x) ** -0.2
    at = np.linspace(x.min() - TAIL * width, x.max() + TAIL * width, POINTS)
    kernel = np.exp(-0.5 * ((at[:, None] - x[None, :]) / width) ** 2)
    return tuple(at.tolist()), tuple((kernel.sum(axis=1) / (len(x) * width * np.sqrt(2 * np.pi))).tolist())


def _range(tests: list[_Test]) -> tuple[float, float]:
    """Return the ends of the axis, the same for every test."""
    values = [v for t in tests for v in (*t.values["coef"], *density(t.values["coef"])[0], t.actual)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.03 * (high - low)
    return low - room, high + room


def _density(test: _Test, title: str, low: float, high: float) -> Panel:
    coef = test.values["coef"]
    heights, edges = np.histogram(coef, bins=_bins(coef), density=True)
    at, height = density(coef)
    return Panel(
        marks=(
            Bars(
                edges=tuple(edges.tolist()),
                heights=tuple(heights.tolist()),
                style=5,
                label="Placebo estimates",
            ),
            *((Line(x=at, y=height, label="Their density"),) if at else ()),
            _true(test),
        ),
        title=title,
        x=Axis(low=low, high=high),
        y=Axis(label="Density", low=0.0),
    )


def _bins(coef: Floats) -> int:
    """Between six and forty bins, about the square root of the draws."""
    return min(40, max(6, isqrt(len(coef))))


def _true(test: _Test) -> Reference:
    return Reference(at=test.actual, upright=True, strong=True, style=1, label="Estimate")


def _p_values(test: _Test, low: float, high: float) -> Panel:
    return Panel(
        marks=(
            Reference(at=USUAL),
            Points(x=test.values["coef"], y=test.values["p"], small=True),
            _true(test),
        ),
        x=Axis(label="Estimate", low=low, high=high),
        y=Axis(label="p-value", low=-0.02, high=1.02),
    )


def _data(tests: list[_Test]) -> tuple[Column, ...]:
    values = {name: tuple(v for t in tests for v in t.values[name]) for name in NUMBERS}
    return (
        ("model", tuple(t.member.name for t in tests for _ in t.draw)),
        ("draw", tuple(d for t in tests for d in t.draw)),
        *values.items(),
        ("estimate", tuple(t.actual for t in tests for _ in t.draw)),
    )


def _notes(cast: Cast, tests: list[_Test], results: Results, scale: float) -> list[str]:
    notes = [*cast.sentences(results.draft), *recipe(m.first for m in cast.members)]
    for t in tests:
        draws, failed = t.member.measure("placebo.draws"), t.member.measure("placebo.failed")
        of = f"{t.title}: " if len(tests) > 1 else ""
        shown = f", the first {len(t.draw):,} shown" if len(t.draw) + failed < draws else ""
        p = t.member.measure("placebo.p")
        value = "below 0.001" if p < 0.001 else printed(p)
        notes.append(
            f"{of}{draws:,.0f} permutations of whole treatment paths over units{shown}; the estimate is "
            f"{printed(t.actual)}, its permutation p-value {value}."
        )
        if failed > 0 and not isnan(failed):
            notes.append(f"{of}{failed:.0f} permutations could not be estimated and count against it.")
    notes.append(f"p-values of the draws are by the normal distribution; the line is at {USUAL:g}.")
    return [*notes, *scaled(scale)]

"""Sensitivity: contours of what an unobserved confounder would leave of an estimate, and observed ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.recipe.found import Series
from gipspec.report.build import provenance_of
from gipspec.report.decimals import percent
from gipspec.report.figures.figure import (
    COLUMN,
    PAGE,
    Axis,
    Column,
    Contours,
    Figure,
    Floats,
    Grid,
    Panel,
    Points,
    Words,
)
from gipspec.report.figures.members import Cast, Member, cast_of, column, times, words
from gipspec.report.figures.naming import names_of
from gipspec.report.figures.options import figure_options
from gipspec.report.figures.wording import recipe, scaled
from gipspec.report.names import english_list, joined_label

KIND, BENCHMARK = "contour", "benchmark"
MOST = 4  # panels
LEVELS = 7  # contours at most
ROOM = 0.02  # of an axis before zero, for markers
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)  # steps of the axes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surface:
    """One estimate: the bound over the grid of strengths, its interval's end, and benchmarks (x, y, name)."""

    member: Member
    estimate: Estimate
    title: str
    x: Floats
    y: Floats
    bound: Grid
    ci: Grid
    benchmarks: tuple[tuple[float, float, str], ...]


def sensitivity_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show, for each estimate, its bound by the strength of a confounder with treatment and outcome.

    Raises GipError G503, and G541 for more than four models.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study, KIND, most=MOST)
    names = names_of(cast, dict(options.names)).apart(cast.members)
    surfaces = [
        s
        for member, name in zip(cast.members, names, strict=True)
        for s in _surfaces(member, name if len(names) > 1 else "", cast, options.scale)
    ]
    columns = 1 if len(surfaces) == 1 else 2
    return Figure(
        name=request.name,
        title=request.title,
        panels=tuple(_panel(s) for s in surfaces),
        data=_data(surfaces),
        notes=tuple(_notes(cast, surfaces, results, options.scale)),
        provenance=provenance_of(results),
        width=COLUMN if columns == 1 else PAGE,
        height=3.1 * ceil(len(surfaces) / columns),
        columns=columns,
    )


def _surfaces(member: Member, name: str, cast: Cast, scale: float) -> list[_Surface]:
    benchmarks = {s.key.removesuffix(BENCHMARK): s for s in member.of_kind(BENCHMARK)}
    found: list[_Surface] = []
    for series in member.of_kind(KIND):
        stem = series.key.removesuffix(KIND)
        estimate = next((e for e in member.estimates if e.key == stem.rstrip(".")), member.estimates[0])
        title = ", ".join(part for part in (name, estimate.term_label if stem else "") if part)
        found.append(_surface(member, estimate, title, series, benchmarks.get(stem), cast, scale))
    return found


def _surface(
    member: Member,
    estimate: Estimate,
    title: str,
    series: Series,
    benchmark: Series | None,
    cast: Cast,
    scale: float,
) -> _Surface:
    y, x = (tuple(dict.fromkeys(column(series, name))) for name in ("cf_y", "cf_d"))
    width = len(x)
    bound, ci = (times(column(series, name), scale) for name in ("bound", "ci"))
    points = (
        zip(
            column(benchmark, "cf_d"),
            column(benchmark, "cf_y"),
            (joined_label(c, cast.labels) for c in words(benchmark, "control")),
            strict=True,
        )
        if benchmark
        else ()
    )
    return _Surface(
        member=member,
        estimate=estimate,
        title=title,
        x=x,
        y=y,
        bound=tuple(bound[i : i + width] for i in range(0, len(bound), width)),
        ci=tuple(ci[i : i + width] for i in range(0, len(ci), width)),
        benchmarks=tuple(points),
    )


def _panel(s: _Surface) -> Panel:
    level = percent(s.estimate.level)
    marks = [
        Contours(x=s.x, y=s.y, z=s.bound, levels=round_levels(s.bound), zero=0.0, label="Nothing left of it"),
        Contours(x=s.x, y=s.y, z=s.ci, levels=(), zero=0.0, style=2, label=f"Interval of {level} reaches 0"),
    ]
    named = [Words(x=x, y=y, text=f" {name}", align="left", above=True) for x, y, name in s.benchmarks]
    points = Points(x=tuple(x for x, _, _ in s.benchmarks), y=tuple(y for _, y, _ in s.benchmarks), style=3)
    return Panel(
        marks=(*marks, *((points,) if named else ()), *named),
        title=s.title,
        x=Axis(
            label="Share of the residual treatment explained",
            low=-ROOM * s.x[-1],
            high=s.x[-1],
            ticks=_ticks(s.x[-1]),
        ),
        y=Axis(
            label="Share of the residual outcome explained",
            low=-ROOM * s.y[-1],
            high=s.y[-1],
            ticks=_ticks(s.y[-1]),
        ),
    )


def _ticks(end: float) -> tuple[tuple[float, str], ...]:
    step = next((s for s in SHARES if end / s <= 6), SHARES[-1])
    return tuple((k * step, percent(round(k * step, 6))) for k in range(floor(end / step + 1e-9) + 1))


def round_levels(grid: Grid) -> Floats:
    """Return at most seven levels with few digits, zero among them if it is within the values of a grid."""
    low, high = min(min(row) for row in grid), max(max(row) for row in grid)
    if not high > low:
        return ()
    power = 10.0 ** floor(log10((high - low) / LEVELS))
    step = next(k * power for k in (1, 2, 2.5, 5, 10) if (high - low) / (k * power) <= LEVELS)
    first, last = ceil(low / step), floor(high / step)
    return tuple(round(k * step, 12) for k in range(first, last + 1) if low < k * step < high)


def _data(surfaces: list[_Surface]) -> tuple[Column, ...]:
    """Return a row for each point of the grid, then one for each benchmark, which has no bound."""
    rows: list[tuple[str, str, str, float, float, float, float]] = []
    for s in surfaces:
        for i, y in enumerate(s.y):
            rows += [
                (s.member.name, s.estimate.name, "", x, y, s.bound[i][j], s.ci[i][j])
                for j, x in enumerate(s.x)
            ]
        gap = float("nan")
        rows += [(s.member.name, s.estimate.name, name, x, y, gap, gap) for x, y, name in s.benchmarks]
    names = ("model", "estimate", "benchmark", "cf_d", "cf_y", "bound", "ci")
    return tuple(zip(names, zip(*rows, strict=True), strict=True))


def _notes(cast: Cast, surfaces: list[_Surface], results: Results, scale: float) -> list[str]:
    notes = [
        *cast.sentences(results.draft),
        *recipe(s.estimate for s in surfaces),
        "Contours are the end of the estimate's bounds that is nearer to zero, if an unobserved confounder "
        "explains these shares of what the controls leave of treatment and outcome (Chernozhukov, Cinelli, "
        "Newey, Sharma and Syrgkanis 2022).",
    ]
    for s in surfaces:
        measures = dict(s.estimate.measures)
        of = f" of {s.title}" if s.title else ""
        notes.append(
            f"The robustness value{of} is {percent(round(measures['rv'], 3))}, and "
            f"{percent(round(measures['rva'], 3))} for its one-sided interval of {percent(s.estimate.level)}."
        )
    controls = dict.fromkeys(name for s in surfaces for _, _, name in s.benchmarks)
    if controls:
        notes.append(f"Markers show confounders as strong as {english_list(list(controls))}.")
    return [*notes, *scaled(scale)]

"""Calibration: whether rows with a propensity of so much are treated so often."""

from __future__ import annotations

from math import ceil

from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.decimals import fixed
from gipspec.report.figures.figure import COLUMN, PAGE, Axis, Column, Figure, Line, Panel, Points
from gipspec.report.figures.members import Cast
from gipspec.report.figures.parts import Part, cast_with, check_panels, parts_of, propensity_label, titles

KIND = "calibration"
HEIGHT = 2.7


def calibration_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show, for tenths of the rows by propensity, the share treated, beside the line of equality.

    Raises GipError G503 or G550, and G541 for more than twelve panels.
    """
    cast = cast_with(request, results, study, (KIND,), "its models have no propensity")
    parts = parts_of(cast.members, KIND)
    check_panels(parts, request)
    panels = [_panel(p, title, cast) for p, title in zip(parts, titles(parts, cast, request), strict=True)]
    columns = 1 if len(panels) == 1 else 2
    return Figure(
        name=request.name,
        title=request.title,
        panels=tuple(panels),
        data=_data(parts),
        notes=tuple(_notes(parts, cast, results)),
        provenance=provenance_of(results),
        width=COLUMN if columns == 1 else PAGE,
        height=HEIGHT * ceil(len(panels) / columns),
        columns=columns,
    )


def _panel(part: Part, title: str, cast: Cast) -> Panel:
    predicted, observed = part.numbers("predicted"), part.numbers("observed")
    low, high = min(*predicted, *observed, 0.0), max(*predicted, *observed)
    return Panel(
        marks=(
            Line(x=(low, high), y=(low, high), style=5, thin=True, label="As predicted"),
            Line(x=predicted, y=observed, thin=True),
            Points(x=predicted, y=observed, label="Tenths of the rows"),
        ),
        title=title,
        x=Axis(label=propensity_label(part, cast)),
        y=Axis(label="Observed share"),
    )


def _data(parts: list[Part]) -> tuple[Column, ...]:
    names = ("predicted", "observed", "rows")
    of = [(p.member.name, p.group, p.of) for p in parts for _ in p.values["rows"]]
    head = zip(("model", "group", "of"), zip(*of, strict=True), strict=True)
    return (*head, *((name, tuple(v for p in parts for v in p.values[name])) for name in names))


def _notes(parts: list[Part], cast: Cast, results: Results) -> list[str]:
    gaps = []
    for p in parts:
        rows = p.numbers("rows")
        apart = zip(p.numbers("predicted"), p.numbers("observed"), rows, strict=True)
        gaps.append(sum(abs(m - d) * n for m, d, n in apart) / sum(rows))
    return [
        *cast.sentences(results.draft),
        "Propensities are out of fold, as predicted, before they are held within their bounds; rows are "
        "grouped by their tenths.",
        f"The mean distance of the points from the line is {fixed(max(gaps), 3)}"
        + (" at most." if len(gaps) > 1 else "."),
    ]

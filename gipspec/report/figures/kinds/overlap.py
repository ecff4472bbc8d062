"""Overlap: how propensities are spread in each arm, or what is left of a treatment once it is predicted."""

from __future__ import annotations

from bisect import bisect
from math import ceil

from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.decimals import fixed, percent
from gipspec.report.figures.figure import COLUMN, PAGE, Axis, Bars, Column, Figure, Mark, Panel, Reference
from gipspec.report.figures.members import Cast
from gipspec.report.figures.parts import (
    TITLE,
    Part,
    cast_with,
    check_panels,
    of_label,
    parts_of,
    propensity_label,
    titles,
)
from gipspec.report.figures.wrapped import wrapped
from gipspec.report.names import english_list

KINDS = ("propensity", "residual")
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)  # of the shares at an axis
HEIGHT = 2.5
FINE = 0.01  # the bins of the series
MOST_BINS, WIDTHS = 50, (1, 2)  # of the figure, in those of the series
WHOLE = 60  # of these, beyond which all are shown


def overlap_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show propensities of the treated above the axis and of the untreated below, with their bounds.

    Of a partially linear model it shows the treatment before and after the controls. Raises GipError G503
    or G550, and G541 for more than twelve panels.
    """
    cast = cast_with(
        request, results, study, KINDS, "its models have no propensity, nor a treatment's residual"
    )
    parts = [p for member in cast.members for kind in KINDS for p in parts_of([member], kind)]
    check_panels(parts, request)
    supports = {_key(p): p for p in parts_of(cast.members, "support")}
    panels = [
        _propensity(p, supports[_key(p)], title, cast) if "arm" in p.values else _residual(p, title, cast)
        for p, title in zip(parts, titles(parts, cast, request), strict=True)
    ]
    columns = 1 if len(panels) == 1 else 2
    return Figure(
        name=request.name,
        title=request.title,
        panels=tuple(panels),
        data=_data(parts),
        notes=tuple(_notes(parts, supports, cast, request, results)),
        provenance=provenance_of(results),
        width=COLUMN + 0.75 if columns == 1 else PAGE,
        height=HEIGHT * ceil(len(panels) / columns),
        columns=columns,
    )


def _key(part: Part) -> tuple[str, str, str]:
    return part.member.name, part.group, part.of


def _propensity(part: Part, support: Part, title: str, cast: Cast) -> Panel:
    """Draw the share of each arm's rows between the edges of bins, the first arm downwards."""
    marks: list[Mark] = []
    tops: list[float] = []
    edges = _edges(part)
    for style, (arm, sign) in enumerate(zip(reversed(part.arms), (1, -1), strict=True)):
        rows = part.numbers("rows", arm)
        starts = part.numbers("from", arm)
        total = sum(rows)
        shares = [0.0] * (len(edges) - 1)
        for start, count in zip(starts, rows, strict=True):
            shares[bisect(edges, start + FINE / 2) - 1] += count / total
        heights = tuple(sign * share for share in shares)
        name = arm.capitalize()
        marks.append(Bars(edges=edges, heights=heights, style=style, hollow=sign < 0, label=name))
        tops.append(max(shares))
    bounds = (support.numbers("bound.low")[0], support.numbers("bound.high")[0])
    marks += [Reference(at=b, upright=True) for b in bounds if edges[0] < b < edges[-1]]
    marks.append(Reference(at=0.0))
    room = 0.02 * (edges[-1] - edges[0])
    return Panel(
        marks=tuple(marks),
        title=title,
        x=Axis(label=propensity_label(part, cast), low=edges[0] - room, high=edges[-1] + room),
        y=Axis(label="Share of the arm", ticks=_mirrored(tops[1], tops[0])),
    )


def _edges(part: Part) -> tuple[float, ...]:
    """Return the edges of at most fifty bins over the propensities that occur, or over all of them."""
    low, high = (round(100 * v) for v in (min(part.numbers("from")), max(part.numbers("to"))))
    if high - low > WHOLE:
        low, high = 0, 100
    wide = next(w for w in WIDTHS if high - low <= MOST_BINS * w)
    low, high = low - low % wide, high + -high % wide
    return tuple(k / 100 for k in range(low, high + 1, wide))


def _mirrored(below: float, above: float) -> tuple[tuple[float, str], ...]:
    """Return ticks on both sides of zero, all without a sign."""
    step = next((s for s in STEPS if max(below, above) / s <= 4), STEPS[-1])
    counts = range(-int(below / step), int(above / step) + 1)
    return tuple((k * step, percent(round(abs(k) * step, 6))) for k in counts)


def _residual(part: Part, title: str, cast: Cast) -> Panel:
    edges = (*part.numbers("from"), part.numbers("to")[-1])
    before, after = (part.numbers(name) for name in ("before", "after"))
    total = sum(before)
    removed = "effects removed" if part.member.first.fe else "from its mean"
    top = max(*before, *after) / total
    return Panel(
        marks=(
            Bars(edges=edges, heights=tuple(v / total for v in after), label="After the controls"),
            Bars(edges=edges, heights=tuple(v / total for v in before), style=1, hollow=True, label="Before"),
            Reference(at=0.0, upright=True),
        ),
        title=title,
        x=Axis(label=wrapped(f"{of_label(part.of, cast.labels)}, {removed}", TITLE, most=2)),
        y=Axis(label="Share of the rows", ticks=_mirrored(0.0, top)),
    )


def _data(parts: list[Part]) -> tuple[Column, ...]:
    """Return a row for each bin; of a residual there are two, before and after the controls."""
    rows: list[tuple[str, str, str, str, float, float, float]] = []
    for p in parts:
        low, high = p.numbers("from"), p.numbers("to")
        stages = [(p.texts("arm"), p.numbers("rows"))] if "arm" in p.values else []
        if not stages:
            stages = [((stage,) * len(low), p.numbers(stage)) for stage in ("before", "after")]
        for arms, counts in stages:
            rows += [
                (p.member.name, p.group, p.of, *line) for line in zip(arms, low, high, counts, strict=True)
            ]
    names = ("model", "group", "of", "arm", "from", "to", "rows")
    return tuple((name, tuple(values)) for name, values in zip(names, zip(*rows, strict=True), strict=True))


def _notes(
    parts: list[Part],
    supports: dict[tuple[str, str, str], Part],
    cast: Cast,
    request: FigureRequest,
    results: Results,
) -> list[str]:
    notes = cast.sentences(results.draft)
    reps = max(p.member.first.reps for p in parts)
    over = f", means over {reps} repeated splits" if reps > 1 else ""
    notes.append(f"Predictions are out of fold{over}.")
    shown = [supports[_key(p)] for p in parts if _key(p) in supports]
    if shown:
        notes.append("Dashed lines are the bounds within which propensities are held.")
    several = len(parts) > 1
    for p, title in zip(parts, titles(parts, cast, request), strict=True):
        of = f" ({title.replace(chr(10), ' ')})" if several and title else ""
        if _key(p) in supports:
            notes.append(_beyond(supports[_key(p)], of))
        else:
            share = p.estimate.residual_share
            notes.append(f"The controls leave {_share(share)} of the variance of the treatment{of}.")
    return notes


def _beyond(support: Part, of: str) -> str:
    """Say how much of each arm lies beyond the bounds."""
    below, above = support.numbers("below"), support.numbers("above")
    arms = [f"{_share(b + a)} of the {arm}" for arm, b, a in zip(support.arms, below, above, strict=True)]
    rows = [
        f"{fixed(r, 0, group=',')} {arm}"
        for arm, r in zip(support.arms, support.numbers("rows"), strict=True)
    ]
    return f"Beyond the bounds{of}: {english_list(arms)} (rows: {english_list(rows)})."


def _share(value: float) -> str:
    return f"{fixed(100 * value, 1)}%"

"""The love plot: differences of the controls between arms, as they are and as the estimate weighs rows."""

from __future__ import annotations

from math import ceil, floor, isnan

from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.decimals import fixed
from gipspec.report.figures.figure import PAGE, Axis, Column, Figure, Floats, Line, Panel, Points, Reference
from gipspec.report.figures.members import Cast
from gipspec.report.figures.parts import Part, cast_with, check_panels, parts_of, term_label, titles
from gipspec.report.figures.wrapped import wrapped

KIND = "balance"
MOST_CONTROLS = 40  # of a panel
SMALL = 0.1  # a difference that is usually called small (Austin 2011)
STAGES = (("before", "As they are"), ("effects", "Effects removed"), ("after", "As the estimate weighs rows"))
LABEL = 34  # letters of a control in one line
STEPS = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)  # of the horizontal axis
ROW, LEGEND = 0.18, 0.25  # inches


def balance_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show standardised differences of the controls, the largest first, with lines at ±0.1.

    For a treatment that is not 0 and 1 they are correlations. Raises GipError G503 or G550, and G541 for more
    than twelve panels.
    """
    cast = cast_with(
        request, results, study, (KIND,), "its models have no controls whose balance can be told"
    )
    parts = parts_of(cast.members, KIND)
    check_panels(parts, request)
    orders = [_order(p) for p in parts]
    stages = {name for name, _ in STAGES if any(not isnan(v) for p in parts for v in p.numbers(name))}
    panels = [
        _panel(p, order, title, cast, stages)
        for p, order, title in zip(parts, orders, titles(parts, cast, request), strict=True)
    ]
    columns = 1 if len(panels) == 1 else 2
    sizes = [_size(p, order, cast) for p, order in zip(parts, orders, strict=True)]
    heights = tuple(max(sizes[k : k + columns]) for k in range(0, len(sizes), columns))
    return Figure(
        name=request.name,
        title=request.title,
        panels=tuple(panels),
        data=_data(parts),
        notes=tuple(_notes(parts, orders, cast, results)),
        provenance=provenance_of(results),
        width=5.0 if columns == 1 else PAGE,
        height=min(9.0, sum(heights) + LEGEND),
        heights=heights,
        columns=columns,
    )


def _order(part: Part) -> list[int]:
    """Return the positions of the controls by the size of their difference, those without one left out."""
    before, after = part.numbers("before"), part.numbers("after")
    known = _known(part)
    size = [abs(b) if not isnan(b) else abs(a) for b, a in zip(before, after, strict=True)]
    return sorted(known, key=lambda at: -size[at])[:MOST_CONTROLS]


def _known(part: Part) -> list[int]:
    """Return the positions of the controls that have a difference: those that vary within the arms."""
    pairs = zip(part.numbers("before"), part.numbers("after"), strict=True)
    return [at for at, (before, after) in enumerate(pairs) if not isnan(before) or not isnan(after)]


def _label(part: Part, at: int, cast: Cast) -> str:
    return wrapped(term_label(part.texts("control")[at], cast.labels), LABEL, most=2)


def _size(part: Part, order: list[int], cast: Cast) -> float:
    """Return the inches that a panel takes."""
    lines = sum(1 + _label(part, at, cast).count("\n") for at in order)
    return 0.7 + ROW * max(lines, 3)


def _panel(part: Part, order: list[int], title: str, cast: Cast, stages: set[str]) -> Panel:
    heights = tuple(float(-k) for k in range(len(order)))
    marks: list[Points] = []
    for style, (stage, label) in enumerate(STAGES):
        values = part.numbers(stage)
        at = [(values[i], y) for i, y in zip(order, heights, strict=True) if not isnan(values[i])]
        if stage in stages:
            x, y = tuple(x for x, _ in at), tuple(y for _, y in at)
            marks.append(_points(x, y, style, label))
    dose = "correlation" in part.texts("measure")
    ticks = tuple((y, _label(part, i, cast)) for i, y in zip(order, heights, strict=True))
    bottom = heights[-1] - 0.7 if heights else -0.7
    zero = Line(x=(0.0, 0.0), y=(bottom, 0.7), style=5, thin=True)
    return Panel(
        marks=(*(Reference(at=s * SMALL, upright=True) for s in (-1, 1)), zero, *marks),
        title=title,
        x=Axis(
            label="Correlation with the treatment" if dose else "Standardised difference",
            ticks=_ticks([x for mark in marks for x in mark.x]),
        ),
        y=Axis(low=bottom, high=0.7, ticks=ticks),
    )


def _ticks(values: list[float]) -> tuple[tuple[float, str], ...]:
    """Return round ticks that differences of these values need, four steps at most."""
    low, high = min([-SMALL, *values]), max([SMALL, *values])
    step = next((s for s in STEPS if (high - low) / s <= 4.5), (high - low) / 4)
    digits = 2 if step * 10 % 1 else 1
    ticks = (k * step for k in range(ceil(low / step), floor(high / step) + 1))
    return tuple((t, fixed(t, digits).replace("-", "−")) for t in ticks)


def _points(x: Floats, y: Floats, style: int, label: str) -> Points:
    """Hollow markers are those before the controls are accounted for."""
    return Points(x=x, y=y, style=(0, 4, 1)[style], hollow=style < 2, label=label)


def _data(parts: list[Part]) -> tuple[Column, ...]:
    names = ("control", "measure", "before", "effects", "after")
    of = [(p.member.name, p.group, p.of) for p in parts for _ in p.values["control"]]
    head = zip(("model", "group", "of"), zip(*of, strict=True), strict=True)
    return (*head, *((name, tuple(v for p in parts for v in p.values[name])) for name in names))


def _notes(parts: list[Part], orders: list[list[int]], cast: Cast, results: Results) -> list[str]:
    notes = cast.sentences(results.draft)
    measures = {m for p in parts for m in p.texts("measure")}
    if "difference" in measures:
        notes.append(
            "Differences of means between arms, in units of the deviation within the arms as they are; "
            "dashed lines are at ±0.1."
        )
    if "correlation" in measures:
        notes.append("Correlations of the controls with the treatment; dashed lines are at ±0.1.")
    if any(not isnan(v) for p in parts for v in p.numbers("effects")):
        notes.append(
            "Once effects are removed from the treatment, and once it is predicted by the controls, the "
            "difference is the slope of the control in what is left of it."
        )
    left = [abs(v) for p in parts for v in p.numbers("after") if not isnan(v)]
    if left:
        notes.append(f"The largest difference that is left is {fixed(max(left), 3)}.")
    if any(len(order) < len(_known(p)) for p, order in zip(parts, orders, strict=True)):
        notes.append(f"Shown are the {MOST_CONTROLS} controls that differ most.")
    if any(len(_known(p)) < len(p.values["control"]) for p in parts):
        notes.append("Controls that do not vary within the arms are left out.")
    return notes

"""Groups of a moderator: the effect in each, the differences between them, and effects by quarter."""

from __future__ import annotations

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.build import provenance_of
from gipspec.report.decimals import p_value
from gipspec.report.figures.figure import COLUMN, PAGE, Axis, Figure, Mark, Panel, Reference, Words
from gipspec.report.figures.members import Cast, Member, cast_of, column, printed, words
from gipspec.report.figures.naming import effect_on, names_of
from gipspec.report.figures.options import FigureOptions, figure_options
from gipspec.report.figures.rows import Lines, Row, RowBlock, lay_lines, row_of, rows_data
from gipspec.report.figures.wording import intervals, recipe, scaled
from gipspec.report.groups import of_differences
from gipspec.report.names import natural_key

GROUP, DIFFERENCE, GATE = "group", "difference", "gate"
MOST = 60  # lines
ORDER = {"low": 0, "middle": 1, "medium": 1, "high": 2}  # other keys by their numbers and letters
LOOKS = ("Groups", "Quarters of the moderator")
NARROW = 20  # letters of labels up to which a column is wide enough


def groups_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show the effect in each group below its moderator, with the p-value of their difference.

    Hollow markers are effects by quarter of a continuous moderator, from the nuisances of the whole sample.
    Raises GipError G503, and G541 for more than sixty groups.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study)
    estimates = [e for m in cast.members for e in m.estimates if e.kind == GROUP]
    if not estimates:
        remedy = f"look at {', '.join(m.name for m in cast.members)}"
        raise GipError(problem("G503", request.span, kind="figure", name=request.name, remedy=remedy))
    blocks = [b for b in (_block(m, cast, options) for m in cast.members) if b.rows]
    count = sum(len(b.rows) for b in blocks)
    if count > MOST:
        raise GipError(
            problem("G541", request.span, name=request.name, count=count, what="groups", bound=MOST)
        )
    lines = lay_lines(blocks)
    quarters = any(row.hollow for row, _ in lines.rows)
    panel = Panel(
        marks=(
            Reference(at=0.0, upright=True),
            *lines.points(options.scale, LOOKS if quarters else ()),
            *_asides(lines, options.scale),
        ),
        x=Axis(label=effect_on(estimates)),
        y=lines.axis(),
    )
    return Figure(
        name=request.name,
        title=request.title,
        panels=(panel,),
        data=_data(blocks, options.scale),
        notes=tuple(_notes(cast, estimates, blocks, results, options.scale)),
        provenance=provenance_of(results),
        width=COLUMN if lines.widest <= NARROW else PAGE,
        height=lines.height + (0.2 if quarters else 0.0),
    )


def _block(member: Member, cast: Cast, options: FigureOptions) -> RowBlock:
    groups = sorted((e for e in member.estimates if e.kind == GROUP), key=_place)
    rows = [row_of(e, e.group or e.key) for e in groups]
    for series in member.of_kind(GATE):
        numbers = {name: column(series, name) for name in ("coef", "se", "low", "high", "n")}
        rows += [
            Row(
                model=member.name,
                name=f"{member.name}.{GATE}.{label}",
                label=label,
                p=float("nan"),
                style=1,
                hollow=True,
                **{name: values[at] for name, values in numbers.items()},
            )
            for at, label in enumerate(words(series, "group"))
        ]
    if options.order == "estimate":
        rows.sort(key=lambda r: (r.hollow, r.coef, r.name))
    return RowBlock(title=_title(member, cast, options), rows=tuple(rows), aside=_aside(member))


def _place(e: Estimate) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    last = e.key.rpartition(".")[2]
    return ORDER.get(last, 0), natural_key(last)


def _title(member: Member, cast: Cast, options: FigureOptions) -> str:
    """Return the name that the line gives, or the moderator's label, with that of the model if need be."""
    given = dict(options.names)
    if member.name in given:
        return given[member.name]
    moderator = member.estimates[0].moderator
    label = cast.labels.get(moderator, moderator)
    others = [m for m in cast.members if m.estimates[0].moderator == moderator]
    return label if len(others) == 1 else f"{label}: {names_of(cast, given).full(member)}"


def _aside(member: Member) -> str:
    """Return the p-value of the difference, or that all differences are nought."""
    differences = [e for e in member.estimates if e.kind == DIFFERENCE]
    if len(differences) == 1:
        return f"difference: {p_value(differences[0].p)}"
    together = member.measure("equality.p")
    return f"all equal: {p_value(together)}" if differences and together == together else ""


def _asides(lines: Lines, scale: float) -> list[Mark]:
    """Put the p-values at the right end of what is drawn."""
    right = max(0.0, *(row.high * scale for row, _ in lines.rows))
    return [Words(x=right, y=y, text=block.aside, align="right") for block, y in lines.heads if block.aside]


def _data(blocks: list[RowBlock], scale: float) -> tuple[tuple[str, tuple[float | str, ...]], ...]:
    asides = tuple(block.aside for block in blocks for _ in block.rows)
    return (*rows_data(blocks, scale), ("test", asides))


def _notes(
    cast: Cast, estimates: list[Estimate], blocks: list[RowBlock], results: Results, scale: float
) -> list[str]:
    notes = [*cast.sentences(results.draft), *recipe(estimates)]
    notes.append(intervals(estimates, cast.labels, "Bars"))
    for member, block in zip((m for m in cast.members if _has_rows(m)), blocks, strict=True):
        parts = [
            f"{e.group}, {printed(e.coef * scale)} (standard error {printed(e.se * scale)}, {p_value(e.p)})"
            for e in member.estimates
            if e.kind == DIFFERENCE
        ]
        if parts:
            notes.append(f"Differences by {block.title}: {'; '.join(parts)}.")
    differences = [e for m in cast.members for e in m.estimates if e.kind == DIFFERENCE]
    if differences:
        notes.append(of_differences(differences))
    if any(row.hollow for block in blocks for row in block.rows):
        notes.append(
            "Hollow markers are effects by quarter of a continuous moderator, from the nuisances of the "
            "whole sample."
        )
    return [*notes, *scaled(scale)]


def _has_rows(member: Member) -> bool:
    return bool(member.of_kind(GATE)) or any(e.kind == GROUP for e in member.estimates)

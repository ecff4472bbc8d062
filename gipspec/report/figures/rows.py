"""Estimates a line each, below headings: what coefficient plots and plots of groups have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gipspec.engine.results import Estimate
from gipspec.report.figures.figure import Axis, Floats, Points
from gipspec.report.figures.wrapped import width_of, wrapped

WIDEST = 34  # letters of a label in one line
GAP = 0.5  # lines between blocks
LINE = 0.19  # inches
TALLEST = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line: its label, and an estimate with its interval. `style` and `hollow` are those of its marker."""

    model: str
    name: str
    label: str
    coef: float
    se: float
    low: float
    high: float
    p: float
    n: float
    style: int = 0
    hollow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBlock:
    """Rows below a heading, which may be empty; `aside` stands at the right of the heading."""

    title: str
    rows: tuple[Row, ...]
    aside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where rows and headings stand, from 0 downwards; `lines` counts those of text."""

    rows: tuple[tuple[Row, float], ...]
    heads: tuple[tuple[RowBlock, float], ...]
    bottom: float
    lines: int

    def axis(self) -> Axis:
        """Return the axis with a tick for each row and heading."""
        ticks = [(y, wrapped(row.label, WIDEST, most=2)) for row, y in self.rows]
        heads = [(y, wrapped(block.title, WIDEST, most=2)) for block, y in self.heads]
        return Axis(
            low=self.bottom - 0.6,
            high=0.6,
            ticks=tuple(sorted((*ticks, *heads), reverse=True)),
            heads=tuple(y for y, _ in heads),
        )

    def points(self, scale: float, labels: Sequence[str] = ()) -> list[Points]:
        """Return a mark for each look of the rows, called by `labels` in order of style."""
        found: list[Points] = []
        for style, hollow in sorted({(r.style, r.hollow) for r, _ in self.rows}):
            here = [(r, y) for r, y in self.rows if (r.style, r.hollow) == (style, hollow)]
            found.append(
                Points(
                    x=_of([r.coef for r, _ in here], scale),
                    y=tuple(y for _, y in here),
                    low=_of([r.low for r, _ in here], scale),
                    high=_of([r.high for r, _ in here], scale),
                    upright=False,
                    style=style,
                    hollow=hollow,
                    label=labels[style] if style < len(labels) else "",
                )
            )
        return found

    @property
    def height(self) -> float:
        """The height in inches that the lines need, with their axis."""
        return min(TALLEST, 0.75 + LINE * max(self.lines, 3))

    @property
    def widest(self) -> int:
        """The width of the widest line of a label, in letters."""
        texts = [text for _, text in self.axis().ticks or ()]
        return max((width_of(line) for text in texts for line in text.split("\n")), default=0)


def _of(values: list[float], scale: float) -> Floats:
    return tuple(v * scale for v in values)


def row_of(e: Estimate, label: str, style: int = 0, *, hollow: bool = False) -> Row:
    return Row(
        model=e.model_name,
        name=e.name,
        label=label,
        coef=e.coef,
        se=e.se,
        low=e.ci[0],
        high=e.ci[1],
        p=e.p,
        n=float(e.n),
        style=style,
        hollow=hollow,
    )


def lay_lines(blocks: Sequence[RowBlock]) -> Lines:
    """Stand the rows of blocks below each other."""
    y, lines = 0.0, 0
    rows: list[tuple[Row, float]] = []
    heads: list[tuple[RowBlock, float]] = []
    for at, block in enumerate(blocks):
        y -= GAP if at else 0.0
        if block.title:
            heads.append((block, y))
            y -= 1.0
            lines += 1
        for row in block.rows:
            extra = wrapped(row.label, WIDEST, most=2).count("\n") * 0.8
            rows.append((row, y - extra / 2))
            y -= 1.0 + extra
            lines += 1 + round(extra)
    return Lines(rows=tuple(rows), heads=tuple(heads), bottom=y + 1.0, lines=lines + len(blocks) // 2)


def rows_data(blocks: Sequence[RowBlock], scale: float) -> tuple[tuple[str, tuple[float | str, ...]], ...]:
    """Return the table behind the rows."""
    rows = [(block.title, row) for block in blocks for row in block.rows]
    return (
        ("model", tuple(r.model for _, r in rows)),
        ("estimate", tuple(r.name for _, r in rows)),
        ("heading", tuple(title for title, _ in rows)),
        ("label", tuple(r.label for _, r in rows)),
        ("coef", tuple(r.coef * scale for _, r in rows)),
        ("se", tuple(r.se * scale for _, r in rows)),
        ("low", tuple(r.low * scale for _, r in rows)),
        ("high", tuple(r.high * scale for _, r in rows)),
        ("p", tuple(r.p for _, r in rows)),
        ("n", tuple(r.n for _, r in rows)),
    )

"""From a table request to its columns: which estimates stand in each, and what sets them apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import Contrast, Study, TableRequest
from gipspec.recipe.found import ON_REQUEST
from gipspec.report.cells import EMPTY, Cell, Math, Text
from gipspec.report.decimals import percent
from gipspec.report.options import TableOptions

DIFFERENCE, GROUP = "difference", "group"
MOST_COLUMNS = 9  # of groups side by side
ALL_ROWS = "all rows"
LONGEST_LABEL = 40

Pairs = tuple[tuple[str, Estimate], ...]  # (term, estimate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A model, a group of one, or a contrast: its number in the table and its estimates, one a term."""

    number: int
    member: str
    estimates: Pairs
    contrast: Contrast | None = None
    minus: tuple[int, int] | None = None  # of a difference of two groups: their columns

    @property
    def first(self) -> Estimate:
        return self.estimates[0][1]

    def of(self, term: str) -> Estimate | None:
        return dict(self.estimates).get(term)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPanel:
    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a table, numbered through all panels, and the members without results."""

    panels: tuple[ColumnPanel, ...]
    omitted: tuple[str, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(c for p in self.panels for c in p.columns)


def lay_out(request: TableRequest, results: Results, study: Study, options: TableOptions) -> Layout:
    """Find the estimates of each member, of the terms that `keep=` and `drop=` leave in."""
    contrasts = {c.name: c for c in study.contrasts}
    panels: list[ColumnPanel] = []
    omitted: list[str] = []
    number = 0
    for panel in request.panels:
        columns: list[Column] = []
        for member in panel.members:
            estimates = _estimates(member, results, contrasts.get(member), options)
            if not estimates:
                omitted += [] if (options.keep or options.drop) and results.of_model(member) else [member]
                continue
            for group in _by_group(estimates):
                number += 1
                columns.append(
                    Column(number=number, member=member, estimates=group, contrast=contrasts.get(member))
                )
        panels += _stacked(panel.title, _with_sides(columns))
    return Layout(panels=tuple(panels), omitted=tuple(dict.fromkeys(omitted)))


def _estimates(member: str, results: Results, contrast: Contrast | None, options: TableOptions) -> Pairs:
    found = results.of_model(member) or tuple(e for e in results if e.name == member)
    pairs = tuple((_term(e, results, contrast), e) for e in found)
    return tuple(
        (term, e) for term, e in pairs if options.shows(term) and (options.keep or e.kind not in ON_REQUEST)
    )


def _by_group(estimates: Pairs) -> list[Pairs]:
    """A model with groups takes a column for each, and for each difference of two."""
    names = dict.fromkeys(e.group for _, e in estimates)
    return [tuple(pair for pair in estimates if pair[1].group == name) for name in names]


def _with_sides(columns: Sequence[Column]) -> list[Column]:
    """Tell the differences of groups which columns they compare: those of the group and of the first."""
    found: list[Column] = []
    for column in columns:
        groups = [c for c in found if c.member == column.member and c.first.kind == GROUP]
        if column.first.kind == DIFFERENCE and column.contrast is None and groups:
            key = column.first.key.removeprefix(DIFFERENCE).removeprefix(".")
            side = next((c for c in groups if c.first.key == key), groups[-1])
            column = replace(column, minus=(side.number, groups[0].number))
        found.append(column)
    return found


def _stacked(title: str, columns: Sequence[Column]) -> list[ColumnPanel]:
    """Break a panel that groups make too wide into several, between its members where that can be."""
    if len(columns) <= MOST_COLUMNS or not any(c.minus for c in columns):
        return [ColumnPanel(title=title, columns=tuple(columns))] if columns else []
    rows: list[list[Column]] = [[]]
    for _, members in groupby(columns, key=lambda c: c.member):
        together = list(members)
        if rows[-1] and len(rows[-1]) + len(together) > MOST_COLUMNS:
            rows.append([])
        while len(rows[-1]) + len(together) > MOST_COLUMNS:
            room = MOST_COLUMNS - len(rows[-1])
            rows[-1] += together[:room]
            together = together[room:]
            rows.append([])
        rows[-1] += together
    return [ColumnPanel(title="" if i else title, columns=tuple(row)) for i, row in enumerate(rows) if row]


def _term(estimate: Estimate, results: Results, contrast: Contrast | None) -> str:
    """A difference of two effects of one treatment stands in the row of that treatment."""
    if contrast is not None:
        terms = {term for side in (contrast.left, contrast.right) if (term := _term_of(side, results))}
        if len(terms) == 1:
            return terms.pop()
    return estimate.term


def _term_of(side: str, results: Results) -> str:
    for e in results:
        if side in (e.name, e.model_name):
            return e.term
    return ""


def is_difference(column: Column) -> bool:
    return column.contrast is not None or DIFFERENCE in (column.first.model, column.first.kind)


def sample_of(e: Estimate) -> str:
    """Return the sample's name or condition, empty for all rows."""
    return "" if e.sample == ALL_ROWS else e.sample


def column_labels(columns: tuple[Column, ...], layout: Layout, labels: Mapping[str, str]) -> tuple[Cell, ...]:
    """Return what sets each column of a panel apart from its neighbours, empty where nothing needs saying."""
    samples = {sample_of(c.first) for c in layout.columns}
    winsors = {c.first.winsor for c in layout.columns}
    found: list[Cell] = []
    for column in columns:
        if column.contrast is not None:
            found.append(_difference_label(column.contrast, layout))
            continue
        e = column.first
        if e.group:
            found.append(_minus(*column.minus) if column.minus else Text(text=e.group))
            continue
        parts = [variant_label(e.choice or e.variant, e, labels)] if e.variant and not e.moderator else []
        if not parts:
            parts += _mediators(column)
        if not parts and len(samples) > 1 and sample_of(e):
            parts.append(labels.get(e.sample, e.sample))
        if not parts and len(winsors) > 1 and e.winsor > 0:
            parts.append(f"Winsor {percent(e.winsor)}")
        text = ", ".join(part for part in parts if part != e.outcome_label)  # it stands above already
        found.append(Text(text=text) if text and len(text) <= LONGEST_LABEL else EMPTY)
    return tuple(found)


def _mediators(column: Column) -> list[str]:
    """Name what an effect passes through, which the rows of a mechanism do not say."""
    named = [e.outcome_label or e.outcome for _, e in column.estimates if e.kind == "effect on mediator"]
    return [" + ".join(named)] if named else []


def variant_label(variant: str, e: Estimate, labels: Mapping[str, str]) -> str:
    """Say what a bare `1%` or `3` of a fan means, and use labels of variables."""
    if e.winsor > 0 and variant == percent(e.winsor):
        return f"Winsor {variant}"
    if isinstance(e.folds, int) and variant == str(e.folds):
        return f"{variant} folds"
    if variant == str(e.reps):
        return f"{variant} splits"
    pieces = re.split(r"(\s*\+\s*)", variant)
    return "".join(" + " if i % 2 else labels.get(p, p) for i, p in enumerate(pieces))


def _difference_label(contrast: Contrast, layout: Layout) -> Cell:
    sides = [_number_of(side, layout) for side in (contrast.left, contrast.right)]
    if 0 in sides:
        return Text(text="Difference")
    return _minus(*sides)


def _minus(left: int, right: int) -> Cell:
    return Math(latex=f"({left})-({right})", plain=f"({left}) − ({right})")


def _number_of(side: str, layout: Layout) -> int:
    for column in layout.columns:
        if side == column.member or any(side == e.name for _, e in column.estimates):
            return column.number
    return 0

"""From a table request to its columns: which estimates stand in each, and what sets them apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import Contrast, Study, TableRequest
from gipspec.report.cells import EMPTY, Cell, Math, Text
from gipspec.report.decimals import percent

DIFFERENCE = "difference"
ALL_ROWS = "all rows"
LONGEST_LABEL = 40
ON_REQUEST = frozenset({"slope"})  # kinds of estimates that a table shows only where `keep=` names them


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A model or contrast of the table: its number and its estimates, one a term."""

    number: int
    member: str
    estimates: tuple[tuple[str, Estimate], ...]  # (term, estimate)
    contrast: Contrast | None = None

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


def lay_out(request: TableRequest, results: Results, study: Study, keep: tuple[str, ...]) -> Layout:
    """Find the estimates of each member; `keep` names the terms to show, all where it is empty."""
    contrasts = {c.name: c for c in study.contrasts}
    panels: list[ColumnPanel] = []
    omitted: list[str] = []
    number = 0
    for panel in request.panels:
        columns: list[Column] = []
        for member in panel.members:
            estimates = _estimates(member, results, contrasts.get(member), keep)
            if not estimates:
                omitted.append(member)
                continue
            number += 1
            columns.append(
                Column(number=number, member=member, estimates=estimates, contrast=contrasts.get(member))
            )
        if columns:
            panels.append(ColumnPanel(title=panel.title, columns=tuple(columns)))
    return Layout(panels=tuple(panels), omitted=tuple(dict.fromkeys(omitted)))


def _estimates(
    member: str, results: Results, contrast: Contrast | None, keep: tuple[str, ...]
) -> tuple[tuple[str, Estimate], ...]:
    found = results.of_model(member) or tuple(e for e in results if e.name == member)
    pairs = tuple((_term(e, results, contrast), e) for e in found)
    return tuple((term, e) for term, e in pairs if (term in keep if keep else e.kind not in ON_REQUEST))


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
        parts = [_variant_label(e.choice or e.variant, e, labels)] if e.variant else []
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


def _variant_label(variant: str, e: Estimate, labels: Mapping[str, str]) -> str:
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
    left, right = sides
    return Math(latex=f"({left})-({right})", plain=f"({left}) − ({right})")


def _number_of(side: str, layout: Layout) -> int:
    for column in layout.columns:
        if side == column.member or any(side == e.name for _, e in column.estimates):
            return column.number
    return 0

"""The numbers of tables of variables: computed where the data are, so that reports need none."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from gipspec.data import Dataset, evaluate, evaluate_condition, model_data
from gipspec.data.vector import Codes, groups
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.results import VariableTable
from gipspec.estimate import (
    Correlation,
    Gap,
    Summary,
    correlation,
    gap_of_means,
    summarise,
    variance_inflation,
)
from gipspec.estimate.influence import Array
from gipspec.lang.check.moderators import moderator_columns
from gipspec.lang.study import Study, TableRequest
from gipspec.lang.syntax import Name
from gipspec.source import Span

KINDS = ("descriptives", "correlations", "vif")
Statistics = list[tuple[str, str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request with the columns (rows of the sample,) that it shows."""

    request: TableRequest
    dataset: Dataset
    rows: Codes
    columns: dict[str, Array]


def describe_tables(study: Study, dataset: Dataset) -> tuple[tuple[VariableTable, ...], tuple[Problem, ...]]:
    """Return the numbers of each table of variables, and the problems of those that cannot have them.

    Problems are G307 for text, G313 for an empty sample, G521 for a `by=` that has not two values, and
    what is wrong with a column.
    """
    found: list[VariableTable] = []
    problems: list[Problem] = []
    for request in study.tables:
        if request.kind not in KINDS:
            continue
        try:
            found.append(_described(_gathered(request, study, dataset)))
        except GipError as error:
            problems += [p.at(request.span).about(request.name) for p in error.problems]
    return tuple(found), tuple(problems)


def _gathered(request: TableRequest, study: Study, dataset: Dataset) -> _Asked:
    rows = _rows(request, study, dataset)
    names = dict.fromkeys(name for panel in request.panels for name in panel.members)
    columns = {name: _column(name, request.span, dataset)[rows] for name in names}
    return _Asked(request=request, dataset=dataset, rows=rows, columns=columns)


def _rows(request: TableRequest, study: Study, dataset: Dataset) -> Codes:
    """Return the positions of the rows that are described: a sample's, or those that a model uses."""
    rows = np.arange(dataset.n)
    of = str(next(iter(_option(request, "of")), ""))
    if of:
        model = next(m for m in study.models if of in (m.name, m.family))
        settings = model.settings
        rows = model_data(
            dataset,
            model.outcome,
            model.treatments,
            model.controls,
            settings,
            extra=(*settings.iv, *settings.via),
            needed=() if settings.het is None else moderator_columns(settings.het),
        ).rows
    if request.sample is not None:
        rows = rows[evaluate_condition(request.sample.condition, dataset)[rows]]
    if not len(rows):
        remedy = "look at the values of its columns: the condition is false in every row"
        raise GipError(problem("G313", request.span, name=f"of `{request.name}`", remedy=remedy))
    return rows


def _option(request: TableRequest, name: str) -> tuple[object, ...]:
    value = dict(request.options).get(name, ())
    return value if isinstance(value, tuple) else (value,)


def _column(name: str, span: Span, dataset: Dataset) -> Array:
    vector = evaluate(Name(text=name, span=span), dataset)
    if vector.is_text:
        remedy = f"describe `is_{name} = {name} == ...`, a `let` of its own, or leave it away"
        raise GipError(problem("G307", span, name=name, remedy=remedy))
    return np.asarray(vector.values, dtype=np.float64)


def _described(asked: _Asked) -> VariableTable:
    request, by = asked.request, str(next(iter(_option(asked.request, "by")), ""))
    arms: tuple[str, ...] = ()
    cluster, clusters = "", 0
    match request.kind:
        case "descriptives" if by:
            statistics, arms, clusters = _by_arm(asked, by)
            cluster = asked.dataset.panel.unit if asked.dataset.panel else ""
        case "descriptives":
            statistics = [
                (name, *pair) for name, x in asked.columns.items() for pair in _summary(summarise(x))
            ]
        case "correlations":
            statistics = _correlations(asked.columns)
        case _:
            inflation = variance_inflation(np.column_stack(list(asked.columns.values())))
            statistics = [
                (name, "vif", value) for name, value in zip(asked.columns, inflation.tolist(), strict=True)
            ]
    return VariableTable(
        table=request.name,
        kind=request.kind,
        statistics=tuple(statistics),
        rows=len(asked.rows),
        by=by,
        arms=arms,
        cluster=cluster,
        clusters=clusters,
    )


def _summary(found: Summary | Correlation, before: str = "") -> list[tuple[str, float]]:
    return [(f"{before}{f.name}", float(getattr(found, f.name))) for f in fields(found)]


def _correlations(columns: dict[str, Array]) -> Statistics:
    """Return each pair once, with the variable that comes later."""
    names = list(columns)
    counts = [(name, "n", float((~np.isnan(x)).sum())) for name, x in columns.items()]
    return counts + [
        (name, f"{f.name}.{other}", float(getattr(found, f.name)))
        for i, name in enumerate(names)
        for other in names[:i]
        for found in (correlation(columns[name], columns[other]),)
        for f in fields(found)
    ]


def _by_arm(asked: _Asked, by: str) -> tuple[Statistics, tuple[str, ...], int]:
    vector = evaluate(Name(text=by, span=asked.request.span), asked.dataset)
    found = groups(replace(vector, values=vector.values[asked.rows]))
    if len(found.names) != 2:
        raise GipError(problem("G521", asked.request.span, name=by, count=len(found.names)))
    arm = np.where(found.codes < 0, np.nan, found.codes.astype(np.float64))
    clusters = asked.dataset.unit[asked.rows] if asked.dataset.panel else None
    statistics: Statistics = []
    for name, x in asked.columns.items():
        for level in (0, 1):
            statistics += [(name, *pair) for pair in _summary(summarise(x[arm == level]), f"{level}.")]
        gap = (
            gap_of_means(x, arm, clusters)
            if name != by
            else Gap(difference=math.nan, se=math.nan, p=math.nan)
        )
        statistics += [
            (name, "difference", gap.difference),
            (name, "difference.se", gap.se),
            (name, "difference.p", gap.p),
        ]
    count = 0 if clusters is None else len(np.unique(clusters))
    return statistics, found.names, count

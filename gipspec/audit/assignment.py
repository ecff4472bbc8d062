"""What a treatment is assigned to: units, or groups of them that a column tells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gipspec.audit.names import names_of
from gipspec.data import Dataset, evaluate, evaluate_condition
from gipspec.data.columns import Numbers
from gipspec.data.vector import Codes, Flags, missing
from gipspec.diagnostics import GipError
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Sample, Study
from gipspec.lang.syntax import Expr

CHANCE = 0.01  # that units which are treated one by one agree within all groups of a column
MOST_CELLS = 10_000_000  # groups by periods


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a sample, the unit and period of each, and the `groups` of units (units,) that columns tell."""

    rows: Flags
    unit: Codes
    time: Codes
    periods: int
    groups: Mapping[str, Codes]


class Assignment:
    """Finds the groups of units that treatments of a study are assigned to; each is looked for once."""

    def __init__(self, study: Study, dataset: Dataset) -> None:
        self._study, self._dataset = study, dataset
        self._rows: dict[Sample | None, _Rows | None] = {}
        self._found: dict[tuple[str, Sample | None], list[str]] = {}

    def whole_units(self, model: Model) -> bool:
        """Tell whether a dimension of the clusters of a model holds all rows of a unit."""
        at = self._at(model.settings.sample)
        return at is None or any(name in at.groups for name in model.settings.cluster)

    def coarser(self, model: Model) -> Iterator[tuple[str, str, int]]:
        """Yield each treatment with the column it is assigned by and the number of its groups, where no
        dimension of the clusters holds whole groups.
        """
        at = self._at(model.settings.sample)
        if at is None:
            return
        for treatment in model.treatments:
            for name in self._assigned(treatment, model.settings.sample, at):
                codes = at.groups[name]
                clusters = [at.groups[c] for c in model.settings.cluster if c in at.groups]
                if not any(_within(codes, c) for c in clusters):
                    yield print_expr(treatment), name, int(codes.max()) + 1
                    break

    def _at(self, sample: Sample | None) -> _Rows | None:
        if sample not in self._rows:
            try:
                self._rows[sample] = _rows_of(self._dataset, sample)
            except GipError:
                self._rows[sample] = None
        return self._rows[sample]

    def _assigned(self, treatment: Expr, sample: Sample | None, at: _Rows) -> list[str]:
        """Return the columns that a treatment is assigned by, the coarsest first."""
        key = (print_expr(treatment), sample)
        if key not in self._found:
            made = self._made_of(treatment)
            values = self._values(treatment)
            candidates = sorted((int(c.max()), n) for n, c in at.groups.items() if n not in made)
            self._found[key] = [n for _, n in candidates if values is not None and _assigns(values, at, n)]
        return self._found[key]

    def _values(self, treatment: Expr) -> Numbers | None:
        try:
            vector = evaluate(treatment, self._dataset)
        except GipError:
            return None
        return None if vector.is_text else vector.values.astype(np.float64)

    def _made_of(self, treatment: Expr) -> set[str]:
        """Return the derived columns that are made of what the treatment is made of."""
        parts = set(names_of(self._study, treatment))
        return {let.name for let in self._study.lets if parts & set(names_of(self._study, let.value))}


def _rows_of(dataset: Dataset, sample: Sample | None) -> _Rows | None:
    everything = np.ones(dataset.n, dtype=bool)
    rows = everything if sample is None else evaluate_condition(sample.condition, dataset)
    if not rows.any():
        return None
    _, first, unit = np.unique(dataset.unit[rows], return_index=True, return_inverse=True)
    same = unit[1:] == unit[:-1]  # rows of a unit stand together
    groups = {}
    for name, column in dataset.columns.items():
        values = column.values[rows]
        if (same & (values[1:] != values[:-1])).any() or missing(values[first]).any():
            continue
        one = values[first]
        groups[name] = np.unique(one.astype(str) if column.is_text else one, return_inverse=True)[1]
    return _Rows(rows, unit, dataset.time[rows], len(dataset.time_values), groups)


def _assigns(treatment: Numbers, at: _Rows, name: str) -> bool:
    """Tell whether units of a group share the path of a treatment, and some groups do, but not by chance."""
    codes = at.groups[name]
    sizes = np.bincount(codes)
    d = treatment[at.rows]
    seen = ~np.isnan(d)
    if len(sizes) == len(codes) or len(sizes) * at.periods > MOST_CELLS or not seen.any():
        return False
    cell = (codes[at.unit] * at.periods + at.time)[seen]
    paths = np.full(len(sizes) * at.periods, np.nan)
    paths[cell] = d[seen]
    if (paths[cell] != d[seen]).any():
        return False
    _, path = np.unique(_filled(paths.reshape(len(sizes), -1)), axis=0, return_inverse=True)
    path = path.reshape(-1)
    share = np.bincount(path, weights=sizes) / len(codes)
    by_chance = float(((sizes - 1) * np.log(share[path])).sum())
    return bool(np.bincount(path).max() > 1) and by_chance < math.log(CHANCE)


def _filled(paths: Numbers) -> Numbers:
    """Carry the values of paths (groups, periods) over gaps, forwards and then backwards."""
    last = paths.shape[1] - 1
    onwards = [(t, t - 1) for t in range(1, last + 1)]
    for here, there in (*onwards, *((t, t + 1) for t in reversed(range(last)))):
        gap = np.isnan(paths[:, here])
        paths[gap, here] = paths[gap, there]
    return paths


def _within(groups: Codes, clusters: Codes) -> bool:
    """Tell whether each group of units (units,) lies in one cluster."""
    of_group = np.zeros(int(groups.max()) + 1, dtype=np.int64)
    of_group[groups] = clusters
    return bool((of_group[groups] == clusters).all())

"""A staggered design on the rows of a model: tables by unit and period, and the cells that are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from gipspec.data import Dataset, evaluate
from gipspec.data.vector import number_text
from gipspec.diagnostics import GipError, problem
from gipspec.estimate import Clusters
from gipspec.estimate.did import Adoption, Cells, adoption, find_cells, to_wide
from gipspec.lang.study import Model, Panel
from gipspec.learn import fold_map
from gipspec.recipe.checks import check_binary
from gipspec.recipe.piece import Piece, gather
from gipspec.recipe.work import Array, Codes, Flags


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staggered:
    """A model's data by unit and period.

    `unit` (U,) are the data set's codes of the model's units. `periods` (T,) are positions on the data set's
    grid of periods, so that event time counts periods, as `lag` does; `period_names` name all of that grid.
    `y` (U, T) and `x` (U, T, p) are nan where a unit has no row. `hidden` (U,) flags units that may have
    adopted before their first treated row; they are left out. `folds` (U,) are codes of a fold column, None
    where folds are drawn.
    """

    piece: Piece
    unit: Codes
    periods: Codes
    period_names: tuple[str, ...]
    y: Array
    x: Array
    hidden: Flags
    cells: Cells
    folds: Codes | None
    clusters: Clusters

    @property
    def observed(self) -> Flags:
        """Flag the rows (U, T) that may be compared."""
        return ~np.isnan(self.y) & ~self.hidden[:, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a design rests on: the rows, units and clusters of the cells that are reported."""

    rows: int
    units: int
    clusters: int


def stagger(model: Model, dataset: Dataset, panel: Panel, only: Flags | None = None) -> Staggered:
    """Lay out a model's rows by unit and period, and find the cells of its design.

    Adoption is read off all rows of the data set that have a treatment: a sample that ends before a unit
    adopts does not make it one that never does. Raises GipError: G415 unless the treatment is 0 and 1, G460
    where it ends again, G208 for clusters within units, and what `gather` raises.
    """
    settings = model.settings
    piece = gather(replace(model, settings=replace(settings, fe=())), dataset, None, only=only)
    check_binary(piece, model.treatments[0], piece.data.d[:, 0], "a treatment")
    data = piece.data
    unit, at = np.unique(data.unit, return_inverse=True)
    periods, column = np.unique(data.time, return_inverse=True)
    shape = (len(unit), len(periods))
    y, d = (to_wide(values, at, column, shape) for values in (data.y, data.d[:, 0]))
    x = np.full((*shape, data.x.shape[1]), np.nan)
    x[at, column] = data.x
    adopted = _adoption(model, dataset)
    cohort, hidden = adopted.cohort[unit], np.isin(unit, adopted.uncertain)
    _check_absorbing(piece, dataset, unit, (d == 0) & (periods > cohort[:, None]))
    folds = None if data.folds is None else _of_units(data.folds, at)
    return Staggered(
        piece=piece,
        unit=unit,
        periods=periods,
        period_names=tuple(t if isinstance(t, str) else number_text(t) for t in dataset.time_values),
        y=y,
        x=x,
        hidden=hidden,
        cells=find_cells(
            cohort,
            periods,
            ~np.isnan(y) & ~hidden[:, None],
            control="never" if settings.control == "never" else "notyet",
            anticipation=settings.anticipation,
            folds=_maps(model, len(dataset.unit_names), unit) if folds is None else [folds],
        ),
        folds=folds,
        clusters=_clusters(piece, dataset, unit, at, panel),
    )


def in_window(design: Staggered, event: int) -> bool:
    """Tell whether an event time is to be reported; without `event=` all are."""
    window = design.piece.model.settings.event
    return window is None or window[0] <= event <= window[1]


def reported(design: Staggered) -> tuple[int, ...]:
    """Return the positions of the cells within the window."""
    return tuple(k for k, cell in enumerate(design.cells.cells) if in_window(design, cell.event))


def size_of(design: Staggered) -> Size:
    """Count the rows, units and clusters of the cells that are reported."""
    used = np.zeros(design.y.shape, dtype=bool)
    for k in reported(design):
        cell = design.cells.cells[k]
        used[np.ix_(cell.units, np.searchsorted(design.periods, [cell.base, cell.period]))] = True
    units = used.any(axis=1)
    clusters = min(int(np.unique(codes[units]).size) for codes in design.clusters.codes)
    return Size(rows=int(used.sum()), units=int(units.sum()), clusters=clusters)


def period_key(name: str) -> str:
    """Make the name of a period part of an address: `2010`, `2010q1`."""
    return re.sub(r"[^\w]+", "_", name).strip("_").lower() or "_"


def _adoption(model: Model, dataset: Dataset) -> Adoption:
    """Read adoption off all rows with a treatment, of every unit of the data set."""
    values = np.asarray(evaluate(model.treatments[0], dataset).values, dtype=np.float64)
    shape = (len(dataset.unit_names), len(dataset.time_values))
    return adoption(to_wide(values, dataset.unit, dataset.time, shape), np.arange(shape[1]))


def _check_absorbing(piece: Piece, dataset: Dataset, unit: Codes, ended: Flags) -> None:
    """Refuse units with an untreated row after their adoption, flagged in `ended` (U, T)."""
    wrong = ended.any(axis=1)
    if wrong.any():
        count, first = int(wrong.sum()), dataset.unit_names[int(unit[np.argmax(wrong)])]
        units = f"{count} {'unit' if count == 1 else 'units'}, first {first}"
        span = piece.model.treatments[0].span
        raise GipError(problem("G460", span, name=piece.treatments[0], units=units))


def _maps(model: Model, n_units: int, unit: Codes) -> list[Codes]:
    """Return the folds (U,) of every repetition."""
    settings = model.settings
    if isinstance(settings.folds, str):
        raise TypeError("a column of folds was asked for, and the model has none")
    return [fold_map(n_units, settings.folds, settings.seed, rep)[unit] for rep in range(settings.reps)]


def _of_units(codes: Codes, at: Codes) -> Codes:
    """Return the code (U,) of each unit from those of rows (n,), `at` (n,) being the rows' units."""
    found = np.empty(int(at.max()) + 1, dtype=np.int64)
    found[at] = codes
    return found


def _clusters(piece: Piece, dataset: Dataset, unit: Codes, at: Codes, panel: Panel) -> Clusters:
    """Return the clusters that units lie in, by default themselves. Raises GipError G208."""
    found: list[tuple[str, tuple[str, ...], Codes]] = []
    for name, names, codes in piece.data.clusters:
        of_unit = _of_units(codes, at)
        if np.any(of_unit[at] != codes):
            remedy = f"use `cluster={panel.unit}`, or a column that is constant within units"
            raise GipError(problem("G208", option=f"cluster={name}", what="`model=did`", remedy=remedy))
        found.append((name, names, of_unit))
    if not found:
        own = tuple(dataset.unit_names[u] for u in unit.tolist())
        found = [(panel.unit, own, np.arange(len(unit), dtype=np.int64))]
    return Clusters(
        dimensions=tuple(name for name, _, _ in found),
        names=tuple(names for _, names, _ in found),
        codes=tuple(codes for _, _, codes in found),
    )

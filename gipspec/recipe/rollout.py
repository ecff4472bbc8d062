"""The roll-out of a treatment of 0 and 1 over the units of a panel, from the data alone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gipspec.data import Dataset, evaluate
from gipspec.data.vector import number_text
from gipspec.diagnostics import GipError
from gipspec.estimate.did import to_wide
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model
from gipspec.lang.syntax import Expr
from gipspec.learn.task import is_binary
from gipspec.recipe.found import Series
from gipspec.recipe.piece import term_name
from gipspec.recipe.work import Array, Codes

ROLLOUT, PATHS = "rollout", "paths"
MOST_CELLS = 6000  # of the paths
MOST_GRID = 5_000_000  # units times periods: a roll-out is no reason to wait
FEWEST_ROWS, MOST_ROWS = 20, 100


def rollouts(models: Iterable[Model], dataset: Dataset) -> tuple[Series, ...]:
    """Return the series of every treatment of 0 and 1 of the models, on all rows, whatever a model's sample.

    There are none without a panel of two periods, nor for one of more than five million units times periods.
    """
    units, periods = len(dataset.unit_names), len(dataset.time_values)
    if dataset.panel is None or periods < 2 or units * periods > MOST_GRID:
        return ()
    treatments = {term_name(print_expr(t)): t for model in models for t in model.treatments}
    names = tuple(t if isinstance(t, str) else number_text(t) for t in dataset.time_values)
    found: list[Series] = []
    for treatment, expr in treatments.items():
        d = _on_grid(expr, dataset)
        if d is not None:
            found += [rollout_series(treatment, d, names), path_series(treatment, d, names)]
    return tuple(found)


def _on_grid(expr: Expr, dataset: Dataset) -> Array | None:
    """Return a treatment (U, T), nan where it is not known; None unless it is 0 and 1."""
    try:
        vector = evaluate(expr, dataset)
    except GipError:  # the model that needs it says so
        return None
    if vector.is_text:
        return None
    values = np.asarray(vector.values, dtype=np.float64)
    if not is_binary(values[~np.isnan(values)]):
        return None
    shape = (len(dataset.unit_names), len(dataset.time_values))
    return to_wide(values, dataset.unit, dataset.time, shape)


def rollout_series(name: str, d: Array, periods: tuple[str, ...]) -> Series:
    """Count, by period, the units with a treatment `d` (U, T) that is known, those treated, and changes.

    `adopting` counts the units treated for the first time, `ending` those treated in the row that they have
    before and untreated in this one.
    """
    seen = ~np.isnan(d)
    ever = (d == 1).any(axis=1)
    adopting = np.bincount((d == 1).argmax(axis=1)[ever], minlength=d.shape[1])
    last, ending = np.zeros(len(d)), []
    for column, here in zip(d.T, seen.T, strict=True):
        ending.append(float(np.sum((last == 1) & (column == 0))))
        last = np.where(here, column, last)
    columns = (
        ("period", periods),
        ("seen", tuple(seen.sum(axis=0).astype(float).tolist())),
        ("treated", tuple((d == 1).sum(axis=0).astype(float).tolist())),
        ("adopting", tuple(adopting.astype(float).tolist())),
        ("ending", tuple(ending)),
    )
    return Series(key=f"{name}.{ROLLOUT}", kind=ROLLOUT, columns=columns)


def path_series(name: str, d: Array, periods: tuple[str, ...]) -> Series:
    """Return the paths of a treatment `d` (U, T) in order of adoption, a row for units with the same one.

    Columns are the number of `units`, and the share of them that is treated in each period (`t.2010`), nan
    where none is seen. Where paths are many, neighbours are put together.
    """
    ordered = d[_order(d)]
    same = np.all((ordered[1:] == ordered[:-1]) | (np.isnan(ordered[1:]) & np.isnan(ordered[:-1])), axis=1)
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    most = max(FEWEST_ROWS, min(MOST_ROWS, MOST_CELLS // d.shape[1]))
    if len(starts) > most:
        starts = np.linspace(0, len(ordered), most, endpoint=False).astype(int)
    parts = np.split(ordered, starts[1:])
    shares = np.stack([_share(part) for part in parts])
    columns = (
        ("units", tuple(float(len(part)) for part in parts)),
        *((f"t.{period}", tuple(shares[:, t].tolist())) for t, period in enumerate(periods)),
    )
    return Series(key=f"{name}.{PATHS}", kind=PATHS, columns=columns)


def _order(d: Array) -> Codes:
    """Order units by the period of adoption, the never treated last, and then by their whole paths."""
    first = np.where((d == 1).any(axis=1), (d == 1).argmax(axis=1), d.shape[1])
    ranks = np.nan_to_num(d, nan=2.0)
    return np.lexsort((*(-ranks).T[::-1], first))


def _share(part: Array) -> Array:
    seen = (~np.isnan(part)).sum(axis=0)
    return np.where(seen > 0, np.nansum(part, axis=0) / np.maximum(seen, 1), np.nan)

"""Series that show what a staggered design rests on: the overlap of its cells, and the balance in them."""

from __future__ import annotations

import numpy as np

from gipspec.estimate import mean_difference, score_weights, squares_within
from gipspec.estimate.did import Cell
from gipspec.recipe.cell_nuisances import CellNuisances, predicted
from gipspec.recipe.found import Series
from gipspec.recipe.staggered import Staggered, reported
from gipspec.recipe.support import Differences, Propensity, balance_series, overlap_series
from gipspec.recipe.work import Array, Fits

ARMS = ("compared", "adopting")


def cell_series(design: Staggered, asked: CellNuisances, fits: Fits) -> tuple[Series, ...]:
    """Put the cells that are reported together: a unit counts in each cell that it is in.

    Only a large propensity of adopting is trimmed; a small one means little weight. The controls are those
    of the base period. Differences are means over cells, which count by their adopting units, in units of
    √((s₁² + s₀²)/2), the variances being those within the arms of cells, over all cells.
    """
    piece, at = design.piece, reported(design)
    cells = [design.cells.cells[k] for k in at]
    m_hats = [[predicted(rep, asked.treatment[k]) for rep in fits] for k in at]
    one = Propensity(
        of=piece.treatments[0],
        d=np.concatenate([cell.treated for cell in cells]).astype(np.float64),
        m_hat=np.concatenate([np.stack(m) for m in m_hats], axis=1),
        low=np.nan,
        high=1 - piece.model.settings.trim,
        arms=ARMS,
    )
    overlap = overlap_series([one])
    if not piece.data.x_names:
        return overlap
    parts = [_differences(design, cell, m) for cell, m in zip(cells, m_hats, strict=True)]
    before, after, squares = (np.stack(values) for values in zip(*parts, strict=True))
    size = [int(cell.treated.sum()) for cell in cells]
    scale = _deviation(squares.sum(axis=0), cells)
    balance = Differences(
        of=one.of,
        before=np.average(before, axis=0, weights=size) / scale,
        effects=np.full(len(scale), np.nan),
        after=np.average(after, axis=0, weights=size) / scale,
    )
    return (*overlap, *balance_series(piece.data.x_names, [balance]))


def _differences(design: Staggered, cell: Cell, m_hats: list[Array]) -> tuple[Array, Array, Array]:
    """Return a cell's differences of means (p,), unweighted and weighted, and squares (2, p) in its arms."""
    x = design.x[cell.units, int(np.searchsorted(design.periods, cell.base))]
    d, trim = cell.treated.astype(np.float64), design.piece.model.settings.trim
    after = [mean_difference(x, d, score_weights(d, m, trim=trim, target="att")) for m in m_hats]
    squares = np.stack([squares_within(x[d == level]) for level in (0, 1)])
    return mean_difference(x, d), np.mean(after, axis=0), squares


def _deviation(squares: Array, cells: list[Cell]) -> Array:
    """Return the deviation (p,) within arms from squares (2, p); nan where an arm never has two units.

    An arm of one unit has no squares, and counts for none: it does not pass for one without variation.
    """
    free = np.array([sum(int((cell.treated == level).sum()) - 1 for cell in cells) for level in (0, 1)])
    if not free.all():
        return np.full(squares.shape[1], np.nan)
    deviation = np.sqrt(np.mean(squares / free[:, None], axis=0))
    return np.where(deviation > 0, deviation, np.nan)

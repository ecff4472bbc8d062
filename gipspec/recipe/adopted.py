"""What a model's rows say of the adoption of its treatments."""

from __future__ import annotations

import numpy as np

from gipspec.estimate.did import NEVER, adoption, to_wide
from gipspec.learn.task import is_binary
from gipspec.recipe.piece import Piece
from gipspec.recipe.work import Array

PERIODS, BY_INSTRUMENT = "adoption.periods", "adoption.instrument.periods"
Measures = tuple[tuple[str, float], ...]


def adoption_measure(piece: Piece, at: int = 0) -> Measures:
    """Return the number of periods in which units adopt the treatment at this position, as a measure.

    Nothing for a treatment that is not 0 and 1, or that ends again. Units that may have adopted before their
    first treated row are not counted.
    """
    return _measure(PERIODS, piece, piece.data.d[:, at])


def instrument_measure(piece: Piece) -> Measures:
    """Return the same of the instrument, where a model has one alone."""
    return _measure(BY_INSTRUMENT, piece, piece.data.extra[:, 0]) if piece.data.extra.shape[1] == 1 else ()


def _measure(name: str, piece: Piece, values: Array) -> Measures:
    if not is_binary(values):
        return ()
    unit, rows = np.unique(piece.data.unit, return_inverse=True)
    periods, columns = np.unique(piece.data.time, return_inverse=True)
    found = adoption(to_wide(values, rows, columns, (len(unit), len(periods))), periods)
    if len(found.reverting):
        return ()
    known = np.delete(found.cohort, found.uncertain)
    return ((name, float(np.unique(known[known != NEVER]).size)),)

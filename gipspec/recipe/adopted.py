"""What a model's rows say of the adoption of its treatments."""

from __future__ import annotations

import numpy as np

from gipspec.estimate.did import NEVER, adoption, to_wide
from gipspec.learn.task import is_binary
from gipspec.recipe.piece import Piece

PERIODS = "adoption.periods"


def adoption_measure(piece: Piece, at: int = 0) -> tuple[tuple[str, float], ...]:
    """Return the number of periods in which units adopt the treatment at this position, as a measure.

    Nothing for a treatment that is not 0 and 1, or that ends again. Units that may have adopted before their
    first treated row are not counted.
    """
    values = piece.data.d[:, at]
    if not is_binary(values):
        return ()
    unit, rows = np.unique(piece.data.unit, return_inverse=True)
    periods, columns = np.unique(piece.data.time, return_inverse=True)
    found = adoption(to_wide(values, rows, columns, (len(unit), len(periods))), periods)
    if len(found.reverting):
        return ()
    known = np.delete(found.cohort, found.uncertain)
    return ((PERIODS, float(np.unique(known[known != NEVER]).size)),)

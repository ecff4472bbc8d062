"""What is reported of an instrument's strength, over the repetitions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.estimate import ConfidenceSet, Split, aggregate, majority

Measures = tuple[tuple[str, float], ...]


def strength(f: Sequence[float], stages: Sequence[Split], sets: Sequence[ConfidenceSet]) -> Measures:
    """Put the F statistics, the first stages (none for several instruments) and the sets (R,) together.

    `first_stage_f` is the median; `first_stage.coef` and `.se` follow the rule of every estimate. The
    Anderson-Rubin set is the one that a majority of splits holds: `ar.low` and `ar.high` are its ends, with
    low > high where it is two rays, and `ar.pieces` counts its pieces, nought for an empty one.
    """
    agreed = majority(sets)
    low, high = agreed.ends
    first: Measures = ()
    if stages:
        stage = aggregate(stages, 0.95)
        first = (("first_stage.coef", stage.coef), ("first_stage.se", stage.se))
    return (
        ("first_stage_f", float(np.median(f))),
        *first,
        ("ar.low", low),
        ("ar.high", high),
        ("ar.pieces", float(len(agreed.pieces))),
    )

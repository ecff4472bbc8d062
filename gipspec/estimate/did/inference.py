"""Aggregated effects by cluster and repetition, and the test of the trends before adoption.

From here on effects are `Influence`s as those of any model: `joint_band` makes a band of them, `difference`
compares them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gipspec.diagnostics import GipError
from gipspec.estimate.did.summary import Summary
from gipspec.estimate.influence import Array, Clusters, Influence, Split, stack_influence
from gipspec.estimate.joint import joint_test
from gipspec.estimate.wald import Wald


def split_of(theta: float, influence: Array, clusters: Clusters) -> Split:
    """Sum the influence of units (U,) to clusters of units; se² = Σ_j Σ_c (Σ_{i∈c} influence_i)².

    `clusters` codes the units of the panel: themselves, or provinces that they lie in. Without clusters every
    unit is one.
    """
    parts: tuple[Array, ...] = tuple(
        np.asarray(np.bincount(codes, weights=influence, minlength=len(names)), dtype=np.float64)
        for codes, names in zip(clusters.codes, clusters.names, strict=True)
    )
    parts = parts or (influence,)
    se = math.sqrt(sum(float(np.sum(part**2)) for part in parts))
    return Split(theta=float(theta), se=se, influence=parts)


def effect_influence(summaries: Sequence[Summary], clusters: Clusters) -> tuple[Influence, ...]:
    """Gather the summaries of R repetitions, which have the same labels: one Influence for each label.

    `clusters`, in one dimension or more, code the units of the panel.
    """
    return tuple(
        stack_influence([split_of(s.theta[k], s.influence[:, k], clusters) for s in summaries], clusters)
        for k in range(len(summaries[0].labels))
    )


def pre_trend(labels: Sequence[int], effects: Sequence[Influence], *, anticipation: int = 0) -> Wald | None:
    """Test that all `effects` (L,) at event times `labels` (L,) before -anticipation are nought.

    The Wald test of `joint_test`. None where no event time is that early, or where their covariance has no
    inverse, as with fewer clusters than event times.
    """
    early = [effect for label, effect in zip(labels, effects, strict=True) if label < -anticipation]
    if not early:
        return None
    try:
        return joint_test(early)
    except GipError as error:
        if error.problems[0].code != "G411":
            raise
        return None

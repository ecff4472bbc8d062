"""The difference of two estimates, with the standard error that their common clusters imply."""

from __future__ import annotations

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.aggregate import Aggregate, median_rule
from gipspec.estimate.influence import Array, Influence
from gipspec.estimate.named import Names, places, union


def standard_errors(influence: Influence) -> Array:
    """Return the standard errors (R,) by repetition, sqrt(Σ_j Σ_c values[j][r, c]²)."""
    total = np.zeros(len(influence.theta))
    for values in influence.values:
        total = total + np.sum(values**2, axis=1)
    return np.asarray(np.sqrt(total), dtype=np.float64)


def difference(a: Influence, b: Influence, level: float) -> tuple[Aggregate, Influence]:
    """Compare two estimates: θ_a - θ_b by repetition, aggregated by the median, and its influence.

    The influence of a cluster on the difference is the difference of its influences, nought where it is in
    one sample only; this is valid for overlapping samples and for different outcomes, since the scores of
    both estimates are those of the same clusters (the delta method on the stacked moment conditions;
    Chernozhukov et al. 2018, theorem 3.1 for their joint normality). Both estimates should come from the same
    map of folds; where one has more repetitions the common first ones are compared. The median of the
    differences need not be the difference of the medians.

    Raises GipError G413 unless both are clustered by the same dimensions.
    """
    if set(a.dimensions) != set(b.dimensions):
        raise GipError(problem("G413", left=_by(a), right=_by(b)))
    reps = min(len(a.theta), len(b.theta))
    clusters, values = [], []
    for dimension in a.dimensions:
        names, value = _subtract(a, b, dimension, reps)
        clusters.append(names)
        values.append(value)
    influence = Influence(
        theta=a.theta[:reps] - b.theta[:reps],
        dimensions=a.dimensions,
        clusters=tuple(clusters),
        values=tuple(values),
    )
    return median_rule(influence.theta, standard_errors(influence), level), influence


def _by(influence: Influence) -> str:
    return " and ".join(f"`{name}`" for name in influence.dimensions) or "nothing"


def _subtract(a: Influence, b: Influence, dimension: str, reps: int) -> tuple[Names, Array]:
    left, right = a.dimensions.index(dimension), b.dimensions.index(dimension)
    names = union((a.clusters[left], b.clusters[right]))
    value = np.zeros((reps, len(names)))
    value[:, places(a.clusters[left], names)] += a.values[left][:reps]
    value[:, places(b.clusters[right], names)] -= b.values[right][:reps]
    return names, value

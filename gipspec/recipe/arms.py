"""How many clusters the two arms of a treatment have."""

from __future__ import annotations

import numpy as np

from gipspec.estimate import Clusters
from gipspec.learn.task import is_binary
from gipspec.recipe.work import Array

FEW = 10  # clusters of an arm, below which standard errors are far too small (bench/audit.py, A10)


def few_in_an_arm(d: Array, clusters: Clusters) -> tuple[tuple[str, float], ...]:
    """Return as measures in how many clusters some row is treated, or is not, where either are few.

    `d` (n,) is a treatment; nothing is returned for one that is not 0 and 1. Of two dimensions of clusters
    the one with the smaller arm counts.
    """
    if not clusters.dimensions or not is_binary(d):
        return ()
    arms = [tuple(np.unique(codes[d == level]).size for level in (1, 0)) for codes in clusters.codes]
    at = min(range(len(arms)), key=lambda j: min(arms[j]))
    if min(arms[at]) >= FEW:
        return ()
    names = ("clusters.treated", "clusters.untreated", "clusters.all")
    counts = (*arms[at], np.unique(clusters.codes[at]).size)
    return tuple((name, float(count)) for name, count in zip(names, counts, strict=True))

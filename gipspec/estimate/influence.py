"""Clustered scores of estimates: what any two estimates are compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.named import Names, sorting, taken

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """The clusters that rows belong to, in no, one or two dimensions.

    `dimensions[j]` is the name of a dimension ("city"), `names[j]` the names of its clusters (C_j,), and
    `codes[j]` (n,) the position in `names[j]` of the cluster of each row.
    """

    dimensions: tuple[str, ...] = ()
    names: tuple[Names, ...] = ()
    codes: tuple[Codes, ...] = ()

    @classmethod
    def of_rows(cls, rows: Sequence[int] | NDArray[np.integer], dimension: str = "row") -> Clusters:
        """Make every row a cluster of its own, named by its number in the data set.

        Standard errors are then those that are robust to heteroskedasticity only, and estimates on different
        samples can still be compared row by row.
        """
        numbers = np.asarray(rows, dtype=np.int64)
        return cls(
            dimensions=(dimension,), names=(numbers,), codes=(np.arange(len(numbers), dtype=np.int64),)
        )


NO_CLUSTERS = Clusters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """Clustered scores of an estimate, by repetition: what any two estimates are compared with.

    For each dimension of clustering, `clusters[j]` holds the sorted names (C_j,) and `values[j]` the
    influence (R, C_j) of each cluster on the estimate in each repetition r, so that
    se_r² = Σ_j Σ_c values[j][r, c]². `theta` (R,) are the estimates by repetition.
    """

    theta: Array
    dimensions: tuple[str, ...]
    clusters: tuple[Names, ...]
    values: tuple[Array, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """An estimate from one split of the sample.

    `influence` has an array (C_j,) for each dimension of clustering, one array (n,) where there is none, with
    se² = Σ_j Σ_c influence[j][c]².
    """

    theta: float
    se: float
    influence: tuple[Array, ...]


def cluster_influence(psi: Array, psi_a: Array, clusters: Clusters) -> tuple[Array, ...]:
    """Return the influence of each cluster on θ, -Σ_{i∈c} ψ_i / Σ_i ψ_a,i, an array for each dimension.

    `psi` and `psi_a` are the scores (n,) at the estimate and their derivatives (n,). Without clusters the
    result is one array (n,). The squares sum to V / n of docs/statistics.md, J⁻² n⁻² Σ_c (Σ_{i∈c} ψ_i)² with
    J = n⁻¹ Σ ψ_a (Chiang, Kato, Ma and Sasaki 2022).
    """
    jacobian = -float(np.sum(psi_a))
    if not clusters.dimensions:
        return (psi / jacobian,)
    return tuple(
        np.bincount(codes, weights=psi, minlength=len(names)) / jacobian
        for codes, names in zip(clusters.codes, clusters.names, strict=True)
    )


def split_of(theta: float, psi: Array, psi_a: Array, clusters: Clusters) -> Split:
    """Return the estimate of one split with its clustered standard error; see `cluster_influence`."""
    influence = cluster_influence(psi, psi_a, clusters)
    se = math.sqrt(sum(float(np.sum(values**2)) for values in influence))
    return Split(theta=theta, se=se, influence=influence)


def stack_influence(splits: Sequence[Split], clusters: Clusters) -> Influence:
    """Gather the splits (R,) of one estimate; clusters are put in the order of their names.

    `clusters` must be those of the splits; for splits without clusters pass `Clusters.of_rows`.
    """
    order = [sorting(names) for names in clusters.names]
    return Influence(
        theta=np.array([split.theta for split in splits]),
        dimensions=clusters.dimensions,
        clusters=tuple(taken(names, at) for names, at in zip(clusters.names, order, strict=True)),
        values=tuple(np.array([split.influence[j][at] for split in splits]) for j, at in enumerate(order)),
    )

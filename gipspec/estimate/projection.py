"""Least squares on a few columns, each coefficient with its clustered influence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.influence import Array, Clusters, Split, split_of
from gipspec.estimate.residuals import COLLINEAR

NO_CLUSTERS = Clusters()


def best_linear_predictor(
    signal: Array, basis: Array, clusters: Clusters = NO_CLUSTERS, *, names: Sequence[str] | None = None
) -> tuple[Split, ...]:
    """Regress a signal (n,) on a basis (n, k): one Split for each coefficient.

    For the interactive model the signal is ψ_b, the doubly robust score of the average effect, and the basis
    is made of functions of X: the coefficients are the best linear predictor of the conditional effect
    (Semenova and Chernozhukov 2021; DoubleMLIRM.cate). For the partially linear model the signal is Y - l̂ and
    the basis those functions times D - m̂ (Semenova, Goldman, Chernozhukov and Taddy 2023; DoubleMLPLR.cate).
    Both scores are orthogonal, so that V = Q⁻¹ Σ_c (Σ_{i∈c} b_i ê_i)(Σ_{i∈c} b_i ê_i)' Q⁻¹, Q = Σ b_i b_i',
    needs no correction for the nuisances. There is no small-sample correction: statsmodels, and DoubleMLBLP
    with it, multiplies a clustered V by C/(C-1) · (n-1)/(n-k) unless it is given `use_correction=False`.

    Raises GipError G411 (with `names`) where columns of the basis are collinear or nought.
    """
    inverse = _pseudo_inverse(basis, names or [f"b{j + 1}" for j in range(basis.shape[1])])
    theta = inverse @ signal
    error = signal - basis @ theta
    return tuple(
        split_of(float(theta[j]), row * error, -row * basis[:, j], clusters) for j, row in enumerate(inverse)
    )


def _pseudo_inverse(basis: Array, names: Sequence[str]) -> Array:
    """Return (B'B)⁻¹B' (k, n); its j-th row is proportional to what the other columns leave of the j-th."""
    length = np.linalg.norm(basis, axis=0)
    scaled = basis / np.where(length > 0, length, 1.0)  # units of measurement must not decide what is nought
    u, s, vt = np.linalg.svd(scaled, full_matrices=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        inflation = np.sum((vt / s[:, None]) ** 2, axis=0)  # 1 / the share of each column that others leave
    tied = [name for name, v in zip(names, inflation, strict=True) if not v < 1 / COLLINEAR]
    if tied:
        raise GipError(problem("G411", names=" and ".join(f"`{name}`" for name in tied)))
    return np.asarray(((vt.T / s) @ u.T) / length[:, None], dtype=np.float64)

"""Joint tests of several estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.influence import Array

RANK_TOLERANCE = 1e-12  # of the correlation matrix of the estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Wald:
    """A test that all of `df` parameters are zero: `statistic` ~ χ²(df)."""

    statistic: float
    df: int
    p: float


def covariance(influence: Sequence[Array]) -> Array:
    """Return the covariance (k, k) of estimates from their influence, (C_j, k) for each dimension.

    With two dimensions the parts add up without their intersection, as in DoubleML: conservative, and
    positive semi-definite, which the difference need not be (Chiang, Kato, Ma and Sasaki 2022).
    """
    total = np.zeros((influence[0].shape[1],) * 2)
    for values in influence:
        total = total + values.T @ values
    return total


def wald(theta: Array, influence: Sequence[Array], *, names: Sequence[str] | None = None) -> Wald:
    """Test θ = 0 jointly: θ'V⁻¹θ ~ χ²(k), with V of `covariance`.

    `theta` is (k,), `influence` an array (C_j, k) for each dimension of clustering.
    Raises GipError G411 (with `names`) where V has no inverse.
    """
    from scipy.stats import chi2  # 0.5 s, which `check` and `--help` should not pay

    v = covariance(influence)
    scale = np.sqrt(np.diag(v))
    if np.any(scale == 0) or np.linalg.matrix_rank(v / np.outer(scale, scale), tol=RANK_TOLERANCE) < len(
        theta
    ):
        listed = names or [f"d{j + 1}" for j in range(len(theta))]
        raise GipError(problem("G411", names=" and ".join(f"`{name}`" for name in listed)))
    z = theta / scale
    statistic = float(z @ np.linalg.solve(v / np.outer(scale, scale), z))
    return Wald(statistic=statistic, df=len(theta), p=float(chi2.sf(statistic, len(theta))))

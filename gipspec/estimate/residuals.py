"""Several treatments as several single ones (Frisch-Waugh-Lovell)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.influence import Array

Flags = NDArray[np.bool_]

NO_VARIATION = 1e-16  # share of a treatment's variance that is taken for rounding error
ROUNDING = 64 * np.finfo(np.float64).eps  # relative to the largest value
COLLINEAR = 1e-10  # share of a residualised treatment's sum of squares that the others leave


def check_residuals(d: Array, m_hat: Array, names: Sequence[str]) -> None:
    """Refuse treatments that cannot be told from their predictions, or from each other.

    Raises GipError G408 where a column of D - m̂ (n, k) is nought up to rounding, G411 where columns are
    collinear. `names` (k,) are for the messages.
    """
    residual = d - m_hat
    gone = explained(d, residual)
    if np.any(gone):
        raise GipError(
            *(
                problem("G408", name=name, help="drop the controls or effects that determine it")
                for name, nothing in zip(names, gone, strict=True)
                if nothing
            )
        )
    together = [name for name, same in zip(names, tied(residual), strict=True) if same]
    if together:
        raise GipError(problem("G411", names=" and ".join(f"`{name}`" for name in together)))


def explained(values: Array, residual: Array) -> Flags:
    """Tell of which columns (k,) of `values` (n, k) nothing but rounding errors is left in `residual`."""
    noise = len(values) * (ROUNDING * np.max(np.abs(values), axis=0)) ** 2
    total = np.sum((values - np.mean(values, axis=0)) ** 2, axis=0)
    return np.asarray(np.sum(residual**2, axis=0) <= NO_VARIATION * total + noise)


def tied(residual: Array) -> Flags:
    """Tell which columns (k,) of residuals (n, k) are a combination of the others."""
    left = [residual[:, j] - others(residual, j, residual[:, j]) for j in range(residual.shape[1])]
    return np.asarray(np.sum(np.square(left), axis=1) <= COLLINEAR * np.sum(residual**2, axis=0))


def others(residual: Array, j: int, target: Array) -> Array:
    """Project `target` (n,) on the residualised treatments (n, k) other than the j-th; nought if k = 1."""
    return project(np.delete(residual, j, axis=1), target)


def project(basis: Array, target: Array) -> Array:
    """Project `target` (n,) on the columns of `basis` (n, k), through the origin; nought if k = 0."""
    if basis.shape[1] == 0:
        return np.zeros_like(target)
    scaled = basis / np.linalg.norm(
        basis, axis=0
    )  # units of measurement must not decide what counts as nought
    return np.asarray(scaled @ np.linalg.lstsq(scaled, target, rcond=None)[0], dtype=np.float64)


def single_treatment(y: Array, d: Array, l_hat: Array, m_hat: Array, j: int) -> tuple[Array, Array]:
    """Return l* (n,), m* (n,) whose single-treatment regression gives the joint one's j-th coefficient.

    m* = m̂_j + γ'D̃_{-j} and l* = l̂ + δ'D̃_{-j}, where γ and δ are the least-squares coefficients of D̃_j
    and Ỹ on the other residuals. By the Frisch-Waugh-Lovell theorem θ_j, its score (D_j - m*)·ε̂ with the
    joint residual ε̂, and hence every sandwich variance of θ_j equal those of the regression of Ỹ on all of
    D̃ (n, k).
    """
    residual = d - m_hat
    return l_hat + others(residual, j, y - l_hat), m_hat[:, j] + others(residual, j, residual[:, j])

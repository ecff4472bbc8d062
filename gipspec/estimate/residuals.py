"""Several treatments as several single ones (Frisch-Waugh-Lovell)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.influence import Array

NO_VARIATION = 1e-16  # share of a treatment's variance that is taken for rounding error
ROUNDING = 64 * np.finfo(np.float64).eps  # relative to the largest value
COLLINEAR = 1e-10  # share of a residualised treatment's sum of squares that the others leave


def check_residuals(d: Array, m_hat: Array, names: Sequence[str]) -> None:
    """Refuse treatments that cannot be told from their predictions, or from each other.

    Raises GipError G408 where a column of D - m̂ (n, k) is nought up to rounding, G411 where columns are
    collinear. `names` (k,) are for the messages.
    """
    residual = d - m_hat
    left = np.sum(residual**2, axis=0)
    noise = len(d) * (ROUNDING * np.max(np.abs(d), axis=0)) ** 2
    explained = left <= NO_VARIATION * np.sum((d - np.mean(d, axis=0)) ** 2, axis=0) + noise
    if np.any(explained):
        raise GipError(
            *(
                problem("G408", name=name, help="drop the controls or effects that determine it")
                for name, gone in zip(names, explained, strict=True)
                if gone
            )
        )
    own = np.array(
        [np.sum((residual[:, j] - others(residual, j, residual[:, j])) ** 2) for j in range(len(left))]
    )
    tied = [name for name, o, all_ in zip(names, own, left, strict=True) if o <= COLLINEAR * all_]
    if tied:
        raise GipError(problem("G411", names=" and ".join(f"`{name}`" for name in tied)))


def others(residual: Array, j: int, target: Array) -> Array:
    """Project `target` (n,) on the residualised treatments (n, k) other than the j-th; nought if k = 1."""
    rest = np.delete(residual, j, axis=1)
    if rest.shape[1] == 0:
        return np.zeros_like(target)
    rest = rest / np.linalg.norm(rest, axis=0)  # units of measurement must not decide what counts as nought
    coefficients = np.linalg.lstsq(rest, target, rcond=None)[0]
    return np.asarray(rest @ coefficients, dtype=np.float64)


def single_treatment(y: Array, d: Array, l_hat: Array, m_hat: Array, j: int) -> tuple[Array, Array]:
    """Return l* (n,), m* (n,) whose single-treatment regression gives the joint one's j-th coefficient.

    m* = m̂_j + γ'D̃_{-j} and l* = l̂ + δ'D̃_{-j}, where γ and δ are the least-squares coefficients of D̃_j
    and Ỹ on the other residuals. By the Frisch-Waugh-Lovell theorem θ_j, its score (D_j - m*)·ε̂ with the
    joint residual ε̂, and hence every sandwich variance of θ_j equal those of the regression of Ỹ on all of
    D̃ (n, k).
    """
    residual = d - m_hat
    return l_hat + others(residual, j, y - l_hat), m_hat[:, j] + others(residual, j, residual[:, j])

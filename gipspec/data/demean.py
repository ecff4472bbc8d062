"""Removing effects: the residuals of least squares on dummies, for balanced and unbalanced panels.

With one effect that is subtracting group means. With several, the largest is removed in closed form and the
others through the reduced normal equations (Frisch-Waugh-Lovell): directly where these are small, as for
units and periods, and by conjugate gradients where they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gipspec.data.columns import Numbers
from gipspec.data.vector import Codes
from gipspec.diagnostics import GipError, problem

DIRECT = 800  # levels of all effects but the largest up to which the dense system is solved
ACCURACY = 1e-10  # of the largest value: what may remain of any group mean


def compact(codes: Codes) -> Codes:
    """Renumber codes (n,) from 0 without gaps."""
    return np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)


def group_means(values: Numbers, codes: Codes) -> Numbers:
    """Return the mean of each column (n, k) within groups, for each row (n, k)."""
    at = compact(codes)
    count = np.bincount(at)
    means = np.empty_like(values)
    for j, column in enumerate(values.T):
        means[:, j] = (np.bincount(at, weights=column) / count)[at]
    return means


def demean(values: Numbers, effects: Sequence[Codes]) -> Numbers:
    """Return the columns (n, k) less their projection on the dummies of all effects, each codes (n,).

    Group means of the result are below 1e-10 of the largest value. Raises GipError: G215 where they are not.
    """
    if not effects or values.shape[1] == 0:
        return values
    ordered = sorted((compact(e) for e in effects), key=lambda codes: -int(codes.max()))
    remove = _remover(ordered[0], ordered[1:])
    residual = remove(remove(values))  # the second pass takes away the rounding errors of the first
    scale = np.abs(values).max(axis=0)
    for codes in ordered:
        if (np.abs(group_means(residual, codes)).max(axis=0) > ACCURACY * scale).any():
            reason, remedy = "the effects of `fe=` are too entangled to be removed", "use fewer effects"
            raise GipError(problem("G215", reason=reason, remedy=remedy))
    return residual


def _remover(largest: Codes, others: Sequence[Codes]) -> Callable[[Numbers], Numbers]:
    """Return the projection off the dummies of all effects."""
    if not others:
        return lambda values: values - group_means(values, largest)
    dummies = _dummies(others)
    solve = _direct(dummies, largest) if dummies.shape[1] <= DIRECT else _iterative(dummies, largest)

    def remove(values: Numbers) -> Numbers:
        centred = values - group_means(values, largest)
        fitted = np.asarray(dummies @ solve(dummies.T @ centred), dtype=np.float64)
        return np.asarray(centred - (fitted - group_means(fitted, largest)), dtype=np.float64)

    return remove


def _dummies(effects: Sequence[Codes]) -> Any:
    """Return the sparse dummies (n, q) of several effects side by side."""
    from scipy import sparse

    n = len(effects[0])
    levels = [int(codes.max()) + 1 for codes in effects]
    starts = np.cumsum([0, *levels[:-1]])
    columns = np.concatenate([codes + start for codes, start in zip(effects, starts, strict=True)])
    rows = np.tile(np.arange(n), len(effects))
    return sparse.csr_array((np.ones(len(columns)), (rows, columns)), shape=(n, sum(levels)))


def _direct(dummies: Any, largest: Codes) -> Callable[[Numbers], Numbers]:
    """Invert the reduced normal equations on their range; effects overlap, so the system is singular."""
    from scipy import linalg

    table = _dummies([largest]).T @ dummies  # how often each level meets each group of the largest effect
    weighted = table.multiply(1.0 / np.bincount(largest)[:, None])
    gram = ((dummies.T @ dummies) - (table.T @ weighted)).toarray()
    values, vectors = linalg.eigh(gram)
    kept = values > values[-1] * len(values) * 1e-13
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return lambda right: np.asarray(inverse @ right, dtype=np.float64)


def _iterative(dummies: Any, largest: Codes) -> Callable[[Numbers], Numbers]:
    """Solve the reduced normal equations by conjugate gradients, scaled by the number of rows of a level."""
    from scipy.sparse import linalg

    q = dummies.shape[1]
    count = dummies.sum(axis=0)

    def gram(levels: Numbers) -> Numbers:
        fitted = np.asarray(dummies @ levels, dtype=np.float64).reshape(-1, 1)
        return np.asarray(dummies.T @ (fitted - group_means(fitted, largest)), dtype=np.float64).reshape(-1)

    system = linalg.LinearOperator((q, q), matvec=gram)
    scaling = linalg.LinearOperator((q, q), matvec=lambda levels: np.ravel(levels) / count)

    def solve(right: Numbers) -> Numbers:
        columns = [linalg.cg(system, b, rtol=1e-14, maxiter=5000, M=scaling)[0] for b in right.T]
        return np.column_stack(columns)

    return solve

"""Removing effects: the residuals of least squares on dummies, for balanced and unbalanced panels.

With one effect that is subtracting group means. With several, the largest is removed in closed form and the
others through the reduced normal equations (Frisch-Waugh-Lovell): directly where these are small, as for
units and periods, and by conjugate gradients where they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from gipspec.data.columns import Numbers
from gipspec.data.vector import Codes
from gipspec.diagnostics import GipError, problem

DIRECT = 800  # levels of all effects but the largest up to which the dense system is solved
SOLVED = 1e-10  # relative residual of one pass of conjugate gradients
ROUNDING = 1e-15
MOST_STEPS = 20_000
ACCURACY = 1e-12  # of the largest value: what may remain of any group mean
MOST_PASSES = 8
DIGITS = 30  # binary digits that learners see of what is left, from the largest value down


def compact(codes: Codes) -> Codes:
    """Renumber codes (n,) from 0 without gaps."""
    return np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)


def group_means(values: Numbers, codes: Codes) -> Numbers:
    """Return the mean of each column (n, k) within groups, for each row (n, k)."""
    return _means(values, compact(codes))


def _means(values: Numbers, at: Codes) -> Numbers:
    """As `group_means`, for compact codes."""
    count = np.bincount(at)
    means = np.empty_like(values)
    for j, column in enumerate(values.T):
        means[:, j] = (np.bincount(at, weights=column) / count)[at]
    return means


def demean(values: Numbers, effects: Sequence[Codes]) -> Numbers:
    """Return the columns (n, k) less their projection on the dummies of all effects, each codes (n,).

    Group means of the result are below 1e-12 of the largest value. Raises GipError: G215 where they are not.
    """
    if not effects or values.shape[1] == 0:
        return values
    ordered = sorted((compact(e) for e in effects), key=lambda codes: -int(codes.max()))
    size = np.abs(values).max(axis=0)
    remove = _remover(ordered[0], ordered[1:], size)
    residual = remove(values)
    for _ in range(MOST_PASSES):  # each pass takes away the errors of the one before
        residual = remove(residual)
        if all((np.abs(_means(residual, codes)).max(axis=0) <= ACCURACY * size).all() for codes in ordered):
            return residual
    reason, remedy = "the effects of `fe=` are too entangled to be removed", "use fewer effects"
    raise GipError(problem("G215", reason=reason, remedy=remedy))


def steadied(residual: Numbers) -> Numbers:
    """Round what is left of a variable (n, ...) to multiples of 2^-30 of its largest value.

    The last digits of a solved system differ between processors, and trees may turn on them: learners are to
    see the same numbers everywhere.
    """
    size = float(np.abs(residual).max(initial=0.0))
    if size == 0:
        return residual
    grid = 2.0 ** (np.ceil(np.log2(size)) - DIGITS)
    return np.asarray(np.round(residual / grid) * grid, dtype=np.float64)


def _remover(largest: Codes, others: Sequence[Codes], size: Numbers) -> Callable[[Numbers], Numbers]:
    """Return the projection off the dummies of all effects, for columns of the given size (k,)."""
    from scipy import sparse

    if not others:
        return lambda values: values - _means(values, largest)
    dummies = _dummies(others)
    meets = _dummies([largest]).T @ dummies  # (groups of the largest, q): how often each level meets each
    weighted = sparse.diags_array(1.0 / np.bincount(largest)) @ meets
    gram = (dummies.T @ dummies - meets.T @ weighted).tocsr()
    solve = _direct(gram) if gram.shape[0] <= DIRECT else _iterative(gram, size)

    def remove(values: Numbers) -> Numbers:
        centred = values - _means(values, largest)
        fitted = np.asarray(dummies @ solve(dummies.T @ centred), dtype=np.float64)
        return np.asarray(centred - (fitted - _means(fitted, largest)), dtype=np.float64)

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


def _direct(gram: Any) -> Callable[[Numbers], Numbers]:
    """Invert the reduced normal equations on their range; effects overlap, so the system is singular."""
    from scipy import linalg

    with threadpool_limits(limits=1):  # the same bytes, and no waiting for others, whatever the machine does
        values, vectors = linalg.eigh(gram.toarray())
    kept = values > values[-1] * len(values) * 1e-13
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return lambda right: np.asarray(inverse @ right, dtype=np.float64)


def _iterative(gram: Any, size: Numbers) -> Callable[[Numbers], Numbers]:
    """Solve the reduced normal equations by conjugate gradients, scaled by their diagonal.

    They stop at rounding error, below which the right side of a second pass has no meaning.
    """
    from scipy import sparse
    from scipy.sparse import linalg as splinalg

    diagonal = gram.diagonal()
    scaling = sparse.diags_array(1.0 / np.where(diagonal > 0, diagonal, 1.0))
    rounding = ROUNDING * size * np.linalg.norm(diagonal)

    def solve(right: Numbers) -> Numbers:
        found = [
            splinalg.cg(gram, b, rtol=SOLVED, atol=floor, maxiter=MOST_STEPS, M=scaling)[0]
            for b, floor in zip(right.T, rounding, strict=True)
        ]
        return np.column_stack(found)

    return solve

"""Seeds and folds: functions of what they are for, never of the order in which they are asked for."""

from __future__ import annotations

import hashlib
import heapq

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gipspec.diagnostics import GipError, problem

Codes = NDArray[np.int64]
Array = NDArray[np.float64]
Split = tuple[Codes, Codes]  # positions of the rows to learn from, and of those held out


def derive_seed(seed: int, *parts: object) -> int:
    """Derive a 32-bit seed from the study's seed and what it is for.

    `parts` are text, whole numbers, numbers, truth values or tuples of these; anything else raises TypeError,
    since its text might differ between runs. The first four bytes of SHA-256, hence equal on every machine.
    """
    digest = hashlib.sha256(_spell((seed, *parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big")


def _spell(part: object) -> str:
    """Write a part so that no two different parts read the same."""
    match part:
        case bool() | np.bool_():
            return f"b{int(part)}"
        case int() | np.integer():
            return f"i{int(part)}"
        case float() | np.floating():
            return f"f{float(part)!r}"
        case str():
            return f"s{len(part)}:{part}"
        case tuple() | list():
            return f"({','.join(_spell(p) for p in part)})"
        case None:
            return "n"
    raise TypeError(f"a seed cannot be derived from {type(part).__name__}")


def cannot_fill(folds: int, units: int, kind: str = "units") -> GipError:
    """Return the error (G403) of fewer units, or rows, than folds."""
    return GipError(problem("G403", units=units, kind=kind, reason=f"cannot fill {folds} folds"))


def in_one_fold(units: int, kind: str = "units") -> GipError:
    """Return the error (G403) of a sample that lies in one fold of the study's map, or of a column."""
    remedy = "enlarge the sample, or give it a column of folds, `folds=column`"
    return GipError(problem("G403", units=units, kind=kind, reason="are all in one fold", help=remedy))


def fold_map(n_units: int, folds: int, seed: int, rep: int) -> Codes:
    """Assign every unit of the study to a fold: (n_units,) codes from 0 to folds - 1.

    One map for each (seed, folds, repetition), whatever the model (docs/statistics.md): a row's fold is
    `fold_map(...)[unit]`, also in a sub-sample. Sizes differ by one unit at the most. The permutation sorts
    raw output of PCG64, a stream that numpy promises never to change. Raises GipError G403.
    """
    if n_units < folds:
        raise cannot_fill(folds, n_units)
    draws = np.random.PCG64(derive_seed(seed, "folds", folds, rep)).random_raw(n_units)
    fold = np.empty(n_units, dtype=np.int64)
    fold[np.argsort(draws, kind="stable")] = np.arange(n_units) % folds
    return fold


def inner_splits(group: ArrayLike, folds: int, binary: ArrayLike | None = None) -> list[Split]:
    """Cut a training set into folds of whole units, for penalties, weights of a stack and searches.

    `group` (n,) are unit codes. For a classifier, `binary` (n,) is the target: units are dealt in the order
    of their share of ones, so that each fold meets both classes; otherwise folds have about as many rows.
    There are at most as many folds as units; a single unit raises ValueError.
    """
    units, code = np.unique(np.asarray(group), return_inverse=True)
    folds = min(folds, units.size)
    if folds < 2:
        raise ValueError("a single unit cannot be cut into folds")
    rows = np.bincount(code)
    if binary is None:
        fold = _balanced(rows, folds)
    else:
        share = np.bincount(code, weights=np.asarray(binary, dtype=np.float64)) / rows
        fold = np.empty(units.size, dtype=np.int64)
        fold[np.argsort(share, kind="stable")] = np.arange(units.size) % folds
    held_out = fold[code]
    return [(np.flatnonzero(held_out != k), np.flatnonzero(held_out == k)) for k in range(folds)]


def _balanced(rows: Codes, folds: int) -> Codes:
    """Deal units of so many `rows` (units,), the largest first, each to the fold with the fewest rows.

    Of equal units the last comes first, of equal folds the first, as in GroupKFold of scikit-learn 1.9, whose
    earlier versions leave the order of equal units to the processor.
    """
    lightest = [(0, k) for k in range(folds)]
    fold = np.empty(rows.size, dtype=np.int64)
    for unit in np.argsort(rows, kind="stable")[::-1].tolist():
        dealt, k = lightest[0]
        fold[unit] = k
        heapq.heapreplace(lightest, (dealt + int(rows[unit]), k))
    return fold

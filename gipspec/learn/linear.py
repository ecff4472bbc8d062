"""Linear regressions that share their factorisation: what depends on the features alone is computed once.

Each target is then solved on its own, by the same operations whatever else is solved beside it, so that an
estimate never depends on its company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from gipspec.learn.adapted import Grouped
from gipspec.learn.folds import inner_splits

Array = NDArray[np.float64]

RIDGE_RANGE = (1e-5, 1e2)  # on standardised features; the eigenvalues of their correlations are near 1
EPS = float(np.finfo(np.float64).eps)
COLLINEAR = 1e-7  # of the largest singular value: what is smaller is rounding, of single-precision data too


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fitted regression: its value at the features' means (p,), and its slopes (p,)."""

    centre: Array
    level: float
    slopes: Array

    def predict(self, x: Array) -> Array:
        return np.asarray((x - self.centre) @ self.slopes + self.level)


class Factor(Protocol):
    """What was learned from features (n, p) alone; `solve` regresses a target (n,) on them."""

    def solve(self, y: Array) -> Line: ...


class SharedRegressor(Grouped):
    """A linear regression whose work is mostly that of its factor, which many targets can share."""

    def factor(self, x: Array, group: NDArray[Any]) -> Factor:
        """Prepare for targets on features (n, p) of units `group` (n,)."""
        raise TypeError(f"{type(self).__name__} has no factor")

    def fit(self, x: Array, y: Array, group: NDArray[Any]) -> Self:
        self.fitted_ = self.factor(x, group).solve(y)
        return self

    def predict(self, x: Array) -> Array:
        return self.fitted_.predict(x)


# ---------------------------------------------------------------- least squares


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """The singular value decomposition U s Vᵀ of standardised features: `left` (n, r) is U, `back` (p, r)
    is V / s in the units of the features."""

    centre: Array
    left: Array
    back: Array

    def solve(self, y: Array) -> Line:
        level = float(y.mean())
        return Line(centre=self.centre, level=level, slopes=self.back @ (self.left.T @ (y - level)))


class LeastSquares(SharedRegressor):
    """Least squares with an intercept; of equally good solutions, the shortest on features of one scale.

    Which features count does not depend on their units: beside an output in yuan a share is as good as any.
    Directions in which they vary by less than a ten-millionth, as in `lm` of R, are dropped: shares that sum
    to one but for rounding would have coefficients of any size.
    """

    def factor(self, x: Array, group: NDArray[Any]) -> Factor:
        centre = x.mean(axis=0)
        centred = x - centre
        scale = np.sqrt(np.mean(centred**2, axis=0))
        varies = scale > EPS * len(x) * np.abs(centre)  # more than the rounding of the mean
        unit = np.where(varies, scale, np.inf)
        centred /= unit
        left, size, right = np.linalg.svd(centred, full_matrices=False)
        kept = size > COLLINEAR * size.max(initial=0.0)
        return Decomposition(
            centre=centre, left=left[:, kept], back=right[kept].T / size[kept] / unit[:, None]
        )


# ---------------------------------------------------------------- ridge


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The rows `at` that an inner fold holds out, and what their removal leaves to learn from.

    In the directions (p, p) that diagonalise the cross products of the training part: `values` (p,) are its
    eigenvalues, `gram` (p, p) the held-out cross products about the training means `centre` (p,). `rows` are
    the numbers of rows held out and learned from, `total` (p,) the sums of the held-out features.
    """

    at: slice
    rows: tuple[int, int]
    centre: Array
    total: Array
    values: Array
    vectors: Array
    gram: Array

    def errors(self, y: Array, products: Array, all_products: Array, penalties: Array) -> Array:
        """Return the mean squared error (A,) of each penalty on the rows held out.

        `y` (n,) is the target about its mean; `products` (p,) are the sums of its products with the features
        over the rows held out, `all_products` over all rows.
        """
        out, learned = self.rows
        known = y[self.at]
        held_sum = float(known.sum())
        level = -held_sum / learned
        along = self.vectors.T @ (all_products - products - learned * level * self.centre)
        slopes = along[:, None] / (self.values[:, None] + penalties)
        about = products - level * self.total + self.centre * (out * level - held_sum)
        squares = float(known @ known) - 2 * level * held_sum + out * level**2
        explained = 2 * ((self.vectors.T @ about) @ slopes) - np.sum(slopes * (self.gram @ slopes), axis=0)
        return np.asarray((squares - explained) / out, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class RidgeFactor:
    """Everything of a ridge regression but the target. Rows of `x` (n, p), about its means, are in `order`,
    by inner fold; `values` and `vectors` diagonalise its cross products."""

    centre: Array
    order: NDArray[np.int64]
    x: Array
    values: Array
    vectors: Array
    held: tuple[Held, ...]
    penalties: Array

    def solve(self, y: Array) -> Line:
        level = float(y.mean())
        target = y[self.order] - level
        products = [self.x[one.at].T @ target[one.at] for one in self.held]
        total = np.sum(products, axis=0)
        errors = [
            one.errors(target, own, total, self.penalties)
            for one, own in zip(self.held, products, strict=True)
        ]
        penalty = self.penalties[int(np.argmin(np.mean(errors, axis=0)))]
        slopes = self.vectors @ ((self.vectors.T @ total) / (self.values + penalty))
        return Line(centre=self.centre, level=level, slopes=slopes)


class RidgeRegressor(SharedRegressor):
    """Ridge regression; the penalty is the one with the least mean squared error in folds of whole units.

    The loss and the grid are those of `gipspec.learn.penalised`. Features arrive standardised, so that sums
    of products over the folds lose no digits that count: the training part of a fold is the whole less what
    is held out, and one eigenvalue decomposition gives the errors of all penalties (Hastie, Tibshirani and
    Friedman, 2009, section 3.4.1).
    """

    def __init__(self, cv: int = 5, alphas: int = 50) -> None:
        self.cv = cv
        self.alphas = alphas

    def factor(self, x: Array, group: NDArray[Any]) -> Factor:
        low, high = RIDGE_RANGE
        tests = [test for _, test in inner_splits(group, self.cv)]
        order, centre = np.concatenate(tests), x.mean(axis=0)
        centred = x[order]
        centred -= centre
        ends = np.cumsum([len(test) for test in tests]).tolist()
        parts = [slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
        grams = [centred[at].T @ centred[at] for at in parts]
        gram = np.sum(grams, axis=0)
        values, vectors = _eigen(gram)
        return RidgeFactor(
            centre=centre,
            order=order,
            x=centred,
            values=values,
            vectors=vectors,
            held=tuple(
                _held(at, centred[at].sum(axis=0), own, gram, len(x))
                for at, own in zip(parts, grams, strict=True)
            ),
            penalties=np.geomspace(high, low, self.alphas) * len(x),
        )


def _held(at: slice, total: Array, own: Array, gram: Array, n: int) -> Held:
    """Describe an inner fold with the sums `total` (p,) and products `own` (p, p) of its rows, `gram` being
    the products of all rows, whose sums are nought."""
    out = at.stop - at.start
    learned = n - out
    centre = -total / learned
    values, vectors = _eigen(gram - own - learned * np.outer(centre, centre))
    cross = np.outer(total, centre)
    about = own - cross - cross.T + out * np.outer(centre, centre)
    return Held(
        at=at,
        rows=(out, learned),
        centre=centre,
        total=total,
        values=values,
        vectors=vectors,
        gram=vectors.T @ about @ vectors,
    )


def _eigen(gram: Array) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(gram)
    return np.maximum(values, 0.0), vectors

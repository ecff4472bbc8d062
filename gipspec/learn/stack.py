"""A convex combination of learners, its weights chosen in folds of whole units."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from gipspec.learn.adapted import Classification, Grouped, Regression
from gipspec.learn.folds import inner_splits
from gipspec.learn.simplex import simplex_weights

Array = NDArray[np.float64]


class Stack(Grouped):
    """Stacked regression (Breiman, 1996) with weights on the simplex.

    `members` are adapted estimators. Each is fitted in inner folds of the training units; least squares of
    the target (for a classifier, of 0 and 1) on their held-out predictions gives `weights_` (m,). A member
    with weight zero is not fitted again.
    """

    def __init__(self, members: tuple[Any, ...], cv: int = 5) -> None:
        self.members = members
        self.cv = cv

    def fit(self, x: ArrayLike, y: ArrayLike, group: ArrayLike | None = None) -> Self:
        """Fit on features (n, p), target (n,) and unit codes (n,); without codes each row is a unit."""
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        units = np.arange(y.size) if group is None else np.asarray(group)
        self.weights_ = self._choose_weights(x, y, units)
        self.fitted_ = [
            (weight, clone(member).fit(x, y, units))
            for weight, member in zip(self.weights_, self.members, strict=True)
            if weight > 0
        ]
        return self

    def _choose_weights(self, x: Array, y: Array, units: NDArray[Any]) -> Array:
        if len(self.members) == 1:
            return np.ones(1)
        held_out = np.empty((y.size, len(self.members)))
        binary = y if isinstance(self, Classification) else None
        for train, test in inner_splits(units, self.cv, binary):
            for j, member in enumerate(self.members):
                fitted = clone(member).fit(x[train], y[train], units[train])
                held_out[test, j] = self._member_prediction(fitted, x[test])
        return simplex_weights(held_out, y)

    def expected(self, x: ArrayLike) -> Array:
        """Predict the mean of the target (n,); for a classifier, the probability of 1."""
        total: Array = sum(weight * self._member_prediction(m, x) for weight, m in self.fitted_)
        return total

    def _member_prediction(self, fitted: Any, x: ArrayLike) -> Array:
        predicted: Array = fitted.expected(x)
        return predicted


class StackRegressor(Regression, Stack):
    pass


class StackClassifier(Classification, Stack):
    def _member_prediction(self, fitted: Any, x: ArrayLike) -> Array:
        predicted: Array = fitted.expected(x)
        return predicted.clip(0, 1)  # a linear probability model leaves the interval

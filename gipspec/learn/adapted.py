"""Libraries' estimators behind one interface: `fit(x, y, group)` and `expected(x)`, the mean of the target.

scikit-learn's own interface (`predict`, `predict_proba`, `clone`) is there too, for libraries that want it.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone

from gipspec.learn.prepare import Preparation, Scale, TargetScale, enlargement, learn_preparation

Array = NDArray[np.float64]


class Grouped(BaseEstimator):  # type: ignore[misc]
    """An estimator whose `fit` takes the unit codes as a third argument, for its inner folds."""


class Regression(RegressorMixin):  # type: ignore[misc]
    def predict(self, x: ArrayLike) -> Array:
        expected: Array = self.expected(x)
        return expected


class Classification(ClassifierMixin):  # type: ignore[misc]
    classes_ = np.array([0, 1])

    def predict_proba(self, x: ArrayLike) -> Array:
        share = self.expected(x)
        return np.column_stack([1 - share, share])

    def predict(self, x: ArrayLike) -> NDArray[np.int64]:
        return np.asarray(self.expected(x) > 0.5, dtype=np.int64)


class Adapted(Grouped):
    """An estimator with the features it wants.

    `codes` are positions of columns that become dummies. The target is standardised for the fit, or enlarged
    where it is small, as `scale_target` says, and predictions are turned back. Without any feature the
    prediction is the training mean.
    """

    def __init__(
        self,
        estimator: Any,
        codes: tuple[int, ...] = (),
        scale: Scale = "none",
        scale_target: TargetScale = "none",
    ) -> None:
        self.estimator = estimator
        self.codes = codes
        self.scale = scale
        self.scale_target = scale_target

    def fit(self, x: ArrayLike, y: ArrayLike, group: ArrayLike | None = None) -> Self:
        """Fit on features (n, p), target (n,) and unit codes (n,); without codes each row is a unit."""
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        group = np.arange(y.size) if group is None else np.asarray(group)
        self.mean_, self.shift_, self.unit_ = float(y.mean()), 0.0, 1.0
        self.constant_ = x.shape[1] == 0
        if self.constant_:
            return self
        self.preparation_ = learn_preparation(x, codes=self.codes, scale=self.scale)
        features = self.preparation_.apply(x)
        learned = self._learned_target(y)
        self.fitted_ = clone(self.estimator)
        if isinstance(self.fitted_, Grouped):
            self.fitted_.fit(features, learned, group)
        else:
            self.fitted_.fit(features, learned)
        return self

    def shared(self, x: Array, group: NDArray[Any]) -> tuple[Preparation, Any]:
        """Return what targets on features (n, p), p > 0, of units `group` (n,) have in common: the features
        that the estimator wants, and the factor of these. The estimator must have one (`learn.linear`)."""
        preparation = learn_preparation(x, codes=self.codes, scale=self.scale)
        return preparation, clone(self.estimator).factor(preparation.apply(x), group)

    def _learned_target(self, y: Array) -> Array:
        match self.scale_target:
            case "none":
                return y
            case "small":
                self.unit_ = 1 / enlargement(float(y.std()))
            case "standard":
                self.shift_, self.unit_ = self.mean_, float(y.std()) or 1.0
        learned: Array = (y - self.shift_) / self.unit_
        return learned

    def expected(self, x: ArrayLike) -> Array:
        """Predict the mean of the target (n,); for a classifier, the probability of 1."""
        x = np.asarray(x, dtype=np.float64)
        if self.constant_:
            return np.full(x.shape[0], self.mean_)
        features = self.preparation_.apply(x)
        if isinstance(self, Classification):
            return np.asarray(self.fitted_.predict_proba(features)[:, 1], dtype=np.float64)
        predicted = np.asarray(self.fitted_.predict(features), dtype=np.float64)
        return predicted if self.scale_target == "none" else predicted * self.unit_ + self.shift_


class AdaptedRegressor(Regression, Adapted):
    pass


class AdaptedClassifier(Classification, Adapted):
    def _learned_target(self, y: Array) -> Array:
        if np.unique(y).size < 2:
            raise ValueError("a training set holds only one of the two classes")
        return y

"""Probabilities of a support vector classifier, calibrated in folds of whole units."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import SVC

from gipspec.learn.adapted import Grouped
from gipspec.learn.folds import inner_splits

Array = NDArray[np.float64]


class PlattSVC(Grouped):
    """One SVC on all training rows; its decision values become probabilities by a logistic curve that was
    fitted to the decision values of held-out units (Platt, 1999)."""

    def __init__(self, C: float = 1.0, kernel: str = "rbf", cv: int = 5) -> None:
        self.C = C
        self.kernel = kernel
        self.cv = cv

    def fit(self, x: Array, y: Array, group: NDArray[Any]) -> Self:
        splits = inner_splits(group, self.cv, binary=y)
        machine = SVC(C=self.C, kernel=self.kernel)
        self.fitted_ = CalibratedClassifierCV(machine, method="sigmoid", cv=splits, ensemble=False).fit(x, y)
        return self

    def predict_proba(self, x: Array) -> Array:
        return np.asarray(self.fitted_.predict_proba(x))

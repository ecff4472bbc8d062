"""Lasso and elastic net, and logistic ridge, with the penalty chosen in folds of whole units.

Features arrive standardised. Both tasks minimise mean loss + λ (r |b|₁ + (1 - r)/2 |b|²), the loss being half
the squared error or the negative log likelihood, and choose λ on one grid with the same rule.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import ElasticNet, ElasticNetCV

from gipspec.learn.adapted import Grouped
from gipspec.learn.folds import inner_splits
from gipspec.learn.linear import RIDGE_RANGE
from gipspec.learn.quality import log_loss

Array = NDArray[np.float64]

_LASSO_DEPTH = 1e-3  # the smallest penalty of the path, relative to the one at which all slopes are zero
_MOST_SWEEPS = 5_000


def penalty_grid(x: Array, y: Array, l1_ratio: float, length: int) -> Array:
    """Return penalties λ (length,), the largest first.

    The path starts where the lasso part sets all slopes to zero, max|x'(y - mean)| / (n r); a pure ridge has
    no such place and a fixed range.
    """
    if l1_ratio == 0:
        low, high = RIDGE_RANGE
        return np.geomspace(high, low, length)
    largest = float(np.abs(x.T @ (y - y.mean())).max()) / (y.size * l1_ratio)
    largest = max(largest, float(np.finfo(np.float64).eps))
    return np.geomspace(largest, largest * _LASSO_DEPTH, length)


class PenalisedRegressor(Grouped):
    """Linear regression; scikit-learn's ElasticNetCV with splits by unit."""

    def __init__(self, l1_ratio: float = 1.0, cv: int = 5, alphas: int = 50) -> None:
        self.l1_ratio = l1_ratio
        self.cv = cv
        self.alphas = alphas

    def fit(self, x: Array, y: Array, group: NDArray[Any]) -> Self:
        splits = inner_splits(group, self.cv)
        penalties = penalty_grid(x, y, self.l1_ratio, self.alphas)
        fitted = ElasticNetCV(l1_ratio=self.l1_ratio, alphas=penalties, cv=splits, max_iter=_MOST_SWEEPS)
        self.fitted_ = fitted.fit(x, y)
        return self

    def predict(self, x: Array) -> Array:
        return np.asarray(self.fitted_.predict(x))


class PenalisedClassifier(Grouped):
    """Logistic regression by the algorithm of Friedman, Hastie and Tibshirani (2010), warm along the path.

    scikit-learn's solver for the elastic net (`saga`) takes five times as long and stops less exactly.
    """

    def __init__(self, l1_ratio: float = 1.0, cv: int = 5, alphas: int = 50) -> None:
        self.l1_ratio = l1_ratio
        self.cv = cv
        self.alphas = alphas

    def fit(self, x: Array, y: Array, group: NDArray[Any]) -> Self:
        target = y.astype(np.float64)
        penalties = penalty_grid(x, target, self.l1_ratio, self.alphas)
        losses = np.zeros(penalties.size)
        for train, test in inner_splits(group, self.cv, binary=target):
            path = logistic_path(x[train], target[train], penalties, self.l1_ratio)
            losses += [log_loss(target[test], expit(b[0] + x[test] @ b[1:])) for b in path]
        best = int(np.argmin(losses))
        self.penalty_ = float(penalties[best])
        self.coefficients_ = logistic_path(x, target, penalties[: best + 1], self.l1_ratio)[-1]
        return self

    def predict_proba(self, x: Array) -> Array:
        share = expit(self.coefficients_[0] + x @ self.coefficients_[1:])
        return np.column_stack([1 - share, share])


class RidgeClassifier(PenalisedClassifier):
    """Logistic regression with the ridge penalty alone."""

    def __init__(self, cv: int = 5, alphas: int = 25) -> None:
        super().__init__(l1_ratio=0.0, cv=cv, alphas=alphas)


def logistic_path(x: Array, y: Array, penalties: Array, l1_ratio: float) -> list[Array]:
    """Fit penalised logistic regressions: for each λ the intercept and slopes (1 + p,).

    Each Newton step is a weighted least squares problem with the same penalty, solved in closed form for a
    ridge and by scikit-learn's coordinate descent otherwise. Raises ValueError where y has one class only.
    """
    share = float(y.mean())
    if share in (0.0, 1.0):
        raise ValueError("a fold of the inner cross-validation holds only one of the two classes")
    b = np.zeros(1 + x.shape[1])
    b[0] = np.log(share / (1 - share))
    path = []
    for penalty in penalties:
        for _ in range(25):
            step = _newton_step(x, y, b, float(penalty), l1_ratio)
            moved = float(np.abs(step - b).max())
            b = step
            if moved < 1e-6:
                break
        path.append(b)
    return path


def _newton_step(x: Array, y: Array, b: Array, penalty: float, l1_ratio: float) -> Array:
    eta = b[0] + x @ b[1:]
    p = expit(eta)
    weight = np.maximum(p * (1 - p), 1e-5)  # Friedman et al. (2010), section 3
    response = eta + (y - p) / weight
    x_mean = weight @ x / weight.sum()
    response_mean = weight @ response / weight.sum()
    root = np.sqrt(weight)
    features = (x - x_mean) * root[:, None]
    target = (response - response_mean) * root
    gram = features.T @ features
    if l1_ratio == 0:
        ridge = gram + penalty * y.size * np.eye(gram.shape[0])
        slopes = np.linalg.solve(ridge, features.T @ target)
    else:
        inner = ElasticNet(
            alpha=penalty,
            l1_ratio=l1_ratio,
            fit_intercept=False,
            precompute=gram,
            warm_start=True,
            tol=1e-6,
            max_iter=_MOST_SWEEPS,
        )
        inner.coef_ = b[1:].copy()
        slopes = inner.fit(features, target, check_input=False).coef_
    return np.append(response_mean - x_mean @ slopes, slopes)

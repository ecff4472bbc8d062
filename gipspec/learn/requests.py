"""What can be asked of the learners: each request is data that define one cross-fitted nuisance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.lang.study import Learner
from gipspec.learn.crossfit import CrossFit, cross_fit
from gipspec.learn.nested import cross_fit_nested
from gipspec.learn.quantile import cross_fit_quantile

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """A target (n,) predicted from features `x` (n, p); see `cross_fit` for the fields.

    `name` is what messages call the target; it changes no number.
    """

    learner: Learner
    x: Array
    target: Array
    fold: Codes
    group: Codes
    seed: int
    categorical: tuple[int, ...] = ()
    teach: Flags | None = None
    name: str = ""

    def perform(self) -> CrossFit:
        return cross_fit(
            self.learner,
            self.x,
            self.target,
            fold=self.fold,
            group=self.group,
            seed=self.seed,
            categorical=self.categorical,
            teach=self.teach,
            name=self.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantileFit:
    """The probability that an outcome (n,) is at most a quantile of its arm; see `cross_fit_quantile`.

    `name` is what messages call the outcome; it changes no number.
    """

    learner: Learner
    propensity_learner: Learner
    x: Array
    outcome: Array
    arm: Flags
    quantile: float
    fold: Codes
    group: Codes
    seed: int
    categorical: tuple[int, ...] = ()
    name: str = ""

    def perform(self) -> CrossFit:
        return cross_fit_quantile(
            self.learner,
            self.x,
            self.outcome,
            arm=self.arm,
            quantile=self.quantile,
            propensity_learner=self.propensity_learner,
            fold=self.fold,
            group=self.group,
            seed=self.seed,
            categorical=self.categorical,
            name=self.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NestedFit:
    """The mean, among rows that `teach`, of the mean of a target among others; see `cross_fit_nested`.

    `name` is what messages call the target; it changes no number.
    """

    learner: Learner
    x: Array
    inner_learner: Learner
    inner_x: Array
    target: Array
    teach: Flags
    inner_teach: Flags
    fold: Codes
    group: Codes
    seed: int
    categorical: tuple[int, ...] = ()
    inner_categorical: tuple[int, ...] = ()
    name: str = ""

    def perform(self) -> CrossFit:
        return cross_fit_nested(
            self.learner,
            self.x,
            self.inner_learner,
            self.inner_x,
            self.target,
            teach=self.teach,
            inner_teach=self.inner_teach,
            fold=self.fold,
            group=self.group,
            seed=self.seed,
            categorical=self.categorical,
            inner_categorical=self.inner_categorical,
            name=self.name,
        )


Request = Fit | QuantileFit | NestedFit

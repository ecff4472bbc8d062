"""The work of a model: the nuisances that it needs, and what becomes of them once they are fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.lang.study import Learner
from gipspec.learn import CrossFit
from gipspec.recipe.found import Made

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
Fits = Sequence[Sequence[CrossFit]]  # by repetition, then in the order of the nuisances


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Localized:
    """Learn P(Y ≤ θ | x) among the rows that teach, θ a preliminary `quantile` of theirs: `QuantileFit`.

    `outcome` (n,) is Y; `propensity` is the treatment's nuisance, whose learner weighs the rows for θ. A
    search for parameters takes the nuisance's own target: whether Y is at most the rows' sample quantile.
    """

    outcome: Array
    quantile: float
    propensity: Nuisance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nested:
    """Learn the mean, among the rows that teach, of what `inner` learns: `NestedFit`.

    `inner` is another nuisance of the same work and target, with features, learner and teachers of its own. A
    search for parameters takes the target itself in the place of `inner`'s predictions.
    """

    inner: Nuisance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nuisance:
    """A function to be learned from data: E[target | x] among the rows that teach, predicted for all.

    `role` and `name` are what results and messages call it and its target (n,). `x` (n, p) are the features,
    `categorical` positions of codes among them. `unit` (n,) are the data set's unit codes, whose folds the
    study's map gives, unless a column holds them (`folds`, codes (n,)). `teach` (n,) is None for all rows.
    `way` is None for a plain cross-fit.
    """

    role: str
    name: str
    learner: Learner
    x: Array
    target: Array
    unit: Codes
    folds: Codes | None = None
    categorical: tuple[int, ...] = ()
    teach: Flags | None = None
    way: Localized | Nested | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """A model's nuisances, and `finish`, which turns their cross-fits, one list a repetition, into estimates.

    `finish` raises GipError where the estimation fails.
    """

    nuisances: tuple[Nuisance, ...]
    finish: Callable[[Fits], Made]


def join(works: Sequence[Work], finish: Callable[[list[Made]], Made]) -> Work:
    """Do several works as one: each finishes its own share of the cross-fits, `finish` puts them together."""
    ends = np.cumsum([len(work.nuisances) for work in works]).tolist()
    starts = [0, *ends[:-1]]

    def finish_all(fits: Fits) -> Made:
        shares = ([rep[a:b] for rep in fits] for a, b in zip(starts, ends, strict=True))
        return finish([work.finish(share) for work, share in zip(works, shares, strict=True)])

    return Work(nuisances=tuple(n for work in works for n in work.nuisances), finish=finish_all)

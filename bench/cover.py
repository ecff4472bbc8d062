"""What draws say of an estimator: its bias, its spread, and how often its intervals hold the truth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Means over `n` draws; `sd` is the spread of estimates, `se` the mean of their standard errors."""

    n: int
    bias: float
    sd: float
    se: float
    share: float

    @property
    def bias_text(self) -> str:
        """The bias and its Monte-Carlo error."""
        return f"{self.bias:+.4f} ({self.sd / math.sqrt(self.n):.4f})"

    @property
    def share_text(self) -> str:
        return share_text(self.share, self.n)


def cover_of(coef: ArrayLike, se: ArrayLike, low: ArrayLike, high: ArrayLike, truth: float) -> Cover:
    """Summarise estimates, standard errors and the ends of intervals, each (n,) with n of two or more."""
    coef, se, low, high = (np.asarray(values, dtype=float) for values in (coef, se, low, high))
    return Cover(
        n=len(coef),
        bias=float(coef.mean()) - truth,
        sd=float(coef.std(ddof=1)),
        se=float(se.mean()),
        share=float(np.mean((low <= truth) & (truth <= high))),
    )


def cover_of_rows(rows: Iterable[Mapping[str, str]], truth: float) -> Cover:
    """Summarise rows with the columns coef, se, low and high."""
    coef, se, low, high = np.array([[float(r[k]) for k in ("coef", "se", "low", "high")] for r in rows]).T
    return cover_of(coef, se, low, high, truth)


def share_text(share: float, n: int) -> str:
    """Return a share of n draws as a percentage, and its Monte-Carlo error in points."""
    return f"{100 * share:.1f}% ({100 * math.sqrt(share * (1 - share) / n):.1f})"

"""The shallow decision tree that maximises a sum of gains: exact search over binned features.

As in the R package `policytree` (Sverdrup, Kanodia, Zhou, Athey and Wager 2020), and unlike in a greedy
classification tree, the best first cut is found together with the best cuts below it. Sums of gains over the
cells of two features at a time replace its sorted scan: two levels cost O(p²(n + bins²)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.influence import Array, Codes

Flags = NDArray[np.bool_]

BINS = {1: 100, 2: 100, 3: 25}  # by depth: percentiles, or every fourth of them; three levels are slow
ROUNDING = 1e-12  # of the sum of absolute gains: what two ways of adding up may differ by


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Rows whose feature is at most `cut` go left, the others right; an end is True for treat."""

    feature: int
    cut: float
    left: Rule | bool
    right: Rule | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """Gains (n,) with the bins (n, p) that features fall into; `ends[j]` are the upper ends of those of j."""

    gain: Array
    bins: Codes
    ends: tuple[Array, ...]
    leaf: int
    noise: float

    @property
    def whole(self) -> float:
        """The value of the better of the two leaves: treat all, or none."""
        return max(float(np.sum(self.gain)), 0.0)

    def where(self, rows: Flags) -> _Sample:
        return replace(self, gain=self.gain[rows], bins=self.bins[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Best:
    value: float
    feature: int = -1  # none: one leaf is as good
    cut: int = -1


def best_rule(gain: Array, features: Array, *, depth: int, leaf: int, bins: int | None = None) -> Rule | bool:
    """Find the tree π that maximises Σ_i gain_i π(x_i), π being 0 or 1; True and False are trees too.

    `gain` is (n,), `features` (n, p); categories come as dummies. The tree has up to `depth` levels of cuts
    and no end with fewer than `leaf` rows. A feature with more than `bins` distinct values (100, or 25 for
    three levels) is cut only at as many quantiles. Of all such trees none is better; where no feature has
    more, none at all is (Zhou, Athey and Wager 2023). Of equal trees the one of fewer levels is taken, and
    the first in the order of features and cuts.

    Raises GipError G203 where `depth` is not 1, 2 or 3.
    """
    if depth not in BINS:
        remedy = "a deeper tree can be neither found exactly nor read at a glance"
        raise GipError(problem("G203", name="depth", found=depth, expected="1, 2 or 3", remedy=remedy))
    ends = tuple(_ends(x, bins or BINS[depth]) for x in features.T)
    codes = [np.searchsorted(upper, x, side="left") for upper, x in zip(ends, features.T, strict=True)]
    sample = _Sample(
        gain=np.asarray(gain, dtype=np.float64),
        bins=np.column_stack(codes).astype(np.int64) if codes else np.empty((len(gain), 0), dtype=np.int64),
        ends=ends,
        leaf=leaf,
        noise=ROUNDING * float(np.sum(np.abs(gain))),
    )
    return _grow(sample, depth)


def treated_by(rule: Rule | bool, features: Array) -> Flags:
    """Say which rows of features (n, p) a tree treats, (n,)."""
    if isinstance(rule, bool):
        return np.full(len(features), rule)
    left = features[:, rule.feature] <= rule.cut
    return np.where(left, treated_by(rule.left, features), treated_by(rule.right, features))


def _ends(x: Array, bins: int) -> Array:
    """Return the upper ends of the bins, which are values of the feature."""
    values = np.unique(x)
    if len(values) <= bins:
        return values
    return np.unique(np.quantile(x, np.arange(1, bins + 1) / bins, method="inverted_cdf"))


def _grow(sample: _Sample, depth: int) -> Rule | bool:
    best = _best(sample, depth)
    while depth > 0 and (flatter := _best(sample, depth - 1)).value >= best.value - sample.noise:
        best, depth = flatter, depth - 1
    if best.feature < 0:
        return float(np.sum(sample.gain)) > sample.noise
    below = sample.bins[:, best.feature] <= best.cut
    left, right = (_grow(sample.where(rows), depth - 1) for rows in (below, ~below))
    if isinstance(left, bool) and left is right:
        return left
    return Rule(feature=best.feature, cut=float(sample.ends[best.feature][best.cut]), left=left, right=right)


def _best(sample: _Sample, depth: int) -> _Best:
    """Find the first cut of the best tree."""
    if depth == 0:
        return _Best(value=sample.whole)
    best = _Best(value=sample.whole)
    search = _one_level if depth == 1 else _two_levels if depth == 2 else _more_levels
    for feature, values in enumerate(search(sample, depth)):
        at = _first_best(values, sample.noise)
        if at >= 0 and values[at] > best.value + sample.noise:
            best = _Best(value=float(values[at]), feature=feature, cut=at)
    return best


def _first_best(values: Array, noise: float) -> int:
    """Return the first position of the largest of the values (m,), up to rounding; -1 if none is finite."""
    largest = np.max(values, initial=-np.inf)
    return int(np.argmax(values >= largest - noise)) if np.isfinite(largest) else -1


def _one_level(sample: _Sample, depth: int) -> Iterator[Array]:
    """Yield, by feature, the value of the best tree with each first cut, -inf where it is not allowed."""
    for feature, ends in enumerate(sample.ends):
        code = sample.bins[:, feature]
        gain: Array = np.bincount(code, weights=sample.gain, minlength=len(ends)).astype(np.float64)
        count = np.bincount(code, minlength=len(ends))
        yield _cut_values(gain[None], count[None], sample.leaf)[0]


def _two_levels(sample: _Sample, depth: int) -> Iterator[Array]:
    """As `_one_level`, with another cut of any feature on each side, from sums by cells of two features."""
    width = [len(ends) for ends in sample.ends]
    start = np.cumsum([0, *width])
    columns = sample.bins + start[:-1]
    for feature, size in enumerate(width):
        cell = (sample.bins[:, feature, None] * start[-1] + columns).ravel()
        shape = (size, int(start[-1]))
        weights = np.repeat(sample.gain, len(width))
        gain = np.bincount(cell, weights=weights, minlength=shape[0] * shape[1]).reshape(shape).cumsum(axis=0)
        count = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).cumsum(axis=0)
        sides = ((gain[:-1], count[:-1]), (gain[-1] - gain[:-1], count[-1] - count[:-1]))
        yield sum(
            (_side_values(g, c, start, sample.leaf) for g, c in sides), start=np.zeros(size - 1, dtype=float)
        )


def _more_levels(sample: _Sample, depth: int) -> Iterator[Array]:
    """As `_one_level`, by the best trees of one level less on both sides of each cut."""
    for feature, ends in enumerate(sample.ends):
        values = np.full(len(ends) - 1, -np.inf)
        for cut in range(len(ends) - 1):
            below = sample.bins[:, feature] <= cut
            if min(np.count_nonzero(below), np.count_nonzero(~below)) >= sample.leaf:
                values[cut] = sum(_best(sample.where(rows), depth - 1).value for rows in (below, ~below))
        yield values


def _side_values(gain: Array, count: NDArray[np.integer], start: Codes, leaf: int) -> Array:
    """Return the value of the best tree of one level for each of m samples.

    `gain` and `count` (m, cells) hold the sums by bins of all features, side by side from `start`.
    """
    first = slice(start[0], start[1])  # the bins of any feature add up to the sample
    total, n = gain[:, first].sum(axis=1), count[:, first].sum(axis=1)
    best = np.maximum(total, 0.0)
    for low, high in pairwise(start.tolist()):
        found = _cut_values(gain[:, low:high], count[:, low:high], leaf)
        best = np.maximum(best, np.max(found, axis=1, initial=-np.inf))
    return np.where(n >= leaf, best, -np.inf)


def _cut_values(gain: Array, count: NDArray[np.integer], leaf: int) -> Array:
    """Return the values (m, bins - 1) of the best two leaves at each cut of m samples in bins (m, bins)."""
    left, below = gain.cumsum(axis=1), count.cumsum(axis=1)
    right, above = left[:, -1:] - left[:, :-1], below[:, -1:] - below[:, :-1]
    left, below = left[:, :-1], below[:, :-1]
    values = np.maximum(left, 0.0) + np.maximum(right, 0.0)
    return np.where((below >= leaf) & (above >= leaf), values, -np.inf)

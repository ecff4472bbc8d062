"""How strong instruments are, and confidence sets that hold however weak they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters
from gipspec.estimate.wald import covariance

SINGULAR = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceSet:
    """A union of closed intervals of the line: `pieces` are pairs in order, with ends that may be infinite.

    Without pieces it is empty; ((-inf, inf),) is the line; ((-inf, a), (b, inf)) are two rays.
    """

    pieces: tuple[tuple[float, float], ...]

    @property
    def ends(self) -> tuple[float, float]:
        """The ends in one pair: (low, high) of an interval; (b, a) with b > a of the rays up to a and from b.

        Of more pieces it is the smallest set of this kind that holds them all: of a bounded one the hull, of
        an unbounded one all but the widest gap. nan where the set is empty.
        """
        if not self.pieces:
            return math.nan, math.nan
        low, high = self.pieces[0][0], self.pieces[-1][1]
        if len(self.pieces) == 1 or math.isfinite(low) or math.isfinite(high):
            return low, high
        gaps = [(b - a, b, a) for (_, a), (b, _) in pairwise(self.pieces)]
        _, after, before = max(gaps)
        return after, before

    def holds(self, theta: float) -> bool:
        return any(low <= theta <= high for low, high in self.pieces)


LINE = ConfidenceSet(pieces=((-math.inf, math.inf),))


def first_stage_f(d_residual: Array, z_residual: Array, clusters: Clusters = NO_CLUSTERS) -> float:
    """Return the effective F of Montiel Olea and Pflueger (2013) of the first stage, clustered.

    With D̃ (n,) and Z̃ (n, q), and S = Σ_c (Σ_{i∈c} Z̃_i ê_i)(Σ_{i∈c} Z̃_i ê_i)' from the residuals ê of D̃ on Z̃
    (through the origin),

        F = D̃'Z̃ (Z̃'Z̃)⁻¹ Z̃'D̃ / tr[(Z̃'Z̃)⁻¹ S],

    for one instrument the squared t statistic with the clustered standard error. With two dimensions of
    clustering S is the sum over both, as everywhere. There is no small-sample correction.
    """
    z = z_residual / np.linalg.norm(z_residual, axis=0)
    inverse = np.linalg.inv(z.T @ z)
    cross = z.T @ d_residual
    error = d_residual - z @ (inverse @ cross)
    spread = covariance(_cluster_sums(z * error[:, None], clusters))
    return float(cross @ inverse @ cross / np.trace(inverse @ spread))


def anderson_rubin(
    reduced: Array, first: Array, clusters: Clusters = NO_CLUSTERS, *, level: float = 0.95
) -> ConfidenceSet:
    """Return the effects that an Anderson-Rubin test does not reject: a set that holds with weak instruments.

    The moments of a row are h_i(θ) = `reduced`_i - θ `first`_i, both (n, q): of the partially linear model
    Z̃Ỹ and Z̃D̃, of the interactive one the signals of what the instrument does to Y and to D. At the true θ

        AR(θ) = H' S⁻¹ H ~ χ²(q),   H = Σ_i h_i,   S = Σ_c (Σ_{i∈c} h_i)(Σ_{i∈c} h_i)'

    (Anderson and Rubin 1949; clustered, Finlay and Magnusson 2009). AR(θ) is the critical value c where
    det(c S - H H') = 0, a polynomial of degree 2q: the set is exact, no grid is searched. Where there are
    fewer clusters than instruments nothing is rejected.
    """
    size = np.sqrt(np.mean(reduced**2, axis=0)) + np.sqrt(np.mean(first**2, axis=0))
    size[size == 0] = 1.0
    a, b = (_cluster_sums(moments / size, clusters) for moments in (reduced, first))
    scale = [math.sqrt(float(np.trace(covariance(part)))) for part in (a, b)]
    if min(scale) == 0:
        return LINE
    sums = [np.hstack([x / scale[0], -y / scale[1]]) for x, y in zip(a, b, strict=True)]
    test = _Test(
        mean=np.sum(sums[0], axis=0), spread=covariance(sums), critical=_critical(level, first.shape[1])
    )
    if not test.defined():
        return LINE
    unit = scale[0] / scale[1]
    ends = [unit * math.tan(angle) for angle in test.roots()]
    return _where(ends, lambda theta: test.accepts(math.atan(theta / unit)))


def majority(sets: Sequence[ConfidenceSet]) -> ConfidenceSet:
    """Return what at least half of the sets (R,) hold: the set of the median test over repeated splits.

    Where each covers with probability 1 - α, it covers with 1 - 2α at least, however dependent they are
    (Gasparin and Ramdas 2024), and in practice with about 1 - α.
    """
    ends = [end for one in sets for piece in one.pieces for end in piece if math.isfinite(end)]
    return _where(ends, lambda theta: 2 * sum(one.holds(theta) for one in sets) >= len(sets))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """The test as a function of an angle φ, of which the effect is the tangent, so that infinity is a point.

    The moments are cos φ · A + sin φ · B; `mean` (2q,) and `spread` (2q, 2q) are those of A and B together.
    """

    mean: Array
    spread: Array
    critical: float

    def at(self, angle: float) -> tuple[Array, Array]:
        q = len(self.mean) // 2
        mix = np.vstack([math.cos(angle) * np.eye(q), math.sin(angle) * np.eye(q)])
        return mix.T @ self.mean, mix.T @ self.spread @ mix

    def accepts(self, angle: float) -> bool:
        mean, spread = self.at(angle)
        return float(mean @ np.linalg.solve(spread, mean)) <= self.critical

    def defined(self) -> bool:
        """Tell whether S has an inverse, at an angle that is nothing special."""
        spread = self.at(1.0)[1]
        return int(np.linalg.matrix_rank(spread, tol=SINGULAR * np.trace(spread))) == len(spread)

    def roots(self) -> list[float]:
        """Return angles among which are all where the statistic is critical.

        det(c S - H H') is a trigonometric polynomial in 2φ of degree q: 2q + 1 values tell its coefficients.
        """
        q = len(self.mean) // 2
        values = []
        for j in range(2 * q + 1):
            mean, spread = self.at(math.pi * j / (2 * q + 1))
            values.append(np.linalg.det(self.critical * spread - np.outer(mean, mean)))
        coefficients = np.roll(np.fft.fft(values), q)  # of w^-q to w^q, where w = exp(2iφ)
        return sorted(float(angle) / 2 for angle in np.angle(np.roots(coefficients[::-1])))


def _where(ends: Sequence[float], holds: Callable[[float], bool]) -> ConfidenceSet:
    """Return the set whose ends are among `ends`, told by whether it holds a point between neighbours."""
    inner = sorted(set(ends))
    if not inner:
        return LINE if holds(0.0) else ConfidenceSet(pieces=())
    width = 1 + inner[-1] - inner[0]
    points = [inner[0] - width, *((a + b) / 2 for a, b in pairwise(inner)), inner[-1] + width]
    bounds = [-math.inf, *inner, math.inf]
    pieces: list[tuple[float, float]] = []
    for point, low, high in zip(points, bounds[:-1], bounds[1:], strict=True):
        if not holds(point):
            continue
        start = pieces.pop()[0] if pieces and pieces[-1][1] == low else low
        pieces.append((start, high))
    return ConfidenceSet(pieces=tuple(pieces))


def _cluster_sums(values: Array, clusters: Clusters) -> tuple[Array, ...]:
    """Add up rows (n, q) by cluster, (C_j, q) for each dimension; rows stay where there are no clusters."""
    if not clusters.dimensions:
        return (values,)
    return tuple(
        np.column_stack([np.bincount(codes, weights=column, minlength=len(names)) for column in values.T])
        for codes, names in zip(clusters.codes, clusters.names, strict=True)
    )


def _critical(level: float, df: int) -> float:
    from scipy.stats import chi2  # 0.5 s, which `check` and `--help` should not pay

    return float(chi2.ppf(level, df))

"""Placebo tests: the treatment moved to other units, or to an earlier time.

Between units, whole paths move, never rows: adoption is a unit's, and its periods belong together. Under the
hypothesis that adoption was as good as random within strata, and had no effect, each exchange of paths was as
likely as what happened, and the test is exact in samples of any size, with few clusters too.

Who may exchange with whom, when not every unit is seen in every period:

- `adoption_paths` moves the time of adoption within a stratum, and the path is rebuilt for every period. It
  is exact where the times are known. A unit that enters, leaves or pauses may hide its adoption; `uncertain`
  counts those whose rows do not pin it down, for which the first treated row stands in.
- `observed_paths` moves paths as they are, of any treatment, among units of a stratum that are seen in the
  same periods. It is exact whatever the gaps; a unit with periods that nobody shares keeps its path.

Where the treatment is known in all periods the two are the same. Rows that lack something else, such as a
control, should still be given here: only the treatment has to be known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipspec.estimate.influence import Array, Clusters, Codes
from gipspec.estimate.residuals import NO_VARIATION

BLOCK = 2_000_000  # entries of the permuted treatments that are held in memory at a time
TIES = 1e-9  # relative: the same paths added up in another order give the same t up to rounding
NO_CLUSTERS = Clusters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The treatment of each unit in each period, and who may exchange it.

    `values` (U, T) has nan where a path is not known. Units with the same `group` (U,) may exchange paths;
    -1 marks a unit that is not there. `uncertain` units have an adoption that their rows do not pin down.
    """

    values: Array
    group: Codes
    uncertain: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceboDraws:
    """Placebo estimates: `theta`, `se` and `t` (B,) of the draws.

    They are nan where nothing of the permuted treatment is left. `actual` is the t of the true paths by the
    same formula, for an exact test, and `actual_theta` and `actual_se` what it is made of.
    """

    theta: Array
    se: Array
    t: Array
    actual: float
    actual_theta: float
    actual_se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationTest:
    """p = (1 + #{|t*| ≥ |t|}) / (draws + 1), its Monte-Carlo standard error, and an interval for the p-value
    that all permutations would give (Clopper and Pearson)."""

    p: float
    se: float
    ci: tuple[float, float]
    exceeding: int
    draws: int


def adoption_obstacle(d: Array, unit: Codes, time: Codes) -> str | None:
    """Say why a treatment (n,) has no time of adoption, None where it is 0 and then, perhaps, 1 for good."""
    if not np.all((d == 0) | (d == 1)):
        return "it has other values than 0 and 1"
    ended = int(np.sum(np.unique(unit[(d == 0) & (time > _adoption(d, unit, time)[unit])]).size))
    return f"it ends again in {ended} {'unit' if ended == 1 else 'units'}" if ended else None


def adoption_paths(d: Array, unit: Codes, time: Codes, strata: Codes | None = None) -> Paths:
    """Return the paths that follow from the time of adoption, exchanged within `strata` (U,).

    `d`, `unit` and `time` (n,) are the rows where the treatment is known of the units to be permuted, `unit`
    codes of the level at which it was assigned and `time` codes of periods, each pair at most once. The
    treatment must be an absorbing one: `adoption_obstacle` must return None.
    """
    adoption = _adoption(d, unit, time)
    periods = np.arange(int(time.max()) + 1)
    group = np.full(len(adoption), -1, dtype=np.int64)
    present = np.unique(unit)
    group[present] = 0 if strata is None else strata[present]
    return Paths(
        values=(periods >= adoption[:, None]).astype(np.float64),
        group=group,
        uncertain=_uncertain(adoption, unit, time),
    )


def observed_paths(d: Array, unit: Codes, time: Codes, strata: Codes | None = None) -> Paths:
    """Return the paths as they are, exchanged within `strata` (U,) among units with the same periods.

    The arguments are those of `adoption_paths`; the treatment may be of any kind.
    """
    values = np.full((int(unit.max()) + 1, int(time.max()) + 1), np.nan)
    values[unit, time] = d
    kept = ~np.isnan(values)
    stratum = np.zeros(len(values), dtype=np.int64) if strata is None else strata
    group = np.unique(np.column_stack([stratum, kept]), axis=0, return_inverse=True)[1].reshape(-1)
    return Paths(values=values, group=np.where(kept.any(axis=1), group, -1).astype(np.int64))


def movable(paths: Paths) -> int:
    """Count the units that may exchange their path with a different one. Nought leaves no test."""
    known = np.nan_to_num(paths.values)  # groups have gaps in common
    distinct = np.unique(known, axis=0, return_inverse=True)[1].reshape(-1)
    return sum(len(m) for m in _members(paths.group) if len(np.unique(distinct[m])) > 1)


def permutations(group: Codes, draws: int, seed: int) -> Codes:
    """Draw permutations (B, U) within groups: entry (b, i) is the unit whose path unit i is given.

    More draws add to the ones before, so that a test can be continued.
    """
    return _permute(_members(group), np.random.Generator(np.random.PCG64(seed)).random((draws, len(group))))


def permuted_treatment(paths: Paths, donors: Codes, unit: Codes, time: Codes) -> Array:
    """Return the treatment of rows (n,) when each unit has the path of its donor: (n,) for (U,), (B, n) for
    (B, U) donors."""
    return paths.values[donors[..., unit], time]


def known_propensity(paths: Paths, unit: Codes, time: Codes) -> Array:
    """Return E[D] of rows (n,) over all permutations: the mean of the group's paths in that period."""
    mean = np.full(paths.values.shape, np.nan)
    for members in _members(paths.group):
        mean[members] = paths.values[members].mean(axis=0)
    return np.asarray(mean[unit, time], dtype=np.float64)


def design_draws(
    residual: Array,
    paths: Paths,
    unit: Codes,
    time: Codes,
    clusters: Clusters = NO_CLUSTERS,
    *,
    draws: int,
    seed: int,
    transform: Callable[[Array], Array] | None = None,
) -> PlaceboDraws:
    """Estimate the effect of permuted paths, whose propensity is known, so that nothing is fitted again.

    `residual` (n,) is Y - l̂, or (R, n) with a row for each repetition, which `median_rule` aggregates. `unit`
    and `time` (m,) are the rows on which the treatment is built; `transform` is the linear map from these
    rows, (m, b), to those of the residual, (n, b), such as removing effects or taking differences, by default
    none. Each draw is the partialling-out estimate of `plr` with m̂ = E[D], both transformed:
    θ* = Σ ỹ D̃* / Σ D̃*², D̃* = transform(D* - E[D]), with the same clustered standard error.
    """
    sums = _cluster_sums(clusters, np.shape(residual)[-1])
    mean = known_propensity(paths, unit, time)

    def estimates(donors: Codes) -> Array:
        centred = (permuted_treatment(paths, donors, unit, time) - mean).T
        moved = transform(centred) if transform else centred
        explained = np.sum(moved**2, axis=0) <= NO_VARIATION * np.sum(centred**2, axis=0)
        found = _median(*_by_residual(np.atleast_2d(residual), moved, sums))
        return np.where(explained, np.nan, found)

    actual = estimates(np.arange(len(paths.group), dtype=np.int64)[None, :])
    found = np.hstack([estimates(donors) for donors in _blocks(paths.group, draws, seed, len(unit))])
    return _draws(np.hstack([actual, found]))


def refit_draws(
    residual: Array, moved: Sequence[Array], variation: Array, clusters: Clusters = NO_CLUSTERS
) -> PlaceboDraws:
    """Estimate the effect of permuted paths, each with a nuisance of its own.

    `residual` (R, n) is Y - l̂ by repetition, and `moved` holds for each an array (n, 1 + B): D - m̂ of the
    true paths in the first column, then D* - m̂* of the draws. `variation` (1 + B,) are the sums of squares of
    these treatments about their means before anything was removed. The estimates are those of `plr`, over
    repetitions by `median_rule`.
    """
    sums = _cluster_sums(clusters, residual.shape[1])
    by_rep = [_by_residual(y[None, :], m, sums) for y, m in zip(residual, moved, strict=True)]
    left = np.min([np.sum(m**2, axis=0) for m in moved], axis=0)
    found = _median(np.vstack([theta for theta, _ in by_rep]), np.vstack([v for _, v in by_rep]))
    return _draws(np.where(left <= NO_VARIATION * variation, np.nan, found))


def permutation_test(t: float, draws: Array, *, level: float = 0.95) -> PermutationTest:
    """Compare a statistic with those of permuted paths (B,), both sides.

    The test is exact if `t` comes from the same formula as the draws. A draw without a statistic counts as
    exceeding.
    """
    from scipy.stats import beta

    count, total = int(np.sum(~(np.abs(draws) < abs(t) * (1 - TIES)))), len(draws)
    p = (1 + count) / (1 + total)
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, count, total - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, total - count)) if count < total else 1.0
    se = math.sqrt(p * (1 - p) / total)
    return PermutationTest(p=p, se=se, ci=(low, high), exceeding=count, draws=total)


def lead_adoption(d: Array, unit: Codes, time: Codes, k: int) -> tuple[Array, NDArray[np.bool_]]:
    """Return a treatment (n,) that sets in `k` periods too early, and the rows to keep (n,).

    Rows are kept while they are not yet treated. The true effect has no part in them, so that an effect of
    the early treatment is anticipation or a difference in trends. Units treated from their first period on
    drop out. The treatment must be an absorbing one, see `adoption_obstacle`; `time` counts the periods.
    """
    adoption = _adoption(d, unit, time)
    adopts = np.zeros(len(adoption), dtype=bool)
    adopts[unit[d != 0]] = True
    return (adopts[unit] & (time >= adoption[unit] - k)).astype(np.float64), d == 0


def _adoption(d: Array, unit: Codes, time: Codes) -> Codes:
    """Return the first period (U,) with a treatment, a period after the last where there is none."""
    first = np.full(int(unit.max()) + 1, int(time.max()) + 1, dtype=np.int64)
    treated = d != 0
    np.minimum.at(first, unit[treated], time[treated])
    return first


def _uncertain(adoption: Codes, unit: Codes, time: Codes) -> int:
    """Count units whose rows do not hold the period of adoption and the one before it."""
    periods = int(time.max()) + 1
    seen = np.zeros((len(adoption), periods + 2), dtype=bool)
    seen[unit, time + 1] = True  # a column before the first period, and one after the last
    seen[:, [0, periods + 1]] = True
    present = np.unique(unit)
    at = adoption[present]
    return int(np.sum(~(seen[present, at] & seen[present, at + 1])))


def _members(group: Codes) -> list[Codes]:
    return [np.flatnonzero(group == code) for code in np.unique(group[group >= 0])]


def _permute(members: list[Codes], keys: Array) -> Codes:
    """Sort each group by random keys (b, U): the unit that comes i-th gives its path to the i-th member."""
    donors = np.tile(np.arange(keys.shape[1], dtype=np.int64), (len(keys), 1))
    for group in members:
        donors[:, group] = group[np.argsort(keys[:, group], axis=1, kind="stable")]
    return donors


def _blocks(group: Codes, draws: int, seed: int, rows: int) -> Iterator[Codes]:
    """Draw the permutations of `permutations`, as many at a time as fit in memory with their rows."""
    generator, members = np.random.Generator(np.random.PCG64(seed)), _members(group)
    step = max(1, BLOCK // max(rows, 1))
    for start in range(0, draws, step):
        yield _permute(members, generator.random((min(step, draws - start), len(group))))


def _cluster_sums(clusters: Clusters, n: int) -> list[Any]:
    """Return the sparse matrices (C_j, n) that add rows up by cluster."""
    from scipy import sparse

    if not clusters.dimensions:
        return [sparse.eye_array(n, format="csr")]
    return [
        sparse.csr_array((np.ones(n), (codes, np.arange(n))), shape=(len(names), n))
        for codes, names in zip(clusters.codes, clusters.names, strict=True)
    ]


def _draws(found: Array) -> PlaceboDraws:
    """Put estimates and standard errors (2, 1 + B), those of the true paths first, into a result."""
    with np.errstate(divide="ignore", invalid="ignore"):
        theta, se, t = *found, found[0] / found[1]
    return PlaceboDraws(
        theta=theta[1:],
        se=se[1:],
        t=t[1:],
        actual=float(t[0]),
        actual_theta=float(theta[0]),
        actual_se=float(se[0]),
    )


def _by_residual(residual: Array, moved: Array, sums: list[Any]) -> tuple[Array, Array]:
    """Return estimates and variances (R, b) of treatments (n, b) for each of the residuals (R, n)."""
    squares = moved**2
    total = squares.sum(axis=0)
    by_cluster = [matrix @ squares for matrix in sums]
    theta, variance = np.empty((2, len(residual), moved.shape[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        for r, y in enumerate(residual):
            product = moved * y[:, None]
            theta[r] = product.sum(axis=0) / total
            variance[r] = 0.0
            for matrix, square in zip(sums, by_cluster, strict=True):
                variance[r] += np.sum((matrix @ product - theta[r] * square) ** 2, axis=0) / total**2
    return theta, variance


def _median(theta: Array, variance: Array) -> Array:
    """Aggregate estimates and variances (R, b) by `median_rule`: estimates and standard errors (2, b)."""
    found = np.median(theta, axis=0)
    return np.stack([found, np.sqrt(np.median(variance + (theta - found) ** 2, axis=0))])

"""Several estimates side by side, over clusters and repetitions: joint tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.estimate.influence import Array, Influence
from gipspec.estimate.named import places, union
from gipspec.estimate.wald import Wald, covariance, wald


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """k estimates on common clusters: `theta` (R, k), and `values` (R, C_j, k) for each dimension."""

    theta: Array
    values: tuple[Array, ...]

    def combine(self, weights: Array) -> Joint:
        """Return the linear combinations with `weights` (m, k), one estimate for each row of them."""
        return Joint(theta=self.theta @ weights.T, values=tuple(v @ weights.T for v in self.values))

    def standard_errors(self) -> Array:
        """Return the standard errors (R, k) by repetition."""
        return np.asarray(np.sqrt(sum(np.sum(v**2, axis=1) for v in self.values)), dtype=np.float64)


def side_by_side(estimates: Sequence[Influence]) -> Joint:
    """Match the clusters of several estimates by name; a cluster that an estimate lacks counts as nought.

    Where numbers of repetitions differ the common first ones are taken. Raises GipError G413 unless all are
    clustered by the same dimensions.
    """
    first = estimates[0]
    for other in estimates[1:]:
        if set(other.dimensions) != set(first.dimensions):
            raise GipError(problem("G413", left=_by(first), right=_by(other)))
    reps = min(len(e.theta) for e in estimates)
    return Joint(
        theta=np.column_stack([e.theta[:reps] for e in estimates]),
        values=tuple(_matched(estimates, dimension, reps) for dimension in first.dimensions),
    )


def joint_test(estimates: Sequence[Influence], *, names: Sequence[str] | None = None) -> Wald:
    """Test that all estimates are zero: θ'V⁻¹θ ~ χ²(k), θ the medians and V of `median_covariance`.

    With one repetition this is the Wald test of its clustered covariance, with one estimate the square of the
    t of `median_rule`. Raises GipError G411 (with `names`) where V has no inverse.
    """
    return _test(side_by_side(estimates), names)


def equality(effects: Sequence[Influence], *, names: Sequence[str] | None = None) -> Wald:
    """Test that k effects are equal, by their differences to the first: χ²(k - 1), whichever is first.

    The effects may come from one regression or from estimates on samples of their own. With several
    repetitions the medians of the differences, and hence the statistic, depend a little on which is first.
    Raises GipError G411 (with `names`) where the differences have no covariance of full rank: there are more
    groups than clusters.
    """
    count = len(effects)
    contrasts = np.column_stack([-np.ones(count - 1), np.eye(count - 1)])
    return _test(side_by_side(effects).combine(contrasts), names)


def median_covariance(joint: Joint) -> Array:
    """Return the covariance (k, k) of the medians over repetitions.

    Of V_r + (θ_r - θ)(θ_r - θ)', θ the coordinate-wise median, it is the one whose largest eigenvalue is the
    median, the mean of the two in the middle where R is even: the rule for vectors in Chernozhukov et al.
    (2018), section 3.4. For one estimate it is the square of the standard error of `median_rule`.
    """
    return covariance(_median_influence(joint))


def _test(joint: Joint, names: Sequence[str] | None) -> Wald:
    return wald(np.median(joint.theta, axis=0), _median_influence(joint), names=names)


def _median_influence(joint: Joint) -> tuple[Array, ...]:
    """Return arrays (·, k) whose cross-products sum to `median_covariance`."""
    away = joint.theta - np.median(joint.theta, axis=0)
    parts = [(*(values[r] for values in joint.values), away[r : r + 1]) for r in range(len(joint.theta))]
    size = [float(np.linalg.eigvalsh(covariance(part))[-1]) for part in parts]
    order = np.argsort(size, kind="stable")
    middle = order[(len(order) - 1) // 2 : len(order) // 2 + 1]
    return tuple(values / np.sqrt(len(middle)) for r in middle for values in parts[r])


def _matched(estimates: Sequence[Influence], dimension: str, reps: int) -> Array:
    at = [e.dimensions.index(dimension) for e in estimates]
    names = union([e.clusters[j] for e, j in zip(estimates, at, strict=True)])
    matched = np.zeros((reps, len(names), len(estimates)))
    for k, (e, j) in enumerate(zip(estimates, at, strict=True)):
        matched[:, places(e.clusters[j], names), k] = e.values[j][:reps]
    return matched


def _by(influence: Influence) -> str:
    return " and ".join(f"`{name}`" for name in influence.dimensions) or "nothing"

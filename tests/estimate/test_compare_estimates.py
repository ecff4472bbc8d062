"""Differences of estimates, against stacked regressions and numbers by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from estimate_samples import by_unit, make

from gipspec.diagnostics import GipError
from gipspec.estimate import Clusters, Influence, difference, plr, stack_influence, standard_errors


def influence(theta, names, values, dimension="unit") -> Influence:
    return Influence(
        theta=np.asarray(theta, dtype=float),
        dimensions=(dimension,),
        clusters=(tuple(names),),
        values=(np.asarray(values, dtype=float),),
    )


def test_two_coefficients_of_one_regression():
    y, d, l_hat, m_hat, unit = make(2)
    clusters = by_unit(unit)
    a, b = (stack_influence([s], clusters) for s in plr(y, d, l_hat, m_hat, clusters))
    found, _ = difference(a, b, 0.95)
    joint = sm.OLS(y - l_hat, d - m_hat).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    test = joint.t_test([1, -1])
    assert found.coef == pytest.approx(test.effect[0], abs=1e-12)
    assert found.se == pytest.approx(test.sd[0, 0], abs=1e-12)
    assert found.p == pytest.approx(float(test.pvalue), rel=1e-8)


def test_overlapping_samples_equal_the_stacked_regression():
    """Suest: both samples stacked, a coefficient each, clustered by the unit that appears in both."""
    y, d, l_hat, m_hat, unit = make()
    u, v = y - l_hat, (d - m_hat)[:, 0]
    first, second = unit < 17, unit > 5
    stacked = np.zeros((first.sum() + second.sum(), 2))
    stacked[: first.sum(), 0], stacked[first.sum() :, 1] = v[first], v[second]
    fit = sm.OLS(np.r_[u[first], u[second]], stacked).fit(
        cov_type="cluster", cov_kwds={"groups": np.r_[unit[first], unit[second]], "use_correction": False}
    )
    test = fit.t_test([1, -1])
    sides = []
    for keep in (first, second):
        present, codes = np.unique(unit[keep], return_inverse=True)
        clusters = Clusters(dimensions=("unit",), names=(tuple(f"u{i}" for i in present),), codes=(codes,))
        sides.append(stack_influence(plr(y[keep], d[keep], l_hat[keep], m_hat[keep], clusters), clusters))
    found, between = difference(*sides, 0.95)
    assert found.coef == pytest.approx(test.effect[0], abs=1e-12)
    assert found.se == pytest.approx(test.sd[0, 0], abs=1e-12)
    assert between.clusters[0] == tuple(sorted(f"u{i}" for i in np.unique(unit)))


def test_disjoint_samples_are_independent():
    a = influence([1.0], "ab", [[3.0, 4.0]])
    b = influence([0.5], "cd", [[5.0, 12.0]])
    found, _ = difference(a, b, 0.95)
    assert found.coef == 0.5
    assert found.se == pytest.approx(np.sqrt(25 + 169))


def test_clusters_are_matched_by_name():
    a = influence([1.0], "abc", [[1.0, 2.0, 3.0]])
    b = influence([0.0], "cab", [[3.0, 1.0, 2.0]])
    found, between = difference(a, b, 0.95)
    assert found.se == 0.0
    assert between.clusters == (("a", "b", "c"),)


def test_common_first_repetitions_and_the_median_by_hand():
    a = influence([1.0, 2.0, 4.0], "a", [[0.3], [0.1], [0.2]])
    b = influence([0.0, 0.0, 0.0, 9.0], "b", np.zeros((4, 1)))
    found, between = difference(a, b, 0.95)
    assert found.coef == 2.0
    assert found.se == pytest.approx(np.sqrt(1.09))
    assert found.spread == (1.0, 4.0)
    assert between.theta.shape == (3,)
    np.testing.assert_allclose(standard_errors(between), [0.3, 0.1, 0.2])


def test_a_minus_b_is_minus_b_minus_a():
    a = influence([1.0, 2.0], "abc", np.arange(6).reshape(2, 3))
    b = influence([0.5, 0.7], "bcd", np.arange(6).reshape(2, 3) ** 2)
    one, other = difference(a, b, 0.95)[0], difference(b, a, 0.95)[0]
    assert (one.coef, one.se, one.p) == (-other.coef, other.se, other.p)


def test_order_of_dimensions_does_not_matter():
    def two_way(swap: bool) -> Influence:
        parts = [("unit", ("a", "b"), np.array([[1.0, 2.0]])), ("time", ("1", "2"), np.array([[3.0, 5.0]]))]
        dimensions, names, values = zip(*(reversed(parts) if swap else parts), strict=True)
        return Influence(theta=np.array([1.0]), dimensions=dimensions, clusters=names, values=values)

    found, between = difference(two_way(False), two_way(True), 0.95)
    assert found.se == 0.0
    assert between.dimensions == ("unit", "time")


def test_different_clusters_cannot_be_compared():
    a = influence([1.0], "ab", [[1.0, 2.0]])
    b = influence([1.0], "ab", [[1.0, 2.0]], dimension="province")
    with pytest.raises(GipError) as error:
        difference(a, b, 0.95)
    assert error.value.problems[0].code == "G413"
    assert "`unit`" in error.value.problems[0].message
    assert "`province`" in error.value.problems[0].message

"""Clusters above the unit and the test before adoption, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from did_samples import units_as_clusters
from scipy.stats import chi2

from gipspec.estimate import Clusters
from gipspec.estimate.did import Summary, cell_effect, effect_influence, pre_trend, split_of


def provinces(codes: list[int]) -> Clusters:
    names = tuple(f"p{i}" for i in range(max(codes) + 1))
    return Clusters(dimensions=("province",), names=(names,), codes=(np.array(codes, dtype=np.int64),))


def test_influence_is_summed_to_provinces():
    split = split_of(0.5, np.array([3.0, -1.0, 2.0, 5.0]), provinces([0, 1, 0, 1]))
    assert split.theta == 0.5
    np.testing.assert_array_equal(split.influence[0], [5.0, 4.0])
    assert split.se == pytest.approx(np.sqrt(41))


def test_units_are_clusters_of_their_own_without_any():
    split = split_of(0.5, np.array([3.0, -4.0]), Clusters())
    np.testing.assert_array_equal(split.influence[0], [3.0, -4.0])
    assert split.se == 5.0


def test_two_dimensions_add_up():
    clusters = Clusters(
        dimensions=("province", "industry"),
        names=(("a", "b"), ("x", "y")),
        codes=(np.array([0, 0, 1]), np.array([0, 1, 1])),
    )
    split = split_of(0.0, np.array([1.0, 2.0, 4.0]), clusters)
    assert split.se == pytest.approx(np.sqrt(3**2 + 4**2 + 1**2 + 6**2))


def test_provinces_that_adopt_together_count_once():
    """Equal provinces with shocks of their own: the error is that of a difference of province means."""
    rng = np.random.default_rng(0)
    province, adopts = np.repeat(np.arange(30), 10), np.arange(30) % 3 == 0
    change = rng.normal(size=30)[province] + 0.1 * rng.normal(size=300)
    treated = adopts[province]
    found = cell_effect(change, treated, np.full(300, change[~treated].mean()), np.full(300, 0.5))
    means = change.reshape(30, 10).mean(axis=1)
    variance = means[adopts].var() / 10 + means[~adopts].var() / 20
    above = split_of(found.theta, found.influence, provinces(province.tolist()))
    assert above.se == pytest.approx(np.sqrt(variance))
    assert above.se > 3 * split_of(found.theta, found.influence, units_as_clusters(300)).se


def event_summary(theta: list[float], influence: np.ndarray, labels: tuple[int, ...]) -> Summary:
    return Summary(
        by="event",
        labels=labels,
        theta=np.array(theta),
        influence=influence,
        overall=0.0,
        overall_influence=np.zeros(len(influence)),
    )


def run_test(summaries: list[Summary], clusters: Clusters, anticipation: int = 0):
    effects = effect_influence(summaries, clusters)
    return pre_trend(summaries[0].labels, effects, anticipation=anticipation)


def test_repetitions_are_gathered_by_label_and_cluster():
    clusters = provinces([1, 0, 1])
    influence = np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]])
    summaries = [event_summary([0.5 * r, 2.0 * r], influence * r, (-1, 0)) for r in (1.0, 2.0)]
    first, second = effect_influence(summaries, clusters)
    assert first.clusters == (("p0", "p1"),)
    np.testing.assert_array_equal(first.theta, [0.5, 1.0])
    np.testing.assert_array_equal(first.values[0], [[2.0, 4.0], [4.0, 8.0]])
    np.testing.assert_array_equal(second.theta, [2.0, 4.0])
    np.testing.assert_array_equal(second.values[0], [[5.0, 10.0], [10.0, 20.0]])


def test_the_test_before_adoption_by_hand():
    influence = np.random.default_rng(12).normal(size=(20, 4))
    summary = event_summary([0.5, -1.0, 9.0, 9.0], influence, (-3, -2, -1, 0))
    codes = (np.arange(20) % 7).tolist()
    sums = np.array([influence[np.array(codes) == c].sum(axis=0) for c in range(7)])
    early = np.array([0.5, -1.0])
    expected = early @ np.linalg.inv(sums[:, :2].T @ sums[:, :2]) @ early
    found = run_test([summary], provinces(codes), anticipation=1)
    assert found is not None
    assert found.statistic == pytest.approx(expected)
    assert found.df == 2
    assert found.p == pytest.approx(np.exp(-expected / 2))  # χ² of two degrees of freedom
    three = run_test([summary], provinces(codes))
    assert three is not None
    assert three.df == 3


def test_the_test_of_the_median_over_repetitions():
    influence = np.random.default_rng(13).normal(size=(20, 2))
    repetitions = [event_summary([theta, 0.0], influence, (-1, 0)) for theta in (1.0, 5.0, 2.0)]
    found = run_test(repetitions, units_as_clusters(20))
    assert found is not None
    variance = np.sum(influence[:, 0] ** 2) + 1.0  # 1, 9 and 0 are the squared distances to the median
    assert found.statistic == pytest.approx(4 / variance)
    assert found.p == pytest.approx(chi2.sf(4 / variance, 1))


def test_what_cannot_be_tested():
    influence = np.random.default_rng(14).normal(size=(20, 4))
    later = event_summary([1.0] * 4, influence, (-1, 0, 1, 2))
    assert run_test([later], units_as_clusters(20), anticipation=1) is None
    many = event_summary([1.0] * 4, influence, (-5, -4, -3, -2))
    assert run_test([many], provinces([0, 1, 2] * 6 + [0, 1])) is None

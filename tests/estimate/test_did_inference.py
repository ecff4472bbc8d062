"""Clusters above the unit, the joint band and the test before adoption, by hand and against known laws."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from did_samples import units_as_clusters
from scipy.stats import chi2

from gipspec.estimate import Clusters, Influence, stack_influence, standard_errors
from gipspec.estimate.did import Summary, cell_effect, joint_band, pre_trend, split_of

CRITICAL = 0.015  # what 100,000 draws leave of noise in the critical value, generously


def provinces(codes: list[int]) -> Clusters:
    names = tuple(f"p{i}" for i in range(max(codes) + 1))
    return Clusters(dimensions=("province",), names=(names,), codes=(np.array(codes, dtype=np.int64),))


def influences(matrix: np.ndarray, theta: np.ndarray | None = None) -> list[Influence]:
    """Make effects (L,) of one repetition from cluster influences (C, L)."""
    names = tuple(f"c{i:04d}" for i in range(len(matrix)))
    at = np.zeros(matrix.shape[1]) if theta is None else theta
    return [
        Influence(theta=at[k : k + 1], dimensions=("unit",), clusters=(names,), values=(matrix[None, :, k],))
        for k in range(matrix.shape[1])
    ]


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


@pytest.mark.parametrize("effects", [2, 5, 11])
def test_independent_effects_have_sidaks_critical_value(effects):
    matrix = np.linalg.qr(np.random.default_rng(1).normal(size=(80, effects)))[0] * np.arange(1, effects + 1)
    sidak = NormalDist().inv_cdf((1 + 0.95 ** (1 / effects)) / 2)
    assert joint_band(influences(matrix), 0.95, seed=1).critical == pytest.approx(sidak, abs=CRITICAL)


def test_one_effect_and_copies_of_one_have_the_normal_quantile():
    column = np.random.default_rng(2).normal(size=(50, 1))
    single = NormalDist().inv_cdf(0.95)
    assert joint_band(influences(column), 0.90, seed=3).critical == pytest.approx(single, abs=CRITICAL)
    copies = column * np.array([1.0, -2.0, 1e6])
    found = joint_band(influences(copies), 0.90, seed=3).critical
    assert single <= found == pytest.approx(single, abs=CRITICAL)


def test_the_law_is_that_of_normal_multipliers_on_clusters():
    matrix = np.random.default_rng(4).normal(size=(25, 6)) @ np.random.default_rng(5).normal(size=(6, 6))
    multipliers = np.random.default_rng(6).normal(size=(100_000, 25))
    largest = np.max(np.abs(multipliers @ matrix) / np.sqrt(np.sum(matrix**2, axis=0)), axis=1)
    found = joint_band(influences(matrix), 0.95, seed=7)
    assert found.critical == pytest.approx(np.quantile(largest, 0.95), abs=2 * CRITICAL)


def test_the_band_is_made_of_median_rule_and_critical_value():
    rng = np.random.default_rng(8)
    values, theta = rng.normal(size=(3, 40, 2)), rng.normal(size=(3, 2))
    effects = [
        Influence(theta=theta[:, k], dimensions=("unit",), clusters=(("",) * 40,), values=(values[:, :, k],))
        for k in range(2)
    ]
    found = joint_band(effects, 0.95, seed=9)
    alone = [
        joint_band(
            [
                Influence(
                    theta=e.theta[r : r + 1],
                    dimensions=e.dimensions,
                    clusters=e.clusters,
                    values=(e.values[0][r : r + 1],),
                )
                for e in effects
            ],
            0.95,
            seed=9,
        ).critical
        for r in range(3)
    ]
    assert found.critical == pytest.approx(sorted(alone)[1], abs=1e-12)
    for effect, (low, high) in zip(effects, found.intervals, strict=True):
        middle = np.median(effect.theta)
        se = np.sqrt(np.median(standard_errors(effect) ** 2 + (effect.theta - middle) ** 2))
        assert (low + high) / 2 == pytest.approx(middle)
        assert high - low == pytest.approx(2 * found.critical * se)


def test_seeds_scales_and_the_order_of_clusters():
    matrix = np.random.default_rng(10).normal(size=(30, 4))
    found = joint_band(influences(matrix), 0.95, seed=1)
    assert joint_band(influences(matrix), 0.95, seed=1) == found
    assert joint_band(influences(matrix), 0.95, seed=2).critical != found.critical
    scaled = joint_band(influences(matrix * np.array([1e-8, 1, 10, 1e8])), 0.95, seed=1)
    assert scaled.critical == pytest.approx(found.critical, rel=1e-9)
    assert joint_band(influences(matrix[::-1]), 0.95, seed=1).critical == pytest.approx(found.critical)


def test_an_effect_without_variance_does_not_count():
    matrix = np.random.default_rng(11).normal(size=(30, 3))
    degenerate = matrix * np.array([1.0, 0.0, 1.0])
    found = joint_band(influences(degenerate, np.array([1.0, 2.0, 3.0])), 0.95, seed=1)
    assert found.intervals[1] == (2.0, 2.0)
    independent = NormalDist().inv_cdf((1 + 0.95**0.5) / 2)
    assert found.critical < independent + CRITICAL


def event_summary(theta: list[float], influence: np.ndarray, labels: tuple[int, ...]) -> Summary:
    return Summary(
        by="event",
        labels=labels,
        theta=np.array(theta),
        influence=influence,
        overall=0.0,
        overall_influence=np.zeros(len(influence)),
    )


def test_the_test_before_adoption_by_hand():
    influence = np.random.default_rng(12).normal(size=(20, 4))
    summary = event_summary([0.5, -1.0, 9.0, 9.0], influence, (-3, -2, -1, 0))
    codes = (np.arange(20) % 7).tolist()
    sums = np.array([influence[np.array(codes) == c].sum(axis=0) for c in range(7)])
    early = np.array([0.5, -1.0])
    expected = early @ np.linalg.inv(sums[:, :2].T @ sums[:, :2]) @ early
    found = pre_trend([summary], provinces(codes), anticipation=1)
    assert found is not None
    assert found.statistic == pytest.approx(expected)
    assert found.df == 2
    assert found.p == pytest.approx(np.exp(-expected / 2))  # χ² of two degrees of freedom
    three = pre_trend([summary], provinces(codes))
    assert three is not None
    assert three.df == 3


def test_the_median_over_repetitions():
    influence = np.random.default_rng(13).normal(size=(20, 2))
    clusters = units_as_clusters(20)
    repetitions = [event_summary([scale, 0.0], influence, (-1, 0)) for scale in (1.0, 5.0, 2.0)]
    found = pre_trend(repetitions, clusters)
    assert found is not None
    statistic = 4 / np.sum(influence[:, 0] ** 2)
    assert found.statistic == pytest.approx(statistic)
    assert found.p == pytest.approx(chi2.sf(statistic, 1))


def test_what_cannot_be_tested():
    influence = np.random.default_rng(14).normal(size=(20, 4))
    later = event_summary([1.0] * 4, influence, (-1, 0, 1, 2))
    assert pre_trend([later], units_as_clusters(20), anticipation=1) is None
    many = event_summary([1.0] * 4, influence, (-5, -4, -3, -2))
    assert pre_trend([many], provinces([0, 1, 2] * 6 + [0, 1])) is None


def test_influence_can_be_stacked_for_comparison():
    clusters = provinces([1, 0, 1])
    splits = [split_of(t, np.array([1.0, 2.0, 3.0]) * t, clusters) for t in (1.0, 2.0)]
    stacked = stack_influence(splits, clusters)
    assert stacked.clusters == (("p0", "p1"),)
    np.testing.assert_array_equal(stacked.values[0], [[2.0, 4.0], [4.0, 8.0]])

"""Placebo tests: whole paths, exactness by enumeration, error rates under the null, and shifted adoption."""

from __future__ import annotations

import itertools
import time as clock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, kstest

from gipspec.data.demean import demean
from gipspec.estimate import Clusters, median_rule, plr
from gipspec.estimate.placebo import (
    adoption_obstacle,
    adoption_paths,
    design_draws,
    known_propensity,
    lead_adoption,
    movable,
    observed_paths,
    permutation_test,
    permutations,
    permuted_treatment,
)


def grid(units, periods):
    return np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)


def absorbing(adoption, unit, time):
    return (time >= np.asarray(adoption)[unit]).astype(float)


def by(unit) -> Clusters:
    names = tuple(f"u{i}" for i in range(unit.max() + 1))
    return Clusters(dimensions=("unit",), names=(names,), codes=(unit,))


def two_way(unit, time):
    """Remove the effects of a balanced panel from columns (n, b), in closed form."""
    shape = (unit.max() + 1, time.max() + 1)

    def change(values):
        cube = values.reshape(*shape, -1)
        left = cube - cube.mean(axis=0) - cube.mean(axis=1, keepdims=True) + cube.mean(axis=(0, 1))
        return left.reshape(values.shape)

    return change


def t_of(y, d, m, clusters, change=lambda values: values):
    """The t of the partially linear estimate, by the estimator itself."""
    zero = np.zeros(len(y))
    (split,) = plr(y, change((d - m)[:, None]), zero, zero[:, None], clusters)
    return split.theta / split.se


def panel(units=12, periods=6, seed=0):
    rng = np.random.default_rng(seed)
    unit, time = grid(units, periods)
    adoption = rng.integers(1, periods + 3, units)
    y = rng.normal(size=units)[unit] + rng.normal(size=len(unit))
    return y, absorbing(adoption, unit, time), unit, time


# Paths


def test_an_absorbing_treatment_has_no_obstacle():
    _, d, unit, time = panel()
    assert adoption_obstacle(d, unit, time) is None
    assert adoption_obstacle(np.zeros(len(d)), unit, time) is None
    again = d.copy()
    again[(unit == 3) & (time == 5)] = 0
    again[(unit == 3) & (time == 4)] = 1
    assert adoption_obstacle(again, unit, time) == "it ends again in 1 unit"
    assert "other values" in adoption_obstacle(d * 2, unit, time)
    assert "other values" in adoption_obstacle(np.where(unit == 0, np.nan, d), unit, time)


def test_rows_in_any_order():
    _, d, unit, time = panel()
    order = np.random.default_rng(0).permutation(len(d))
    np.testing.assert_array_equal(
        adoption_paths(d, unit, time).values,
        adoption_paths(d[order], unit[order], time[order]).values,
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(2, 6), st.booleans())
def test_each_unit_has_the_path_of_some_unit_of_its_stratum(seed, units, periods, binary):
    rng = np.random.default_rng(seed)
    unit, time = grid(units, periods)
    strata = rng.integers(0, 2, units)
    d = absorbing(rng.integers(0, periods + 1, units), unit, time) if binary else rng.normal(size=len(unit))
    paths = (adoption_paths if binary else observed_paths)(d, unit, time, strata)
    actual = d.reshape(units, periods)
    for donors in permutations(paths.group, 5, seed):
        moved = permuted_treatment(paths, donors, unit, time).reshape(units, periods)
        for s in (0, 1):
            there = sorted(map(tuple, actual[strata == s]))
            assert sorted(map(tuple, moved[strata == s])) == there


def test_permutations_are_uniform_and_can_be_continued():
    donors = permutations(np.zeros(4, dtype=int), 24_000, seed=1)
    _, counts = np.unique(donors, axis=0, return_counts=True)
    assert len(counts) == 24
    assert np.sum((counts - 1000) ** 2 / 1000) < 50  # χ²(23), p = .001
    np.testing.assert_array_equal(permutations(np.zeros(4, dtype=int), 100, seed=1), donors[:100])


def test_who_is_not_there_keeps_out():
    """Codes of a data set of which the sample holds some units only."""
    unit, time = np.array([1, 1, 4, 4]), np.array([0, 1, 0, 1])
    paths = adoption_paths(np.array([0.0, 1, 0, 0]), unit, time)
    np.testing.assert_array_equal(paths.group, [-1, 0, -1, -1, 0])
    donors = permutations(paths.group, 50, seed=0)
    assert set(map(tuple, donors)) == {(0, 1, 2, 3, 4), (0, 4, 2, 3, 1)}
    np.testing.assert_allclose(known_propensity(paths, unit, time), [0, 0.5, 0, 0.5])


def test_adoption_is_rebuilt_over_the_periods_of_the_unit():
    """Unit 0 adopts in period 2, unit 1 never does and lacks period 1; both are seen at the end."""
    unit, time = np.array([0, 0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 3, 0, 2, 3])
    paths = adoption_paths(np.array([0.0, 0, 1, 1, 0, 0, 0]), unit, time)
    swapped = permuted_treatment(paths, np.array([1, 0]), unit, time)
    np.testing.assert_array_equal(swapped, [0, 0, 0, 0, 0, 1, 1])


def test_units_with_other_periods_keep_their_observed_paths():
    unit, time = np.array([0, 0, 1, 1, 2, 2, 3]), np.array([0, 1, 0, 1, 0, 2, 0])
    d = np.array([1.0, 2, 3, 4, 5, 6, 7])
    paths = observed_paths(d, unit, time)
    assert movable(paths) == 2
    found = {tuple(permuted_treatment(paths, p, unit, time)) for p in permutations(paths.group, 50, 0)}
    assert found == {(1, 2, 3, 4, 5, 6, 7), (3, 4, 1, 2, 5, 6, 7)}
    np.testing.assert_allclose(known_propensity(paths, unit, time), [2, 3, 2, 3, 5, 6, 7])


def test_both_rules_are_one_in_a_balanced_panel():
    _, d, unit, time = panel()
    a, b = adoption_paths(d, unit, time), observed_paths(d, unit, time)
    np.testing.assert_array_equal(a.values, b.values)
    assert len(set(a.group)) == len(set(b.group)) == 1
    assert a.uncertain == 0


@pytest.mark.parametrize(
    ("periods", "treated", "uncertain"),
    [
        ([0, 1, 2, 3], [0, 0, 1, 1], 0),
        ([0, 1, 2, 3], [1, 1, 1, 1], 0),
        ([0, 1, 2, 3], [0, 0, 0, 0], 0),
        ([1, 2, 3], [0, 1, 1], 0),
        ([1, 2, 3], [1, 1, 1], 1),  # adopted in period 0 or 1
        ([0, 1, 2], [0, 0, 0], 1),  # may have adopted in period 3
        ([0, 2, 3], [0, 1, 1], 1),  # in period 1 or 2
        ([1, 2], [0, 1], 0),
    ],
)
def test_adoption_that_gaps_may_hide(periods, treated, uncertain):
    unit, time = np.repeat([0, 1], [4, len(periods)]), np.r_[np.arange(4), periods]
    found = adoption_paths(np.r_[np.zeros(4), treated].astype(float), unit, time)
    assert found.uncertain == uncertain


def test_movable_counts_units_with_something_to_exchange():
    unit, time = grid(5, 3)
    d = absorbing([1, 2, 9, 9, 1], unit, time)
    assert movable(adoption_paths(d, unit, time)) == 5
    assert movable(adoption_paths(d, unit, time, np.array([0, 0, 1, 1, 2]))) == 2
    assert movable(adoption_paths(np.ones(15), unit, time)) == 0


# The design statistic


@pytest.mark.parametrize("demeaned", [False, True])
@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("stratified", [False, True])
def test_draws_are_estimates_with_the_known_propensity(demeaned, clustered, stratified):
    y, d, unit, time = panel()
    strata = np.arange(12) % 3 if stratified else None
    paths = adoption_paths(d, unit, time, strata)
    change = two_way(unit, time) if demeaned else None
    clusters = by(unit) if clustered else Clusters()
    found = design_draws(y, paths, unit, time, clusters, draws=20, seed=5, transform=change)
    group = np.zeros(12, dtype=int) if strata is None else strata
    mean = np.array(
        [d[(group[unit] == group[i]) & (time == t)].mean() for i, t in zip(unit, time, strict=True)]
    )
    for b, donors in enumerate(permutations(paths.group, 20, 5)):
        moved = d.reshape(12, 6)[donors].reshape(-1)
        expected = t_of(y, moved, mean, clusters, change or (lambda v: v))
        assert found.t[b] == pytest.approx(expected, rel=1e-8)
        assert found.theta[b] / found.se[b] == pytest.approx(found.t[b])
    assert found.actual == pytest.approx(t_of(y, d, mean, clusters, change or (lambda v: v)), rel=1e-8)


def test_differences_are_a_transformation_too():
    y, d, unit, time = panel()
    later = np.flatnonzero(time > 0)

    def change(values):
        return values[later] - values[later - 1]

    paths = adoption_paths(d, unit, time)
    found = design_draws(change(y), paths, unit, time, by(unit[later]), draws=10, seed=2, transform=change)
    mean = known_propensity(paths, unit, time)
    for b, donors in enumerate(permutations(paths.group, 10, 2)):
        moved = permuted_treatment(paths, donors, unit, time)
        assert found.t[b] == pytest.approx(
            t_of(change(y), change(moved), change(mean), by(unit[later])), rel=1e-8
        )


def test_repetitions_are_aggregated_by_the_median_rule():
    y, d, unit, time = panel()
    residuals = y + 0.3 * np.random.default_rng(1).normal(size=(4, len(y)))
    paths = adoption_paths(d, unit, time)
    together = design_draws(residuals, paths, unit, time, by(unit), draws=7, seed=3)
    each = [design_draws(r, paths, unit, time, by(unit), draws=7, seed=3) for r in residuals]
    for b in range(7):
        theta, se = (np.array([getattr(e, name)[b] for e in each]) for name in ("theta", "se"))
        expected = median_rule(theta, se, 0.95)
        assert together.theta[b] == pytest.approx(expected.coef, rel=1e-12)
        assert together.t[b] == pytest.approx(expected.t, rel=1e-10)


def test_blocks_do_not_matter(monkeypatch):
    y, d, unit, time = panel()
    arguments = (y, adoption_paths(d, unit, time), unit, time, by(unit))
    whole = design_draws(*arguments, draws=50, seed=4)
    monkeypatch.setattr("gipspec.estimate.placebo.BLOCK", 3 * len(y))
    np.testing.assert_allclose(design_draws(*arguments, draws=50, seed=4).t, whole.t, rtol=1e-12)


def test_what_the_effects_explain_has_no_estimate():
    """All units adopt at the same time: nothing of the treatment is left beside effects of time."""
    y, _, unit, time = panel()
    paths = adoption_paths(absorbing(np.full(12, 3), unit, time), unit, time)
    found = design_draws(y, paths, unit, time, by(unit), draws=5, seed=0, transform=two_way(unit, time))
    assert np.isnan(found.t).all() and np.isnan(found.actual)
    assert permutation_test(found.actual, found.t).p == 1


# The test


@pytest.mark.parametrize("demeaned", [False, True])
def test_exact_on_a_tiny_panel_by_enumeration(demeaned):
    """Each of the 120 assignments in turn is the true one: p ≤ α for a share α of them at most."""
    unit, time = grid(5, 4)
    y = np.random.default_rng(1).gamma(0.3, size=20)  # far from normal
    d = absorbing([1, 2, 2, 3, 9], unit, time)
    change = two_way(unit, time) if demeaned else (lambda values: values)
    y = change(y[:, None])[:, 0]
    paths = adoption_paths(d, unit, time)
    mean = known_propensity(paths, unit, time)
    every = [d.reshape(5, 4)[list(p)].reshape(-1) for p in itertools.permutations(range(5))]
    t = np.abs([t_of(y, moved, mean, by(unit), change) for moved in every])
    p = np.mean(t[None, :] >= t[:, None] * (1 - 1e-9), axis=1)
    for alpha in np.arange(1, 121) / 120:
        assert np.mean(p <= alpha + 1e-12) <= alpha + 1e-12
    assert p.min() < 0.05

    drawn = design_draws(y, paths, unit, time, by(unit), draws=20_000, seed=2, transform=change)
    exact = np.mean(t >= abs(drawn.actual) * (1 - 1e-9))
    found = permutation_test(drawn.actual, drawn.t, level=0.999)
    assert abs(found.p - exact) < 4 * found.se
    assert found.ci[0] < exact < found.ci[1]
    assert set(np.round(np.abs(drawn.t), 9)) == set(np.round(t, 9))


def test_p_value_by_hand():
    found = permutation_test(-2.0, np.array([0.5, -2.0, 2.5, 1.0, -3.0, np.nan, 0.0, 0.1, 1.9]))
    assert (found.exceeding, found.draws, found.p) == (4, 9, 0.5)
    assert found.se == pytest.approx(np.sqrt(0.25 / 9))
    interval = binomtest(4, 9).proportion_ci(0.95, method="exact")
    assert found.ci == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert permutation_test(9.0, np.zeros(99)).p == 0.01
    assert permutation_test(9.0, np.zeros(99)).ci[0] == 0
    assert permutation_test(0.0, np.ones(99)).ci[1] == 1


def null_panel(rng, units=14, periods=6):
    """Few units, heavy tails, errors that persist; adoption at random within two strata that differ."""
    unit, time = grid(units, periods)
    strata = np.arange(units) % 2
    adoption = np.where(strata == 1, rng.integers(1, 4, units), rng.integers(2, 9, units))
    y = np.cumsum(rng.standard_t(3, (units, periods)), axis=1).ravel() + 2 * rng.normal(size=units)[unit]
    return y, absorbing(adoption, unit, time), unit, time, strata


def uniform(p, draws):
    """p is uniform on 1/(B+1), ..., 1; spread over the steps between them it is uniform on (0, 1)."""
    spread = np.asarray(p) - np.random.default_rng(0).uniform(size=len(p)) / (draws + 1)
    return kstest(spread, "uniform").pvalue > 0.005 and abs(np.mean(np.asarray(p) <= 0.1) - 0.1) < 0.05


def test_p_is_uniform_in_an_unbalanced_panel_with_observed_paths():
    """Units come late or leave early, each in one of three ways; adoption depends on which."""
    rng, found = np.random.default_rng(22), []
    for seed in range(400):
        y, _, unit, time, _ = null_panel(rng, units=18)
        kind = np.arange(18) % 3
        adoption = rng.integers(1, 5, 18) + kind
        seen = (time >= np.array([0, 2, 0])[kind[unit]]) & (time < np.array([6, 6, 4])[kind[unit]])
        d = absorbing(adoption, unit, time)[seen]
        y, unit, time = (y + kind[unit])[seen], unit[seen], time[seen]
        paths = observed_paths(d, unit, time)
        drawn = design_draws(y, paths, unit, time, by(unit), draws=49, seed=seed)
        found.append(permutation_test(drawn.actual, drawn.t).p)
    assert len(set(paths.group)) == 3
    assert uniform(found, 49)


@pytest.mark.parametrize("demeaned", [False, True])
def test_p_is_uniform_under_the_null_design(demeaned):
    rng, found = np.random.default_rng(20), []
    for seed in range(400):
        y, d, unit, time, strata = null_panel(rng)
        change = two_way(unit, time) if demeaned else None
        y = change(y[:, None])[:, 0] if demeaned else y
        drawn = design_draws(
            y,
            adoption_paths(d, unit, time, strata),
            unit,
            time,
            by(unit),
            draws=49,
            seed=seed,
            transform=change,
        )
        found.append(permutation_test(drawn.actual, drawn.t).p)
    assert uniform(found, 49)


def test_p_is_uniform_under_the_null_refit():
    """The treatment's nuisance is fitted again for each draw, here by least squares on the controls."""
    rng, found, draws = np.random.default_rng(21), [], 39
    for seed in range(300):
        y, d, unit, time, strata = null_panel(rng)
        x = np.column_stack([np.ones(len(y)), rng.normal(size=len(y)), strata[unit], time])
        residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        paths = adoption_paths(d, unit, time, strata)
        donors = np.vstack([np.arange(len(strata)), permutations(paths.group, draws, seed)])
        moved = permuted_treatment(paths, donors, unit, time).T
        moved = moved - x @ np.linalg.lstsq(x, moved, rcond=None)[0]
        theta = residual @ moved / np.sum(moved**2, axis=0)
        score = moved * (residual[:, None] - theta * moved)
        se = np.sqrt(np.sum(np.add.reduceat(score, np.arange(0, len(y), 6)) ** 2, axis=0))
        t = theta * np.sum(moved**2, axis=0) / se
        found.append(permutation_test(t[0], t[1:]).p)
    assert uniform(found, draws)


def test_an_effect_is_found():
    y, d, unit, time, strata = null_panel(np.random.default_rng(3), units=40)
    change = two_way(unit, time)
    y = change((y + 8 * d)[:, None])[:, 0]
    paths = adoption_paths(d, unit, time, strata)
    drawn = design_draws(y, paths, unit, time, by(unit), draws=199, seed=1, transform=change)
    assert permutation_test(drawn.actual, drawn.t).p == 1 / 200


def test_a_thousand_draws_on_a_city_panel_take_seconds():
    unit, time = grid(281, 18)
    rng = np.random.default_rng(0)
    d = absorbing(rng.integers(4, 40, 281), unit, time)

    def change(values):
        return demean(values, [unit, time])

    y = change(rng.normal(size=(len(unit), 1)))[:, 0]
    start = clock.perf_counter()
    found = design_draws(
        y, adoption_paths(d, unit, time), unit, time, by(unit), draws=999, seed=1, transform=change
    )
    assert clock.perf_counter() - start < 15  # a second or two on a machine that does nothing else
    assert np.std(found.t) == pytest.approx(1, abs=0.15)


# In time


def test_adoption_is_led_and_the_true_post_years_are_dropped():
    unit, time = grid(4, 6)
    d = absorbing([4, 2, 9, 0], unit, time)
    shifted, keep = lead_adoption(d, unit, time, 2)
    np.testing.assert_array_equal(keep, d == 0)
    shown = np.where(keep, shifted, -1).reshape(4, 6)
    np.testing.assert_array_equal(
        shown,
        [[0, 0, 1, 1, -1, -1], [1, 1, -1, -1, -1, -1], [0, 0, 0, 0, 0, 0], [-1, -1, -1, -1, -1, -1]],
    )


def test_in_time_placebo_sees_no_effect_and_sees_anticipation():
    rng = np.random.default_rng(5)
    unit, time = grid(200, 10)
    adoption = rng.integers(5, 15, 200)
    d = absorbing(np.where(adoption > 9, 99, adoption), unit, time)
    shifted, keep = lead_adoption(d, unit, time, 2)
    noise = rng.normal(size=len(unit)) + rng.normal(size=200)[unit]

    def change(values):
        return demean(values, [unit[keep], time[keep]])

    for anticipation, significant in ((0.0, False), (0.5, True)):
        y = noise + 3 * d + anticipation * shifted
        left = change(np.column_stack([y, shifted])[keep])
        t = t_of(left[:, 0], left[:, 1], np.zeros(keep.sum()), by(unit[keep]))
        assert (abs(t) > 3) == significant


def test_paths_of_a_treatment_of_any_kind():
    rng = np.random.default_rng(6)
    unit, time = grid(10, 5)
    y, d = rng.normal(size=50), rng.gamma(2.0, size=50)
    paths = observed_paths(d, unit, time)
    found = design_draws(y, paths, unit, time, by(unit), draws=9, seed=1)
    mean = d.reshape(10, 5).mean(axis=0)[time]
    moved = d.reshape(10, 5)[permutations(paths.group, 9, 1)[4]].reshape(-1)
    assert found.t[4] == pytest.approx(t_of(y, moved, mean, by(unit)), rel=1e-8)

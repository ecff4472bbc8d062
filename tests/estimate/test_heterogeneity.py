"""Effects by group and along a moderator: against statsmodels, formulas by hand, and known truth."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from estimate_samples import by_unit, make

from gipspec.data.demean import demean
from gipspec.diagnostics import GipError
from gipspec.estimate import Clusters, aggregate, correct_by_unit, difference, plr, stack_influence
from gipspec.estimate.heterogeneity import differences, gate, group_effects, linear_effects, standardize
from gipspec.estimate.joint import equality, joint_test
from gipspec.estimate.projection import best_linear_predictor

KEYS = ("q1", "q2", "q3")


def residuals(seed: int = 1, units: int = 40):
    """Residuals of outcome and treatment, units of unequal size, and groups that change within units."""
    y, d, l_hat, m_hat, unit = make(units=units, seed=seed)
    groups = np.random.default_rng(seed).integers(0, 3, len(y))
    return y - l_hat, (d - m_hat)[:, 0], groups, unit


def fit(signal, basis, unit):
    return sm.OLS(signal, basis).fit(cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False})


def theta(splits):
    return np.array([s.theta for s in splits])


def se(splits):
    return np.array([s.se for s in splits])


# One regression


def test_groups_are_one_regression_with_interactions():
    y, d, groups, unit = residuals()
    effects = group_effects(y, d, groups, by_unit(unit), keys=KEYS)
    joint = fit(y, d[:, None] * (groups[:, None] == np.arange(3)), unit)
    np.testing.assert_allclose(theta(effects), joint.params, atol=1e-12)
    np.testing.assert_allclose(se(effects), joint.bse, atol=1e-12)
    influence = np.column_stack([s.influence[0] for s in effects])
    np.testing.assert_allclose(influence.T @ influence, joint.cov_params(), atol=1e-14)


def test_a_group_is_the_partially_linear_model_on_its_rows():
    y, d, l_hat, m_hat, unit = make()
    groups = (np.arange(len(y)) % 3 == 0).astype(int)
    effects = group_effects(y - l_hat, (d - m_hat)[:, 0], groups, by_unit(unit), keys=("low", "high"))
    for at in (0, 1):
        rows = groups == at
        alone = plr(y[rows], d[rows], l_hat[rows], m_hat[rows], by_unit(unit[rows]))[0]
        assert effects[at].theta == pytest.approx(alone.theta, abs=1e-12)
        assert effects[at].se == pytest.approx(alone.se, abs=1e-12)


def test_differences_to_any_reference():
    y, d, groups, unit = residuals()
    effects = group_effects(y, d, groups, by_unit(unit), keys=KEYS)
    joint = fit(y, d[:, None] * (groups[:, None] == np.arange(3)), unit)
    for reference, contrasts in ((0, [[-1, 1, 0], [-1, 0, 1]]), (1, [[1, -1, 0], [0, -1, 1]])):
        found, expected = differences(effects, reference), joint.t_test(np.array(contrasts))
        np.testing.assert_allclose(theta(found), expected.effect, atol=1e-12)
        np.testing.assert_allclose(se(found), np.ravel(expected.sd), atol=1e-12)


def test_the_difference_of_two_estimates_is_the_same():
    y, d, groups, unit = residuals()
    clusters = by_unit(unit)
    effects = group_effects(y, d, groups, clusters, keys=KEYS)
    low, high = (stack_influence([s], clusters) for s in (effects[0], effects[2]))
    found = differences(effects)[-1]
    expected, _ = difference(high, low, 0.95)
    assert found.theta == pytest.approx(expected.coef, abs=1e-14)
    assert found.se == pytest.approx(expected.se, abs=1e-14)


def test_slopes_are_one_regression():
    y, d, _, unit = residuals()
    w = np.random.default_rng(5).normal(size=(len(y), 2)) * [3.0, 1e6] + [7.0, 1e7]
    standard = standardize(w)
    np.testing.assert_allclose(standard.values.std(axis=0, ddof=1), 1.0)
    np.testing.assert_allclose(standard.values * standard.sd + standard.mean, w)
    effects = linear_effects(y, d, standard.values, by_unit(unit), names=("d", "d:a", "d:b"))
    joint = fit(y, np.column_stack([d, d * standard.values[:, 0], d * standard.values[:, 1]]), unit)
    np.testing.assert_allclose(theta(effects), joint.params, atol=1e-11)
    np.testing.assert_allclose(se(effects), joint.bse, atol=1e-11)


def test_slopes_are_two_joint_treatments():
    """`y ~ d * w | x` with the prediction w·m̂ of d·w."""
    y, d, l_hat, m_hat, unit = make()
    w = np.random.default_rng(6).normal(size=len(y))
    found = linear_effects(y - l_hat, (d - m_hat)[:, 0], w[:, None], by_unit(unit), names=("d", "d:w"))
    expected = plr(
        y, np.hstack([d, d * w[:, None]]), l_hat, np.hstack([m_hat, m_hat * w[:, None]]), by_unit(unit)
    )
    np.testing.assert_allclose(theta(found), theta(expected), atol=1e-12)
    np.testing.assert_allclose(se(found), se(expected), atol=1e-12)


def test_group_means_by_hand():
    rng = np.random.default_rng(7)
    signal, unit = rng.normal(size=60), np.repeat(np.arange(20), 3)
    groups = rng.integers(0, 2, 60)
    effects = gate(signal, groups, by_unit(unit), keys=("low", "high"))
    for at, split in enumerate(effects):
        inside = groups == at
        mean = signal[inside].mean()
        sums = [np.sum((signal - mean)[inside & (unit == u)]) for u in range(20)]
        assert split.theta == pytest.approx(mean, abs=1e-14)
        assert split.se == pytest.approx(np.sqrt(np.sum(np.square(sums))) / inside.sum(), abs=1e-14)


def test_without_clusters_and_with_two_dimensions():
    y, d, groups, unit = residuals()
    other = np.arange(len(y)) % 7
    basis = d[:, None] * (groups[:, None] == np.arange(3))
    white = sm.OLS(y, basis).fit(cov_type="HC0").bse
    np.testing.assert_allclose(se(best_linear_predictor(y, basis)), white, atol=1e-13)
    two = Clusters(
        dimensions=("unit", "time"),
        names=(tuple(str(i) for i in range(unit.max() + 1)), tuple("abcdefg")),
        codes=(unit, other),
    )
    expected = np.sqrt(fit(y, basis, unit).bse ** 2 + fit(y, basis, other).bse ** 2)
    np.testing.assert_allclose(se(group_effects(y, d, groups, two, keys=KEYS)), expected, atol=1e-13)


# Joint tests


def test_equality_is_the_wald_test_of_the_differences():
    y, d, groups, unit = residuals()
    clusters = by_unit(unit)
    effects = [stack_influence([s], clusters) for s in group_effects(y, d, groups, clusters, keys=KEYS)]
    joint = fit(y, d[:, None] * (groups[:, None] == np.arange(3)), unit)
    expected = joint.wald_test(np.array([[-1, 1, 0], [-1, 0, 1]]), use_f=False, scalar=True)
    for order in ([0, 1, 2], [2, 0, 1]):
        found = equality([effects[i] for i in order])
        assert found.df == 2
        assert found.statistic == pytest.approx(float(expected.statistic), rel=1e-9)
        assert found.p == pytest.approx(float(expected.pvalue), rel=1e-9)


def test_equality_of_estimates_on_samples_of_their_own():
    """Three overlapping samples: the stacked regression, a coefficient each, clustered by unit."""
    y, d, _, unit = residuals()
    samples = [unit < 17, unit > 5, unit % 2 == 0]
    sides = []
    for rows in samples:
        present, codes = np.unique(unit[rows], return_inverse=True)
        names = tuple(f"u{i:03d}" for i in present)
        clusters = Clusters(dimensions=("unit",), names=(names,), codes=(codes,))
        split = best_linear_predictor(y[rows], d[rows, None], clusters)[0]
        sides.append(stack_influence([split], clusters))
    basis = np.zeros((sum(s.sum() for s in samples), 3))
    at = np.cumsum([0, *(s.sum() for s in samples)])
    for k, rows in enumerate(samples):
        basis[at[k] : at[k + 1], k] = d[rows]
    stacked = fit(np.concatenate([y[s] for s in samples]), basis, np.concatenate([unit[s] for s in samples]))
    expected = stacked.wald_test(np.array([[-1, 1, 0], [-1, 0, 1]]), use_f=False, scalar=True)
    assert equality(sides).statistic == pytest.approx(float(expected.statistic), rel=1e-9)


@pytest.mark.parametrize("reps", [1, 2, 3, 4, 5])
def test_two_groups_over_repetitions_give_the_square_of_t(reps):
    rng = np.random.default_rng(reps)
    y, d, groups, unit = residuals()
    clusters = by_unit(unit)
    repeated = [
        group_effects(y + 0.3 * rng.normal(size=len(y)), d, groups % 2, clusters, keys=("low", "high"))
        for _ in range(reps)
    ]
    low, high = (stack_influence([r[k] for r in repeated], clusters) for k in (0, 1))
    between = aggregate([differences(r)[0] for r in repeated], 0.95)
    assert equality([low, high]).statistic == pytest.approx(between.t**2, rel=1e-10)
    assert equality([low, high]).p == pytest.approx(between.p, rel=1e-8)
    assert joint_test([high]).statistic == pytest.approx(aggregate([r[1] for r in repeated], 0.95).t ** 2)


def test_repetitions_by_hand():
    """Covariances 1, 4 and 9 times the identity; θ = (0, 0), (3, 1), (1, 2), median (1, 1)."""
    from gipspec.estimate import Influence

    thetas = np.array([[0.0, 0.0], [3.0, 1.0], [1.0, 2.0]])
    scale = np.array([1.0, 2.0, 3.0])
    estimates = [
        Influence(
            theta=thetas[:, k],
            dimensions=("unit",),
            clusters=(("a", "b"),),
            values=(scale[:, None] * np.eye(2)[k],),
        )
        for k in (0, 1)
    ]
    # V_r + (θ_r - θ)(θ_r - θ)' has largest eigenvalues 1 + 2, 4 + 4 and 9 + 1: the second is the median.
    v = 4 * np.eye(2) + np.outer([2.0, 0.0], [2.0, 0.0])
    expected = np.array([1.0, 1.0]) @ np.linalg.solve(v, [1.0, 1.0])
    assert joint_test(estimates).statistic == pytest.approx(expected, rel=1e-12)


# What is refused


def test_a_group_without_treatment_is_refused():
    y, d, groups, unit = residuals()
    with pytest.raises(GipError) as error:
        group_effects(y, np.where(groups == 1, 0.0, d), groups, by_unit(unit), keys=KEYS, treatment="gip")
    assert error.value.problems[0].message == "the treatment `gip` does not vary in the group `q2`"
    assert error.value.problems[0].code == "G401"


@pytest.mark.parametrize("estimate", ["gate", "group_effects"])
def test_a_group_within_one_cluster_is_refused(estimate):
    y, d, _, unit = residuals()
    arguments = ((unit == 3).astype(int), by_unit(unit))
    with pytest.raises(GipError) as error:
        if estimate == "gate":
            gate(y, *arguments, keys=("other", "own"))
        else:
            group_effects(y, d, *arguments, keys=("other", "own"))
    assert error.value.problems[0].code == "G407"
    assert error.value.problems[0].message == "fewer than two clusters in `unit` of the group `own`"


def test_a_moderator_that_follows_from_others_is_refused():
    y, d, _, unit = residuals()
    w = np.random.default_rng(0).normal(size=len(y))
    names = ("d", "d:a", "d:b")
    for second in (np.full(len(y), 3.0), 2 * w + 1):
        moderators = standardize(np.column_stack([w, second])).values
        with pytest.raises(GipError) as error:
            linear_effects(y, d, moderators, by_unit(unit), names=names)
        assert error.value.problems[0].code == "G411"
        assert "`d:b`" in error.value.problems[0].message


def test_more_groups_than_clusters_have_no_joint_test():
    y, d, _, _ = residuals()
    few = Clusters(dimensions=("unit",), names=(("a", "b"),), codes=(np.arange(len(y)) % 2,))
    effects = group_effects(y, d, (np.arange(len(y)) // 2) % 5, few, keys=tuple("abcde"))
    with pytest.raises(GipError) as error:
        equality([stack_influence([s], few) for s in effects], names=tuple("abcde"))
    assert error.value.problems[0].code == "G411"


# Effects removed before: what the docstring of the module says


def panel(units: int, periods: int, seed: int, constant: bool = True):
    """τ = 1 + W/2; a unit effect drives treatment and outcome; the period has its own treatment rate."""
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    effect = rng.normal(size=units)[unit]
    w = rng.normal(size=units)[unit] if constant else rng.normal(size=len(unit)) + 0.5 * effect
    d = 2 * effect + 0.3 * time * (1 + w) + w + rng.normal(size=len(unit))
    y = (1 + 0.5 * w) * d + effect + np.sin(time) + rng.normal(size=len(unit))
    return y, d, w, unit, time


def test_effects_of_group_by_time_leave_groups_apart():
    _, d, w, unit, time = panel(30, 6, seed=0)
    groups = (w > 0).astype(int)
    effects = [unit, 6 * groups + time]
    both = d[:, None] * (groups[:, None] == np.arange(2))
    left = demean(np.column_stack([d, both]), effects)
    np.testing.assert_allclose(left[:, 1:], left[:, :1] * (groups[:, None] == np.arange(2)), atol=1e-12)


def test_unit_and_time_effects_leave_a_function_of_moderator_and_period():
    _, d, w, unit, time = panel(30, 6, seed=0)
    w = np.round(w)  # a few values, so that a function of W and the period is a table
    left = demean(np.column_stack([d, w * d]), [unit, time])
    gap = left[:, 1] - w * left[:, 0]
    cells = np.unique(np.column_stack([w, time]), axis=0, return_inverse=True)[1].ravel()
    assert np.std(gap) > 0.1
    for cell in range(cells.max() + 1):
        assert np.ptp(gap[cells == cell]) < 1e-12


def test_first_differences_commute_with_a_constant_moderator():
    _, d, w, *_ = panel(30, 6, seed=0)
    change = np.diff(d.reshape(30, 6), axis=1)
    np.testing.assert_allclose(np.diff((w * d).reshape(30, 6), axis=1), w.reshape(30, 6)[:, 1:] * change)


def test_correction_by_unit_commutes_with_a_constant_moderator():
    _, d, w, unit, _ = panel(30, 6, seed=0)
    m_hat = np.sin(d)
    corrected = correct_by_unit(w * m_hat, w * d, unit)
    np.testing.assert_allclose(w * d - corrected, w * (d - correct_by_unit(m_hat, d, unit)), atol=1e-13)


def nuisance(target, w, time):
    """Residuals of a regression on W, the period and their interactions: what the learner has to find."""
    dummies = np.eye(time.max() + 1)[time]
    basis = np.column_stack([dummies, dummies * w[:, None], dummies * w[:, None] ** 2])
    return target - basis @ np.linalg.lstsq(basis, target, rcond=None)[0]


def test_slope_after_unit_and_time_effects():
    y, d, w, unit, time = panel(600, 6, seed=1)
    left = demean(np.column_stack([y, d]), [unit, time])
    y_residual, d_residual = (nuisance(column, w, time) for column in left.T)
    effects = linear_effects(y_residual, d_residual, w[:, None], by_unit(unit), names=("d", "d:w"))
    for split, truth in zip(effects, (1.0, 0.5), strict=True):
        assert abs(split.theta - truth) < 3 * split.se < 0.1


def test_without_the_moderator_among_the_features_groups_are_biased():
    rng = np.random.default_rng(4)
    w = rng.normal(size=4000)
    d = 2 + w + rng.normal(size=4000)
    y = (1 + 0.5 * w) * d + rng.normal(size=4000)
    groups = (w > 0).astype(int)
    truths = [1 + 0.5 * w[groups == k].mean() for k in (0, 1)]

    def worst(features) -> float:
        left = [c - features @ np.linalg.lstsq(features, c, rcond=None)[0] for c in (y, d)]
        effects = group_effects(*left, groups, keys=("low", "high"))
        return max(abs(s.theta - t) / s.se for s, t in zip(effects, truths, strict=True))

    assert worst(np.column_stack([np.ones(4000), w, w**2])) < 3
    assert worst(np.ones((4000, 1))) > 10


def test_a_moderator_that_changes_within_units_needs_residuals_of_its_own():
    y, d, w, unit, time = panel(1500, 6, seed=2, constant=False)
    left = demean(np.column_stack([y, d, w * d]), [unit, time])
    mean = demean(w[:, None], [unit])[:, 0]
    basis = np.column_stack([np.eye(6)[time], w, mean, w * mean, w**2, mean**2, w * time, mean * time])
    y_r, d_r, wd_r = (c - basis @ np.linalg.lstsq(basis, c, rcond=None)[0] for c in left.T)
    product = linear_effects(y_r, d_r, w[:, None], by_unit(unit), names=("d", "d:w"))
    own = linear_effects(y_r, d_r, w[:, None], by_unit(unit), names=("d", "d:w"), interactions=wd_r[:, None])
    assert abs(product[1].theta - 0.5) > 4 * product[1].se
    for split, truth in zip(own, (1.0, 0.5), strict=True):
        assert abs(split.theta - truth) < 3 * split.se < 0.1


def test_groups_that_units_change_need_residuals_of_their_own():
    """Units of large treatment are often in the upper group; the effects are 1 and 2."""
    rng = np.random.default_rng(8)
    unit, time = np.repeat(np.arange(1500), 6), np.tile(np.arange(6), 1500)
    effect = rng.normal(size=1500)[unit]
    groups = (effect + rng.normal(size=9000) > 0).astype(int)
    indicators = groups[:, None] == np.arange(2)
    d = 2 * effect + rng.normal(size=9000)
    y = (1 + groups) * d + effect + rng.normal(size=9000)
    left = demean(np.column_stack([y, d, d[:, None] * indicators]), [unit, time])
    mean = demean(groups[:, None].astype(float), [unit])[:, 0]
    share = groups - mean  # of the unit's periods in the upper group
    basis = np.column_stack([np.eye(6)[time], groups, share, groups * share, share**2, groups * share**2])
    y_r, d_r, *own = (c - basis @ np.linalg.lstsq(basis, c, rcond=None)[0] for c in left.T)
    products = group_effects(y_r, d_r, groups, by_unit(unit), keys=("low", "high"))
    remedied = group_effects(
        y_r, d_r, groups, by_unit(unit), keys=("low", "high"), interactions=np.column_stack(own)
    )
    assert max(abs(s.theta - t) / s.se for s, t in zip(products, (1, 2), strict=True)) > 4
    assert max(abs(s.theta - t) / s.se for s, t in zip(remedied, (1, 2), strict=True)) < 3
    assert max(se(remedied)) < 0.05


def test_intervals_of_groups_cover_the_truth():
    """300 panels of 60 units, effects 1 and 1.6: the difference and both groups, nominal 95%."""
    rng = np.random.default_rng(3)
    unit, half = np.repeat(np.arange(60), 5), np.repeat(np.arange(60) % 2, 5)
    clusters, truth = by_unit(unit), np.array([1.0, 1.6, 0.6])
    hit, equal = np.zeros(3), 0
    for _ in range(300):
        d = rng.normal(size=300) + 0.7 * rng.normal(size=60)[unit]
        noise = rng.normal(size=300) + 0.7 * rng.normal(size=60)[unit] * d
        effects = group_effects(truth[half] * d + noise, d, half, clusters, keys=("low", "high"))
        found = [*effects, *differences(effects)]
        hit += np.abs(theta(found) - truth) < 1.96 * se(found)
        same = group_effects(d + noise, d, half, clusters, keys=("low", "high"))
        equal += equality([stack_influence([s], clusters) for s in same]).p < 0.05
    assert np.all(hit / 300 > 0.89)
    assert np.all(hit / 300 < 0.98)
    assert 0.02 < equal / 300 < 0.11

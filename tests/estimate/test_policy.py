"""Policy trees: against exhaustive search, greedy trees, formulas by hand, and known truth."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from doubleml.utils import DoubleMLPolicyTree
from estimate_samples import by_unit, make

from gipspec.diagnostics import GipError
from gipspec.estimate import plr
from gipspec.estimate.heterogeneity import gate
from gipspec.estimate.policy import learn_policy, policy_value, residual_signal
from gipspec.estimate.policy_search import Rule, best_rule, treated_by

# Search


def exhaustive(gain, x, depth, leaf) -> float:
    """The value of the best tree, by trying every cut at every value of every feature."""
    best = max(gain.sum(), 0.0)
    if depth == 0:
        return best
    for column in x.T:
        for cut in np.unique(column)[:-1]:
            left = column <= cut
            if min(left.sum(), (~left).sum()) >= leaf:
                value = sum(exhaustive(gain[s], x[s], depth - 1, leaf) for s in (left, ~left))
                best = max(best, value)
    return best


def depth_of(rule) -> int:
    return 1 + max(depth_of(rule.left), depth_of(rule.right)) if isinstance(rule, Rule) else 0


def leaves(rule, x, rows):
    if isinstance(rule, bool):
        return [rows]
    left = x[:, rule.feature] <= rule.cut
    return leaves(rule.left, x, rows & left) + leaves(rule.right, x, rows & ~left)


@pytest.mark.parametrize("leaf", [1, 3])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_no_tree_is_better(depth, leaf, seed):
    rng = np.random.default_rng(seed)
    n = 13 if depth == 3 else 30
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 4, n), rng.integers(0, 2, n)])
    gain = rng.normal(size=n)
    rule = best_rule(gain, x, depth=depth, leaf=leaf)
    assert gain[treated_by(rule, x)].sum() == pytest.approx(exhaustive(gain, x, depth, leaf), abs=1e-12)
    assert depth_of(rule) <= depth
    assert min(rows.sum() for rows in leaves(rule, x, np.ones(n, dtype=bool))) >= leaf


@pytest.mark.parametrize("seed", range(8))
def test_at_least_as_good_as_the_greedy_tree_of_doubleml(seed):
    import pandas as pd

    rng = np.random.default_rng(seed)
    x = rng.integers(0, 20, size=(300, 4)).astype(float)
    gain = 0.5 * np.sin(x[:, 0]) - 0.1 * (x[:, 1] > x[:, 2]) + rng.normal(size=300)
    greedy = DoubleMLPolicyTree(gain, pd.DataFrame(x), depth=2, min_samples_leaf=8, ccp_alpha=0).fit()
    treated = greedy.predict(pd.DataFrame(x))["pred_treatment"].to_numpy() == 1
    ours = treated_by(best_rule(gain, x, depth=2, leaf=8), x)
    assert gain[ours].sum() >= gain[treated].sum() - 1e-12


def test_finds_what_a_greedy_tree_cannot_see():
    """Gains where exactly one of two features is large: no first cut gains anything by itself."""
    import pandas as pd

    grid = np.array([(a, b) for a in range(4) for b in range(4)] * 10, dtype=float)
    gain = np.where((grid[:, 0] >= 2) != (grid[:, 1] >= 2), 1.0, -1.0)
    rule = best_rule(gain, grid, depth=2, leaf=1)
    np.testing.assert_array_equal(treated_by(rule, grid), gain > 0)
    greedy = DoubleMLPolicyTree(gain, pd.DataFrame(grid), depth=2).fit()
    treated = greedy.predict(pd.DataFrame(grid))["pred_treatment"].to_numpy() == 1
    assert gain[treated].sum() < gain[gain > 0].sum()


def test_the_flatter_tree_is_taken():
    x = np.random.default_rng(0).normal(size=(50, 3))
    assert best_rule(np.ones(50), x, depth=2, leaf=1) is True
    assert best_rule(-np.ones(50), x, depth=2, leaf=1) is False
    assert best_rule(np.zeros(50), x, depth=2, leaf=1) is False
    assert best_rule(np.sign(x[:, 1]), x, depth=2, leaf=1) == Rule(
        feature=1, cut=x[x[:, 1] <= 0, 1].max(), left=False, right=True
    )


def test_features_that_cannot_be_cut():
    gain = np.array([1.0, -2.0, 3.0])
    assert best_rule(gain, np.ones((3, 2)), depth=2, leaf=1) is True
    assert best_rule(gain, np.empty((3, 0)), depth=2, leaf=1) is True
    assert best_rule(gain, np.arange(3.0)[:, None], depth=2, leaf=2) is True


def test_order_of_rows_and_scale_of_features_do_not_matter():
    rng = np.random.default_rng(1)
    x, gain = rng.normal(size=(500, 3)), rng.normal(size=500)
    treated = treated_by(best_rule(gain, x, depth=2, leaf=20), x)
    order = rng.permutation(500)
    again = treated_by(best_rule(gain[order], x[order], depth=2, leaf=20), x[order])
    np.testing.assert_array_equal(again, treated[order])
    np.testing.assert_array_equal(
        treated_by(best_rule(gain * 1e-8, np.exp(x), depth=2, leaf=20), np.exp(x)), treated
    )


def test_percentiles_cost_little():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(1000, 2))
    gain = np.where((x[:, 0] > 0.2) & (x[:, 1] > -0.4), 1.0, -1.0) + rng.normal(size=1000)
    every = gain[treated_by(best_rule(gain, x, depth=2, leaf=10, bins=1000), x)].sum()
    percentile = gain[treated_by(best_rule(gain, x, depth=2, leaf=10), x)].sum()
    assert 0.98 * every < percentile <= every + 1e-9


@pytest.mark.parametrize("depth", [0, 4])
def test_depths_that_are_not_searched(depth):
    with pytest.raises(GipError) as error:
        best_rule(np.ones(9), np.ones((9, 1)), depth=depth, leaf=1)
    assert error.value.problems[0].code == "G203"


# Values and nodes


def sample(seed: int = 0, units: int = 60, periods: int = 5):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    x = rng.normal(size=(units * periods, 3))
    signal = np.where(x[:, 0] > 0, 1.0, -0.5) + rng.normal(size=len(unit)) + rng.normal(size=units)[unit]
    return signal, x, unit, rng.permutation(np.arange(units) % 5)[unit]


def learn(signal, x, unit, folds, **others):
    return learn_policy(
        signal, x, names=("a", "b", "c"), folds=folds, leaf=20, clusters=by_unit(unit), **others
    )


def test_value_of_a_given_assignment_by_hand():
    signal, x, unit, _ = sample()
    treated, weight = x[:, 1] > 0, np.exp(x[:, 2])
    found = policy_value(signal, weight, treated, by_unit(unit))
    for split, gain in (
        (found.value, signal * treated),
        (found.treat_all, signal),
        (found.over_all, signal * (treated - 1.0)),
    ):
        value = gain.sum() / weight.sum()
        sums = np.bincount(unit, weights=gain - value * weight)
        assert split.theta == pytest.approx(value, abs=1e-14)
        assert split.se == pytest.approx(np.sqrt(np.sum(sums**2)) / weight.sum(), abs=1e-14)
    assert found.share == pytest.approx(weight[treated].sum() / weight.sum())


def test_leaves_of_the_interactive_model_are_gates():
    signal, x, unit, folds = sample()
    policy = learn(signal, x, unit, folds)
    ends = leaves(policy.rule, x, np.ones(len(x), dtype=bool))
    codes = np.argmax(np.column_stack(ends), axis=1)
    expected = gate(signal, codes, by_unit(unit), keys=[str(i) for i in range(len(ends))])
    found = {(n.gain, n.se, n.n) for n in policy.nodes if n.treat is not None}
    for split, rows in zip(expected, ends, strict=True):
        near = min(found, key=lambda f: abs(f[0] - split.theta))
        assert near == pytest.approx((split.theta, split.se, rows.sum()), abs=1e-12)


def test_leaves_of_the_partially_linear_model_are_its_estimates_on_their_rows():
    y, d, l_hat, m_hat, unit = make(units=80, periods=6)
    x = np.random.default_rng(1).normal(size=(len(y), 3))
    y = y - 2 * (x[:, 0] > 0.3) * (d - m_hat)[:, 0]
    signal, weight = residual_signal(y - l_hat, (d - m_hat)[:, 0])
    policy = learn(signal, x, unit, unit % 5, weight=weight, depth=1)
    treat = policy.nodes[0]
    assert (treat.feature, treat.n, treat.share) == ("a", len(y), 1.0)
    assert treat.cut == pytest.approx(0.3, abs=0.15)
    for node, rows in zip(policy.nodes[1:3], (x[:, 0] <= treat.cut, x[:, 0] > treat.cut), strict=True):
        alone = plr(y[rows], d[rows], l_hat[rows], m_hat[rows], by_unit(unit[rows]))[0]
        assert node.n == rows.sum()
        assert node.gain == pytest.approx(alone.theta, abs=1e-12)
        assert node.se == pytest.approx(alone.se, abs=1e-12)
        assert node.share == pytest.approx(weight[rows].sum() / weight.sum())


def test_nodes_are_a_tree_in_plain_values():
    signal, x, unit, folds = sample(seed=3)
    policy = learn(signal, x, unit, folds)
    plain = json.loads(json.dumps([asdict(node) for node in policy.nodes]))
    assert [node["node"] for node in plain] == list(range(len(plain)))
    reached = {0: 1.0}
    for node in plain:
        assert (node["treat"] is None) == (node["feature"] is not None)
        if node["feature"] is not None:
            low, high = plain[node["left"]], plain[node["right"]]
            assert low["n"] + high["n"] == node["n"]
            assert low["depth"] == high["depth"] == node["depth"] + 1
            reached |= {node["left"]: 1.0, node["right"]: 1.0}
        else:
            assert node["treat"] == (node["gain"] > 0)
    assert set(reached) == set(range(len(plain)))
    ends = [node for node in plain if node["treat"]]
    total = sum(node["gain"] * node["share"] for node in ends)
    assert total == pytest.approx(policy.in_sample.value.theta, abs=1e-12)


def test_a_leaf_within_one_cluster_has_no_standard_error():
    signal, x, unit, folds = sample()
    x[:, 0] = unit == 7
    policy = learn_policy(
        np.where(unit == 7, 5.0, -1.0) + 0.1 * signal,
        x[:, :1],
        names=("own",),
        folds=folds,
        leaf=2,
        depth=1,
        clusters=by_unit(unit),
    )
    assert [(node.n, node.se is None) for node in policy.nodes[1:]] == [(295, False), (5, True)]


def test_without_clusters():
    signal, x, _, folds = sample()
    policy = learn_policy(signal, x, names=("a", "b", "c"), folds=folds, leaf=20)
    assert policy.in_sample.treat_all.se == pytest.approx(signal.std() / np.sqrt(len(signal)))


def test_an_assignment_does_not_know_its_own_fold():
    signal, x, unit, folds = sample()
    first = learn(signal, x, unit, folds).cross_fitted.assignment
    changed = np.where(folds == 2, -signal, signal)
    again = learn(changed, x, unit, folds).cross_fitted.assignment
    np.testing.assert_array_equal(first[folds == 2], again[folds == 2])
    assert np.any(first != again)


# Truth


def test_the_best_policy_is_found():
    """A gain of 1 where two features are above 0.5 and -0.3, elsewhere -0.5; doubly robust signals."""
    rng = np.random.default_rng(4)
    n = 5000
    x = rng.normal(size=(n, 5))
    tau = np.where((x[:, 0] > 0.5) & (x[:, 1] > -0.3), 1.0, -0.5)
    p = 1 / (1 + np.exp(-x[:, 0]))
    d = rng.random(n) < p
    y = x[:, 2] + tau * d + rng.normal(size=n)
    signal = tau + d / p * (y - x[:, 2] - tau) - (1 - d) / (1 - p) * (y - x[:, 2])
    folds = rng.integers(0, 5, n)
    policy = learn_policy(signal, x, names=tuple("abcde"), folds=folds, leaf=250)
    assert sorted(n.feature for n in policy.nodes if n.feature) == ["a", "b"]
    cuts = {node.feature: node.cut for node in policy.nodes if node.feature}
    assert cuts["a"] == pytest.approx(0.5, abs=0.1)
    assert cuts["b"] == pytest.approx(-0.3, abs=0.1)
    honest = policy.cross_fitted
    truth = np.mean(tau * honest.assignment)
    assert abs(honest.value.theta - truth) < 3 * honest.value.se
    assert truth > 0.9 * np.mean(np.maximum(tau, 0))
    assert honest.over_all.theta > 5 * honest.over_all.se


def test_only_the_honest_value_says_that_there_is_nothing_to_gain():
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(80), 5)
    values, covered = [], 0
    for _ in range(100):
        signal = rng.normal(size=400) + 0.5 * rng.normal(size=80)[unit]
        folds = rng.permutation(np.arange(80) % 5)[unit]
        policy = learn(signal, rng.normal(size=(400, 3)), unit, folds)
        honest = policy.cross_fitted.value
        values.append((policy.in_sample.value.theta, honest.theta))
        covered += abs(honest.theta) < 1.96 * honest.se
    flattered, honest_mean = np.mean(values, axis=0)
    assert flattered > 0.08
    assert abs(honest_mean) < 3 * np.std([v[1] for v in values]) / 10
    assert 0.86 < covered / 100 <= 1.0


def test_effects_along_a_unit_trait_after_unit_and_time_effects():
    """The residual signal finds who gains: τ = 1 for traits above 0.2, otherwise -1."""
    rng = np.random.default_rng(6)
    unit = np.repeat(np.arange(300), 6)
    trait = rng.normal(size=(300, 2))[unit]
    tau = np.where(trait[:, 1] > 0.2, 1.0, -1.0)
    d = rng.normal(size=1800) + trait[:, 0]
    y = tau * d + 2 * trait[:, 0] + rng.normal(size=1800)
    mean = np.bincount(unit, d)[unit] / 6, np.bincount(unit, y)[unit] / 6
    signal, weight = residual_signal(y - mean[1], d - mean[0])
    policy = learn_policy(
        signal,
        trait,
        names=("a", "b"),
        folds=unit % 5,
        leaf=90,
        depth=1,
        weight=weight,
        clusters=by_unit(unit),
    )
    assert policy.nodes[0].feature == "b"
    assert policy.nodes[0].cut == pytest.approx(0.2, abs=0.1)
    for node, truth in zip(policy.nodes[1:], (-1.0, 1.0), strict=True):
        assert abs(node.gain - truth) < 4 * node.se < 0.2

"""Policy trees and the effect along a second treatment, through specs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from het_samples import CROSS, cross_section, least_squares, loaded, panel, run, series

from gipspec.estimate import critical_value, effect_curve, learn_policy, linear_basis
from gipspec.learn import derive_seed

TIGHT = 1e-9


def tree(results, name: str) -> list[tuple[str, float, str]]:
    found = series(results, name)
    return list(zip(found["feature"], found["cut"], found["action"], strict=True))


def test_the_policy_is_that_of_the_signals_with_the_folds_of_the_nuisances(tmp_path: Path) -> None:
    frame = cross_section()
    results = run(tmp_path, frame, "who <- base; het=policytree(w, kind, depth=2)\n", CROSS)
    fold = frame.fold.to_numpy()
    kinds = np.column_stack([frame.kind == "a", frame.kind == "b"]).astype(float)
    x = np.column_stack([frame.x1, frame.w, kinds[:, 1]])
    y, d = (frame[name].to_numpy() - least_squares(x, frame[name].to_numpy(), fold) for name in ("y", "d"))
    names = ("w", "kind[a]", "kind[b]")
    features = np.column_stack([frame.w, kinds])
    policy = learn_policy(y * d, features, names=names, folds=fold, leaf=150, depth=2, weight=d**2)
    for key, split in (
        ("value", policy.cross_fitted.value),
        ("gain", policy.cross_fitted.over_all),
        ("all", policy.cross_fitted.treat_all),
    ):
        found = results[f"who.policy.{key}"]
        assert (found.coef, found.se) == pytest.approx((split.theta, split.se), abs=TIGHT)
        assert dict(found.measures)["policy.share"] == pytest.approx(policy.cross_fitted.assignment.mean())
        assert dict(found.measures)["policy.in_sample"] == pytest.approx(policy.in_sample.value.theta)
    shown = series(results, "who.tree")
    assert shown["feature"] == tuple(n.feature or "" for n in policy.nodes)
    assert shown["gain"] == pytest.approx([n.gain for n in policy.nodes], abs=TIGHT)


def test_a_policy_finds_where_the_effect_changes_its_sign(tmp_path: Path) -> None:
    """The effect is 1 + w, so that treating where w > -1 gains E[(1 + w)1(w > -1)] = 1.083."""
    frame = cross_section(n=6000)
    lines = "linear <- base; het=policytree(w, x1, depth=1)\n"
    lines += "inter <- yb ~ b | x1; model=irm; het=policytree(w, x1, depth=1)\n"
    results = run(tmp_path, frame, lines, CROSS)
    for name in ("linear", "inter"):
        nodes = tree(results, f"{name}.tree")
        assert nodes[0][0] == "w" and abs(nodes[0][1] + 1) < 0.2
        assert [n[2] for n in nodes] == ["", "do not treat", "treat"]
        gain, value = results[f"{name}.policy.gain"], results[f"{name}.policy.value"]
        assert gain.coef > 3 * gain.se > 0
        assert abs(value.coef - 1.083) < 4 * value.se


def test_values_are_medians_over_repetitions_of_one_policy(tmp_path: Path) -> None:
    results = run(tmp_path, panel(), "who <- base; het=policytree(w, region)\n")
    value, gain, everybody = (results[f"who.policy.{key}"] for key in ("value", "gain", "all"))
    assert len(value.influence.theta) == 2
    assert value.influence.theta - everybody.influence.theta == pytest.approx(gain.influence.theta, abs=1e-12)
    assert {e.kind for e in results.of_model("who")} == {"policy"}


def test_a_feature_that_changes_within_units_is_refused_where_effects_are_removed(tmp_path: Path) -> None:
    frame = panel()
    results = loaded(tmp_path, frame, "who <- base; het=policytree(w, v)\n").run()
    (found,) = (p for p in results.problems if p.severity == "error")
    assert found.code == "G442" and "`v`" in found.message and "ave(v, city)" in (found.help or "")
    run(tmp_path, frame, "who <- base; het=policytree(w, v); fe=none\n")
    run(tmp_path, frame, "let still = ave(v, city)\nwho <- base; het=policytree(w, still)\n")


def test_the_effect_along_a_second_variable_is_the_curve_of_both_estimates(tmp_path: Path) -> None:
    frame = panel(units=200)
    results = run(tmp_path, frame, "both <- ye ~ e * v | x1\n")
    main, product = results["both.e"], results["both.e:v"]
    curve = series(results, "both.marginal")
    at = np.array(curve["at"])
    assert (at[0], at[-1]) == pytest.approx(np.quantile(frame.v, [0.01, 0.99]), abs=1e-12)
    effects = (main.influence, product.influence)
    critical = critical_value(effects, linear_basis(at), level=0.95, seed=derive_seed(42, "marginal"))
    expected = effect_curve(effects, linear_basis(at), at, level=0.95, critical=critical)
    assert curve["coef"] == pytest.approx(expected.effect, abs=1e-12)
    assert curve["joint_high"] == pytest.approx(expected.joint_high, abs=1e-12)
    for w, coef, low, high in zip(at, expected.effect, curve["joint_low"], curve["joint_high"], strict=True):
        assert low < 0.4 + 0.5 * w < high and low < coef < high
    for key, share in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
        found, w = results[f"both.at.{key}"], np.quantile(frame.v, share)
        theta = main.influence.theta + w * product.influence.theta
        assert found.influence.theta == pytest.approx(theta, abs=1e-12)
        assert found.coef == pytest.approx(np.median(theta), abs=1e-12)
        (curved,) = effect_curve(effects, linear_basis(np.array([w])), [w], level=0.95, critical=1.0).se
        assert found.se == pytest.approx(curved, abs=1e-12)
        assert abs(found.coef - (0.4 + 0.5 * w)) < 4 * found.se


def test_few_values_are_the_points_and_other_pairs_have_no_curve(tmp_path: Path) -> None:
    frame = panel().assign(on=lambda f: (f.w > 0).astype(float))
    results = run(tmp_path, frame, "both <- y ~ d * on | x1\npair <- y ~ d + e | x1\n")
    assert series(results, "both.marginal")["at"] == (0.0, 1.0)
    assert [e.key for e in results.of_model("both") if e.kind == "marginal"] == ["at.0", "at.1"]
    main, product = (e.coef for e in list(results.of_model("both"))[:2])
    assert results["both.at.0"].coef == pytest.approx(main, abs=1e-12)
    assert results["both.at.1"].coef == pytest.approx(main + product, abs=1e-12)
    assert results["both.at.1"].term_label.endswith(" = 1")
    assert [s.name for s in results.series if s.series.kind == "marginal"] == ["both.marginal"]
    assert {e.name for e in results.of_model("pair")} == {"pair.d", "pair.e"}

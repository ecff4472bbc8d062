"""`via=` in the partially linear model: against least squares by hand, and against a known truth."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from sound_runs import error_codes
from via_samples import (
    FOLDS,
    UNITS,
    Counter,
    continuous_panel,
    least_squares,
    out_of_fold,
    run,
    two_way,
    unit_means,
)

from gipspec.report import results_json
from gipspec.simulate import gip_panel

FRAME = continuous_panel()
UNIT, TIME, FOLD = (FRAME[name].to_numpy() for name in ("city", "year", "fold"))
X = FRAME[["x1", "x2"]].to_numpy()
HEAD = """
data "panel.csv"
panel city year
defaults learner=ols; folds=fold; reps=1
base <- y ~ d | x1 + x2
"""


@pytest.fixture
def folder(tmp_path):
    FRAME.to_csv(tmp_path / "panel.csv", index=False)
    return tmp_path


def raw(name):
    return FRAME[name].to_numpy(), X, False


def within(name):
    """The two-way demeaned variable; raw X, its unit means and the periods; predictions corrected by unit."""
    periods = (TIME[:, None] == np.unique(TIME)).astype(float)
    return (
        two_way(FRAME[name].to_numpy(), UNIT, TIME),
        np.column_stack([X, unit_means(X, UNIT), periods]),
        True,
    )


def residual(made, corrected=False):
    values, features, correct = made
    left = values - out_of_fold(least_squares, features, values, FOLD)
    return left - unit_means(left, UNIT) if correct and corrected else left


def clustered(influence):
    return np.sqrt(np.sum(np.bincount(UNIT, weights=influence) ** 2))


def regression(y, x):
    """Coefficients of y on x (n, k) and the influence (n, k) of each row."""
    fit = sm.OLS(y, x).fit()
    return fit.params, fit.resid[:, None] * x @ np.linalg.inv(x.T @ x)


def by_hand(way, mediators):
    """Estimates and standard errors from residuals: total, direct, slopes; then their functions."""
    y = residual(way("y"))
    d = residual(way("d"), corrected=True)[:, None]
    m = np.column_stack([residual(way(name), corrected=True) for name in mediators])
    (total,), of_total = regression(y, d)
    joint, of_joint = regression(y, np.column_stack([d, m]))
    indirect, of_indirect = total - joint[0], of_total[:, 0] - of_joint[:, 0]
    share = indirect / total
    found = {
        "total": (total, clustered(of_total[:, 0])),
        "direct": (joint[0], clustered(of_joint[:, 0])),
        "indirect": (indirect, clustered(of_indirect)),
        "share": (share, clustered((of_indirect - share * of_total[:, 0]) / total)),
    }
    for k, name in enumerate(mediators):
        end = f".{name}" if len(mediators) > 1 else ""
        (effect,), of_effect = regression(m[:, k], d)
        found[f"effect{end}"] = (effect, clustered(of_effect[:, 0]))
        found[f"slope{end}"] = (joint[1 + k], clustered(of_joint[:, 1 + k]))
    return found


@pytest.mark.parametrize(
    ("options", "way"), [("; fe=none; cluster=city", raw), ("", within)], ids=["as they are", "within"]
)
@pytest.mark.parametrize("mediators", [("m1",), ("m1", "m2")], ids=["one", "two jointly"])
def test_every_estimate_equals_the_regressions_by_hand(folder, options, way, mediators):
    results = run(f"{HEAD}mech <- base; via={' + '.join(mediators)}{options}\n", folder)
    expected = by_hand(way, mediators)
    assert {e.name for e in results.of_model("mech")} == {f"mech.{key}" for key in expected}
    for key, (coef, se) in expected.items():
        found = results[f"mech.{key}"]
        assert (found.coef, found.se) == pytest.approx((coef, se), rel=1e-8), key


def test_one_each_is_a_fan_and_jointly_is_one_model(folder):
    results = run(f"{HEAD}mech <- base; via=[m1, log(exp(m2)), m1 + m2]\n", folder)
    names = {e.model_name for e in results if e.family == "mech"}
    assert len(names) == 3
    assert "mech.m1_m2" in names
    assert results["mech.m1.indirect"].coef == pytest.approx(
        by_hand(within, ("m1",))["indirect"][0], rel=1e-8
    )
    (logged,) = names - {"mech.m1", "mech.m1_m2"}
    expected = by_hand(within, ("m2",))["indirect"][0]
    assert results[f"{logged}.indirect"].coef == pytest.approx(expected, rel=1e-8)


def test_estimates_say_what_they_are(folder):
    results = run(f'{HEAD}label m1 "Patents"\nmech <- base; via=m1 + m2; learner_m=ridge\n', folder)
    found = {e.key: e for e in results.of_model("mech")}
    kinds = ["total", "direct", "indirect", "share"] + ["effect on mediator", "slope"] * 2
    assert [e.kind for e in found.values()] == kinds
    assert (found["effect.m1"].outcome, found["effect.m1"].term_label) == ("m1", "Effect on Patents")
    assert found["total"].outcome == found["slope.m2"].outcome == "y"
    assert [(f.role, f.target) for f in found["total"].nuisances] == [("outcome", "y"), ("treatment", "d")]
    mediators = [(f.role, f.target, f.learner) for f in found["direct"].nuisances[2:]]
    assert mediators == [("mediator", "m1", "ridge"), ("mediator", "m2", "ridge")]
    assert found["direct"].learner == "ols / ols / ridge"


def test_the_total_effect_and_its_nuisances_are_those_of_the_model_without_mediators(folder):
    counter = Counter()
    results = run(f"{HEAD}mech <- base; via=m1\n", folder, progress=counter)
    assert results["mech.total"].coef == results["base"].coef
    assert results["mech.total"].se == results["base"].se
    assert (counter.asked, counter.distinct) == (5, 3)  # Y and D twice, M once


def test_first_differences_and_their_mediators(folder):
    results = run(f"{HEAD}diffs <- base; via=m1; fe_method=fd\n", folder)
    assert results["diffs.total"].n == UNITS * 5
    found = [results[f"diffs.{key}"].coef for key in ("indirect", "effect", "slope")]
    assert found[0] == pytest.approx(found[1] * found[2], rel=1e-8)  # the formula of omitted variables


def test_medians_over_splits(folder):
    """Every entry is the median of its own five estimates."""
    text = HEAD.replace("folds=fold; reps=1", f"folds={FOLDS}; reps=5")
    results = run(f"{text}mech <- base; via=m1\n", folder)
    indirect = results["mech.indirect"]
    total, direct = (results[f"mech.{key}"].influence.theta for key in ("total", "direct"))
    assert indirect.coef == pytest.approx(np.median(total - direct), rel=1e-12)
    assert indirect.spread == pytest.approx((np.min(total - direct), np.max(total - direct)), rel=1e-12)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Half of the study's panel, with boosted trees, one and two workers, and a second run."""
    folder = tmp_path_factory.mktemp("simulated")
    simulation = gip_panel(seed=11, cities=140, first=2007, last=2018)
    simulation.frame.to_csv(folder / "panel.csv", index=False)
    text = """
data "panel.csv"
panel city year
let lngdp = log(gdp)
defaults learner=gbm(trees=60); folds=4; reps=1
base <- resilience_true ~ gip | lngdp + density + urban + finance + fdi + government
mech <- base; via=[patents, upgrading, patents + upgrading]
"""
    counters = Counter(), Counter()
    first = run(text, folder, store=folder / "store", progress=counters[0])
    second = run(text, folder, store=folder / "store", progress=counters[1])
    return {
        "results": first,
        "again": second,
        "two workers": run(text, folder, jobs=2),
        "counters": counters,
        "truth": simulation.truth,
    }


@pytest.mark.parametrize("mediator", ["patents", "upgrading"])
@pytest.mark.parametrize("key", ["direct", "indirect", "effect", "slope", "share"])
def test_the_effects_of_the_simulated_parks_are_found(simulated, mediator, key):
    found = simulated["results"][f"mech.{mediator}.{key}"]
    assert abs(found.coef - simulated["truth"][f"{mediator}.{key}"]) < 3 * found.se


@pytest.mark.parametrize("key", ["total", "direct", "indirect"])
def test_two_mediators_jointly_carry_what_both_carry(simulated, key):
    found = simulated["results"][f"mech.patents_upgrading.{key}"]
    assert abs(found.coef - simulated["truth"][key]) < 3 * found.se


def test_the_mechanisms_of_the_simulated_parks_are_significant(simulated):
    """The test of the truth above is not passed by wide intervals alone."""
    for key in ("patents.indirect", "patents.effect", "upgrading.effect", "patents_upgrading.indirect"):
        assert simulated["results"][f"mech.{key}"].t > 2.5, key


def test_workers_change_nothing(simulated):
    assert results_json(simulated["results"]) == results_json(simulated["two workers"])


def test_a_second_run_fits_nothing(simulated):
    first, second = simulated["counters"]
    assert first.fitted == first.distinct == 4  # Y, D and two mediators
    assert (second.found, second.fitted) == (second.distinct, 0)
    assert results_json(simulated["results"]) == results_json(simulated["again"])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("mech <- base; via=still", "G418"),
        ("mech <- base; via=level", "G418"),
        ("mech <- base; via=x1", "G212"),
        ("mech <- base; via=d", "G212"),
        ("mech <- y ~ d + x1 | x2; via=m1", "G208"),
        ("mech <- base; learner_m=rf", "G208"),
        ("mech <- base; via=m1; learner_m=logit", "G215"),
        ("mech <- base; via=m1; learner_m=logit; fe=none", "G404"),
    ],
)
def test_what_is_refused(folder, line, code):
    assert error_codes(HEAD + line + "\n", folder) == [code]

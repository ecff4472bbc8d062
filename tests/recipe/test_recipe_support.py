"""The series of overlap, balance and calibration: by hand on the same folds, for each model that has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from interactive_samples import HEAD, effects, encouraged, out_of_fold, run, unit_driven
from staggered_samples import adopted
from staggered_samples import run as run_staggered

from gipspec.report import results_json
from gipspec.report.saved import load_results_json

FRAME, _ = effects(n=1200)
FRAME = FRAME.assign(level=np.digitize(FRAME["x1"] + np.random.default_rng(3).normal(size=1200), [-0.6, 0.6]))
D, FOLD = (FRAME[name].to_numpy() for name in ("d", "fold"))
X = FRAME[["x1", "x2"]].to_numpy()
M = out_of_fold(X, D, FOLD)
LINES = """
all     <- y ~ d | x1 + x2; model=irm; trim=10%
treated <- all; target=att
groups  <- y ~ d | x1; model=irm; het=half
plain   <- y ~ d | x1 + x2
dose    <- y ~ x2 | x1
spread  <- y ~ d | x1 + x2; model=qte; quantiles=[0.5]
levels  <- y ~ level | x1 + x2; model=apo
mech    <- y ~ d | x1 + x2; model=irm; via=m
linear  <- y ~ d | x1 + x2; via=m
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    frame = FRAME.assign(half=FRAME["x2"] > 0, m=FRAME["d"] + FRAME["x1"] + FRAME["firm"] % 7)
    return run(tmp_path_factory.mktemp("support"), frame, LINES)


def table(results, name):
    (found,) = (s for s in results.series if s.name == name)
    return pd.DataFrame(dict(found.series.columns))


def smd(x, d, weight):
    arms = [np.average(x[d == a], axis=0, weights=weight[d == a]) for a in (0, 1)]
    return (arms[1] - arms[0]) / np.sqrt((x[d == 0].var(axis=0, ddof=1) + x[d == 1].var(axis=0, ddof=1)) / 2)


def test_propensities_are_counted_by_arm(results):
    found = table(results, "all.propensity")
    assert found.groupby("arm")["rows"].sum().to_dict() == {"treated": D.sum(), "untreated": (1 - D).sum()}
    wide = found.pivot(index="from", columns="arm", values="rows")
    assert (wide.sum(axis=1) > 0).all() and found.to.to_numpy() == pytest.approx(found["from"] + 0.01)
    for arm, rows in (("untreated", D == 0), ("treated", D == 1)):
        here = found[found.arm == arm]
        for low, high, count in zip(here["from"], here["to"], here["rows"], strict=True):
            inside = np.clip(M[rows], 0, 1)
            assert count == np.sum((inside >= low) & ((inside < high) | (high == 1)))


def test_what_lies_beyond_the_bounds(results):
    found = table(results, "all.support").set_index("arm")
    for arm, rows in (("untreated", D == 0), ("treated", D == 1)):
        one = found.loc[arm]
        assert one["below"] == pytest.approx(np.mean(M[rows] < 0.1))
        assert one["above"] == pytest.approx(np.mean(M[rows] > 0.9))
        assert (one["smallest"], one["largest"]) == pytest.approx((M[rows].min(), M[rows].max()))
    trimmed = dict(results["all"].measures)["trimmed"]
    assert np.average(found.below + found.above, weights=found["rows"]) == pytest.approx(trimmed)


def test_differences_of_controls_before_and_after_weighting(results):
    m = np.clip(M, 0.1, 0.9)
    weights = {"all": D / m + (1 - D) / (1 - m), "treated": D + (1 - D) * m / (1 - m)}
    for name, weight in weights.items():
        found = table(results, f"{name}.balance")
        assert found.control.tolist() == ["x1", "x2"] and found.effects.isna().all()
        assert found.before.to_numpy() == pytest.approx(smd(X, D, np.ones(len(D))), rel=1e-8)
        assert found.after.to_numpy() == pytest.approx(smd(X, D, weight), rel=1e-8)
        assert abs(found.after[0]) < 0.25 * abs(found.before[0])


def test_what_is_left_of_a_treatment_and_of_its_imbalance(results):
    found, balance = table(results, "plain.residual"), table(results, "plain.balance")
    left = D - M
    edges = [*found["from"], found["to"].iloc[-1]]
    counted, _ = np.histogram(np.clip(left, edges[0], edges[-1]), bins=edges)
    assert found.after.tolist() == counted.tolist() and found.before.sum() == len(D)
    scale = np.sqrt((X[D == 0].var(axis=0, ddof=1) + X[D == 1].var(axis=0, ddof=1)) / 2)
    by_hand = [np.polyfit(left, column, 1)[0] for column in X.T] / scale
    assert balance.before.to_numpy() == pytest.approx(smd(X, D, np.ones(len(D))), rel=1e-8)
    assert balance.after.to_numpy() == pytest.approx(by_hand, rel=1e-6)


def test_a_dose_has_correlations(results):
    found = table(results, "dose.balance")
    assert set(found.measure) == {"correlation"}
    assert found.before[0] == pytest.approx(np.corrcoef(X.T)[0, 1], rel=1e-8)
    left = X[:, 1] - out_of_fold(X[:, 0], X[:, 1], FOLD)
    assert found.after[0] == pytest.approx(np.corrcoef(X[:, 0], left)[0, 1], abs=1e-8)


def test_calibration_groups_the_rows_by_propensity(results):
    found = table(results, "all.calibration")
    by = pd.DataFrame({"m": M, "d": D}).groupby(pd.qcut(M, 10))
    assert found.observed.to_numpy() == pytest.approx(by.d.mean().to_numpy())
    assert found.predicted.to_numpy() == pytest.approx(by.m.mean().to_numpy())


def test_every_level_against_the_lowest(results):
    level = FRAME["level"].to_numpy()
    m = np.clip(np.column_stack([out_of_fold(X, (level == j) * 1.0, FOLD) for j in range(3)]), 0.01, 0.99)
    overlap, balance = table(results, "levels.propensity"), table(results, "levels.balance")
    assert overlap.of.unique().tolist() == ["level = 0", "level = 1", "level = 2"]
    assert balance.of.unique().tolist() == ["1 − 0", "2 − 0"]
    for j in (1, 2):
        here = np.isin(level, [0, j])
        d = (level[here] == j) * 1.0
        by_hand = smd(X[here], d, 1 / np.where(d == 1, m[here, j], m[here, 0]))
        assert balance[balance.of == f"{j} − 0"].after.to_numpy() == pytest.approx(by_hand, rel=1e-8)


def test_which_models_have_which(results):
    kinds = {}
    for s in results.series:
        kinds.setdefault(s.model_name, set()).add(s.name.partition(".")[2])
    arms = {"propensity", "support", "calibration", "balance"}
    assert kinds["all"] == kinds["treated"] == kinds["mech"] == kinds["levels"] == arms
    assert kinds["plain"] == kinds["dose"] == kinds["linear"] == {"residual", "balance"}
    assert kinds["spread"] == arms | {"quantiles"}
    assert kinds["groups"] == {f"{group}.{kind}" for group in ("true", "false") for kind in arms}
    assert table(results, "mech.propensity").of.unique().tolist() == ["d", "d given m"]


def test_they_return_from_a_file(results):
    again = load_results_json(results_json(results))
    assert results_json(again) == results_json(results)
    assert table(again, "all.balance").equals(table(results, "all.balance"))


def test_an_instrument_has_arms_of_its_own(tmp_path):
    found = run(
        tmp_path, encouraged(n=800), "late <- y ~ d | x1 + x2; iv=z; model=iivm\npart <- dose ~ d | x1; iv=z"
    )
    assert set(table(found, "late.propensity").arm) == {"assigned", "unassigned"}
    assert [s.name for s in found.series if s.model_name == "part"] == ["part.residual"]


@pytest.mark.parametrize("method", ["within", "fd", "cre"])
def test_effects_are_a_step_of_their_own(method, tmp_path):
    frame = unit_driven(units=60, periods=6)
    head = f'data "study.csv"\npanel city year\ndefaults learner=ols; reps=3; fe_method={method}\n'
    found = run(tmp_path, frame, "base <- y ~ exact | x1", head)
    balance, residual = table(found, "base.balance"), table(found, "base.residual")
    assert found["base"].residual_share < 1 and residual.after.sum() == pytest.approx(found["base"].n)
    if method == "within":
        by = [frame.groupby(key)[["exact", "x1"]].transform("mean") for key in ("city", "year")]
        d = (frame["exact"] - by[0]["exact"] - by[1]["exact"] + frame["exact"].mean()).to_numpy()
        x, on = frame["x1"].to_numpy(), frame["exact"].to_numpy()
        scale = np.sqrt((x[on == 0].var(ddof=1) + x[on == 1].var(ddof=1)) / 2)
        assert balance.before[0] == pytest.approx(smd(x[:, None], on, np.ones(len(x)))[0], rel=1e-8)
        assert balance.effects[0] == pytest.approx(d @ x / (d @ d) / scale, rel=1e-6)
    assert abs(balance.after[0]) < 0.3 * abs(balance.effects[0])


def test_a_staggered_design_counts_its_cells(tmp_path):
    frame = adopted(units=80)
    found = run_staggered(
        tmp_path, frame, "event <- y ~ d | x; event=-2..1; trim=10%\nbare <- y ~ d; event=0..1"
    )
    overlap, support = table(found, "event.propensity"), table(found, "event.support").set_index("arm")
    assert support.loc["adopting", "rows"] == overlap[overlap.arm == "adopting"]["rows"].sum()
    cohorts = frame.groupby("unit").g.first()
    adopters = (cohorts > 0).sum()
    assert support.loc["adopting", "rows"] == 4 * adopters  # four event times, all of which each cohort has
    assert support.loc["compared", "rows"] == 4 * 3 * (cohorts == 0).sum()
    assert support["bound.low"].isna().all() and support["bound.high"].eq(0.9).all()
    balance = table(found, "event.balance")
    assert abs(balance.after[0]) < abs(balance.before[0])
    assert "bare.balance" not in {s.name for s in found.series}
    assert "bare.propensity" in {s.name for s in found.series}


def test_a_cell_is_compared_at_its_base(tmp_path):
    frame = adopted(units=80)
    found = run_staggered(tmp_path, frame[frame.g.isin([0, 2005])], "event <- y ~ d | x; event=0..0")
    base = frame[(frame.year == 2004) & frame.g.isin([0, 2005])]
    on = (base.g > 0).to_numpy()
    x = base.x.to_numpy()
    scale = np.sqrt((x[on].var(ddof=1) + x[~on].var(ddof=1)) / 2)
    assert table(found, "event.balance").before[0] == pytest.approx((x[on].mean() - x[~on].mean()) / scale)


def test_small_cohorts_do_not_pass_for_alike(tmp_path):
    """Three units vary about their own mean two thirds as much as three of many."""
    frame = adopted(units=160)
    few = frame[frame.g == 2007].unit.unique()[3:]
    frame = frame[frame.g.isin([0, 2005, 2007]) & ~frame.unit.isin(few)]
    found = run_staggered(tmp_path, frame, "event <- y ~ d | x; event=0..0")
    gaps, squares, free, sizes = [], np.zeros(2), np.zeros(2), []
    for cohort in (2005, 2007):
        base = frame[(frame.year == cohort - 1) & frame.g.isin([0, cohort])]
        arms = [base.x[base.g == g].to_numpy() for g in (0, cohort)]
        gaps.append(arms[1].mean() - arms[0].mean())
        sizes.append(len(arms[1]))
        squares += [((a - a.mean()) ** 2).sum() for a in arms]
        free += [len(a) - 1 for a in arms]
    assert sizes[1] == 3
    expected = np.average(gaps, weights=sizes) / np.sqrt((squares / free).mean())
    assert table(found, "event.balance").before[0] == pytest.approx(expected)


def test_no_controls_no_balance(tmp_path):
    found = run(tmp_path, FRAME, "none <- y ~ d", HEAD)
    assert [s.name for s in found.series] == ["none.residual"]

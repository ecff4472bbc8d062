"""`via=` in the interactive model: against the formulas by hand, and against a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from sound_runs import error_codes
from via_samples import (
    Counter,
    binary_panel,
    least_squares,
    logit,
    out_of_fold,
    run,
    unit_means,
)

import gipspec
from gipspec.engine.prepare import fit_tasks, tune_tasks
from gipspec.lang.study import Learner
from gipspec.learn import NestedFit
from gipspec.recipe import Nested, prepare_model
from gipspec.report import results_json

FRAME = binary_panel()
Y, D, GOOD, UNIT, TIME, FOLD = (FRAME[c].to_numpy() for c in ("y", "d", "good", "city", "year", "fold"))
X = FRAME[["x1", "x2"]].to_numpy()
TREATED = D == 1
TRIM = 0.05
HEAD = """
data "panel.csv"
panel city year
defaults
    model=irm; folds=fold; reps=1; fe=none; cluster=city; trim=5%;
    learner_y=ols; learner_d=logit; learner_m=ols
base <- y ~ d | x1 + x2
"""


@pytest.fixture
def folder(tmp_path):
    FRAME.to_csv(tmp_path / "panel.csv", index=False)
    return tmp_path


def nested(learn, target, x, mx, arm):
    """ω of μ_arm: in each training set μ crosses two halves of units, ω is learned where D is not the arm."""
    out = np.empty(len(D))
    for k in np.unique(FOLD):
        train = k != FOLD
        units = sorted(np.unique(UNIT[train]), key=lambda u: (arm[u == UNIT].mean(), u))
        half = np.array([units.index(u) % 2 if u in units else -1 for u in UNIT])
        pseudo = np.full(len(D), np.nan)
        for h in (0, 1):
            learners = train & (half != h) & arm
            pseudo[half == h] = learn(mx[learners], target[learners], mx[half == h])
        rows = train & ~arm
        out[~train] = least_squares(x[rows], pseudo[rows], x[~train])
    return out


def predictions(mediators, x=X, target=Y, learn=least_squares):
    mx = np.column_stack([x, FRAME[list(mediators)]])
    return {
        "p": out_of_fold(logit, x, D, FOLD),
        "q": out_of_fold(logit, mx, D, FOLD),
        "m1": out_of_fold(learn, x, target, FOLD, TREATED),
        "m0": out_of_fold(learn, x, target, FOLD, ~TREATED),
        "mu1": out_of_fold(learn, mx, target, FOLD, TREATED),
        "mu0": out_of_fold(learn, mx, target, FOLD, ~TREATED),
        "omega10": nested(learn, target, x, mx, TREATED),
        "omega01": nested(learn, target, x, mx, ~TREATED),
    }


def scores(f, target=Y):
    """ψ11, ψ00, ψ10, ψ01 of docs/statistics.md, with the bounds of the propensities."""
    p, q = np.clip(f["p"], TRIM, 1 - TRIM), np.clip(f["q"], TRIM, 1 - TRIM)
    weight10 = D * (1 - q) / np.maximum(q * (1 - p), TRIM)
    weight01 = (1 - D) * q / np.maximum((1 - q) * p, TRIM)
    return (
        f["m1"] + D * (target - f["m1"]) / p,
        f["m0"] + (1 - D) * (target - f["m0"]) / (1 - p),
        weight10 * (target - f["mu1"]) + (1 - D) / (1 - p) * (f["mu1"] - f["omega10"]) + f["omega10"],
        weight01 * (target - f["mu0"]) + D / p * (f["mu0"] - f["omega01"]) + f["omega01"],
    )


def effects(psi):
    of_11, of_00, of_10, of_01 = psi
    return {
        "total": of_11 - of_00,
        "direct.treated": of_11 - of_01,
        "direct.control": of_10 - of_00,
        "indirect.treated": of_11 - of_10,
        "indirect.control": of_01 - of_00,
    }


def summed(values):
    return np.sqrt(np.sum(np.bincount(UNIT, weights=values) ** 2)) / len(values)


def assert_equal(results, model, psi):
    rows = effects(psi)
    for key, values in rows.items():
        found = results[f"{model}.{key}"]
        expected = values.mean(), summed(values - values.mean())
        assert (found.coef, found.se) == pytest.approx(expected, rel=1e-7), key
    through = (rows["indirect.treated"] + rows["indirect.control"]) / 2
    share = through.mean() / rows["total"].mean()
    influence = (through - share * rows["total"]) / rows["total"].mean()
    found = results[f"{model}.share"]
    assert (found.coef, found.se) == pytest.approx((share, summed(influence)), rel=1e-6)


@pytest.mark.parametrize("mediators", [("m",), ("m", "s")], ids=["one", "two jointly"])
def test_every_effect_equals_the_scores_by_hand(folder, mediators):
    results = run(f"{HEAD}mech <- base; via={' + '.join(mediators)}\n", folder)
    f = predictions(mediators)
    assert_equal(results, "mech", scores(f))
    p, q = f["p"], f["q"]
    beyond = np.min([p, 1 - p, q * (1 - p), (1 - q) * p], axis=0) < TRIM
    assert beyond.any()
    assert dict(results["mech.direct.treated"].measures)["trimmed"] == beyond.mean()
    assert dict(results["mech.total"].measures)["trimmed"] == np.mean((p < TRIM) | (p > 1 - TRIM))


def test_an_outcome_of_0_and_1_is_classified_and_its_nested_mean_regressed(folder):
    results = run(f"{HEAD}mech <- good ~ d | x1 + x2; learner=logit; learner_m=ols; via=m\n", folder)
    assert_equal(results, "mech", scores(predictions(("m",), target=GOOD, learn=logit), GOOD))
    learners = {f.role: f.learner for f in results["mech.share"].nuisances}
    assert learners["outcome given mediator, treated"] == "logit"
    assert learners["nested outcome, treated"] == "ols"


def test_effects_of_the_panel_are_features(folder):
    """Learners see raw X, its unit means and the period; mediators have no means of their own."""
    text = HEAD.replace("fe=none; ", "")
    periods = (TIME[:, None] == np.unique(TIME)[1:]).astype(float)
    x = np.column_stack([X, unit_means(X, UNIT), periods])
    results = run(f"{text}mech <- base; via=m\n", folder)
    assert_equal(results, "mech", scores(predictions(("m",), x=x)))
    assert results["mech.total"].fe_method == "means"


@pytest.mark.parametrize("mediators", ["m", "m + s"])
def test_the_effect_on_a_mediator_is_that_of_the_interactive_model(folder, mediators):
    results = run(f"{HEAD}mech <- base; via={mediators}\nmover <- m ~ d | x1 + x2\n", folder)
    found = results["mech.effect" if mediators == "m" else "mech.effect.m"]
    assert (found.coef, found.se) == (results["mover"].coef, results["mover"].se)
    assert (found.outcome, found.kind) == ("m", "effect on mediator")
    roles = [(f.role, f.target) for f in found.nuisances]
    assert roles == [("mediator, untreated", "m"), ("mediator, treated", "m"), ("treatment", "d")]


def test_the_total_effect_is_that_of_the_model_without_mediators(folder):
    counter = Counter()
    results = run(f"{HEAD}mech <- base; via=m\n", folder, progress=counter)
    assert results["mech.total"].coef == pytest.approx(results["base"].coef, rel=1e-12)
    assert results["mech.total"].se == pytest.approx(results["base"].se, rel=1e-12)
    assert results["mech.total"].nuisances == results["base"].nuisances
    assert counter.asked - counter.distinct == 3  # E[Y|D=0], E[Y|D=1] and the propensity are shared


def test_a_nested_mean_is_measured_against_what_it_is_the_mean_of(folder):
    results = run(f"{HEAD}mech <- base; via=m\n", folder)
    f = predictions(("m",))
    found = {n.role: dict(n.metrics) for n in results["mech.direct.treated"].nuisances}
    for arm, mu, omega, rows in (
        ("treated", f["mu1"], f["omega10"], ~TREATED),
        ("untreated", f["mu0"], f["omega01"], TREATED),
    ):
        error, spread = np.mean((mu - omega)[rows] ** 2), np.var(mu[rows])
        measured = found[f"nested outcome, {arm}"]
        assert measured["r2"] == pytest.approx(1 - error / spread, rel=1e-8)
        assert measured["rmse"] == pytest.approx(np.sqrt(error), rel=1e-8)


def test_a_search_serves_the_inner_nuisance_too(folder):
    """With `tune=` the inner learner of a nested nuisance is the one that was found for μ itself."""
    text = f"{HEAD}mech <- base; via=m; tune=5\n"
    loaded = gipspec.loads(text, folder=folder)
    model = loaded.require().model("mech")
    dataset = loaded.dataset()
    work = prepare_model(model, dataset, loaded.require().panel)
    searches = tune_tasks(model, work)
    found = {s.key: Learner(name="ridge", label=f"found {i}") for i, s in enumerate(searches)}
    tuned = {n: found[s.key] for n, s in zip(work.nuisances, searches, strict=True)}
    (tasks,) = fit_tasks(model, work, len(dataset.unit_names), found)
    pairs = [(n, t.request) for n, t in zip(work.nuisances, tasks, strict=True) if isinstance(n.way, Nested)]
    assert len(pairs) == 2
    for one, request in pairs:
        assert isinstance(request, NestedFit)
        assert request.learner.label == tuned[one].label
        assert request.inner_learner.label == tuned[one.way.inner].label


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A sample of 300 units and learners that can find the truth; again, and with two workers."""
    folder = tmp_path_factory.mktemp("known")
    binary_panel(5, units=300, periods=4).to_csv(folder / "panel.csv", index=False)
    text = """
data "panel.csv"
panel city year
defaults model=irm; folds=3; reps=3; fe=none; cluster=city; learner=ols; learner_d=logit
mech <- y ~ d | x1 + x2 + x1^2 + x1:x2; via=[m, s]
"""
    counters = Counter(), Counter()
    first = run(text, folder, store=folder / "store", progress=counters[0])
    return {
        "results": first,
        "again": run(text, folder, store=folder / "store", progress=counters[1]),
        "two workers": run(text, folder, jobs=2),
        "counters": counters,
    }


TRUTH = {
    "m.total": 0.5 + 1.6 * 0.4 + 0.6,
    "m.direct.treated": 0.5 + 1.6 * 0.4,
    "m.direct.control": 0.5 + 0.4,
    "m.indirect.treated": 0.6 * 1.4,
    "m.indirect.control": 0.6,
    "m.effect": 0.6,
    "m.share": (0.6 * 1.4 + 0.6) / 2 / (0.5 + 1.6 * 0.4 + 0.6),
    "s.direct.treated": 0.5 + 1.6 * 0.4 + 0.6,
    "s.indirect.treated": 0.0,
    "s.indirect.control": 0.0,
    "s.effect": 0.0,
}


@pytest.mark.parametrize("key", TRUTH)
def test_the_known_effects_are_found(known, key):
    found = known["results"][f"mech.{key}"]
    assert abs(found.coef - TRUTH[key]) < 3 * found.se


def test_the_intervals_can_tell_the_effects_from_nought(known):
    for key in ("total", "direct.treated", "direct.control", "indirect.treated", "indirect.control", "share"):
        assert known["results"][f"mech.m.{key}"].t > 4, key


def test_workers_change_nothing(known):
    assert results_json(known["results"]) == results_json(known["two workers"])


def test_a_second_run_fits_nothing(known):
    first, second = known["counters"]
    assert first.fitted == first.distinct > 0
    assert (second.found, second.fitted) == (second.distinct, 0)
    assert results_json(known["results"]) == results_json(known["again"])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("mech <- y ~ x1 | x2; via=m", "G415"),
        ("mech <- y ~ d + good | x1; via=m", "G208"),
        ("mech <- base; via=m; target=att", "G208"),
        ("mech <- base; via=x1", "G212"),
        ("mech <- base; via=m; learner_m=logit", "G404"),
        ("mech <- base; via=m; learner_y=logit", "G404"),
    ],
)
def test_what_is_refused(folder, line, code):
    assert error_codes(HEAD + line + "\n", folder) == [code]

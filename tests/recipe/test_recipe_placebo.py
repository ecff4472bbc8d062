"""Placebo tests through specs: each draw is the model on a file with that treatment, and nothing is refitted
that need not be."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from placebo_samples import PERIODS, UNITS, loaded, moved, run, series, staggered

from gipspec.engine.prepare import fit_tasks
from gipspec.estimate import permutations
from gipspec.learn import derive_seed
from gipspec.recipe import prepare_model
from gipspec.report import results_json

PANEL = staggered()
SEED = derive_seed(42, "placebo")
ROUNDED = 1e-8  # what learners see of a demeaned variable has nine digits
EVERYONE = np.zeros(UNITS, dtype=int)


def by_hand(y: np.ndarray, d: np.ndarray, unit: np.ndarray) -> tuple[float, float]:
    theta = np.sum(y * d) / np.sum(d**2)
    scores = np.bincount(unit, weights=d * (y - theta * d))
    return float(theta), math.sqrt(np.sum(scores**2)) / float(np.sum(d**2))


# ---------------------------------------------------------------- refit


@pytest.mark.parametrize("method", ["within", "fd", "cre", "wg", "dummies"])
def test_a_draw_is_the_model_of_a_file_with_that_treatment(method: str, tmp_path: Path) -> None:
    draws = series(run(tmp_path, PANEL, f"f <- y ~ d | x1 + x2; placebo=3; fe_method={method}"), "f.placebo")
    for b, donors in enumerate(permutations(EVERYONE, 3, SEED)):
        one = run(tmp_path, moved(PANEL, donors), f"m <- y ~ d | x1 + x2; fe_method={method}")["m"]
        found = [draws[column][b] for column in ("coef", "se", "t", "p")]
        np.testing.assert_allclose(found, [one.coef, one.se, one.t, one.p], rtol=1e-9)


def test_probabilities_are_refitted_as_such(tmp_path: Path) -> None:
    line = "y ~ d | x1 + x2; fe=none; learner_d=logit"
    draws = series(run(tmp_path, PANEL, f"f <- {line}; placebo=2"), "f.placebo")
    for b, donors in enumerate(permutations(EVERYONE, 2, SEED)):
        one = run(tmp_path, moved(PANEL, donors), f"m <- {line}")["m"]
        np.testing.assert_allclose([draws["coef"][b], draws["se"][b]], [one.coef, one.se], rtol=1e-9)


def test_rows_without_controls_have_their_place_in_the_paths(tmp_path: Path) -> None:
    holes = PANEL.assign(x1=PANEL.x1.where(np.random.default_rng(3).random(len(PANEL)) > 0.2))
    draws = series(run(tmp_path, holes, "f <- y ~ d | x1; placebo=3"), "f.placebo")
    for b, donors in enumerate(permutations(EVERYONE, 3, SEED)):
        one = run(tmp_path, moved(holes, donors), "m <- y ~ d | x1")["m"]
        np.testing.assert_allclose([draws["coef"][b], draws["se"][b]], [one.coef, one.se], rtol=1e-9)


def test_a_sample_moves_adoption_that_came_before_it(tmp_path: Path) -> None:
    line = "y ~ d | x1; sample=year >= 2004 and city < 40"
    found = run(tmp_path, PANEL, f"f <- {line}; placebo=2")
    draws = series(found, "f.placebo")
    here = np.where(np.arange(UNITS) < 40, 0, -1)
    for b, donors in enumerate(permutations(here[:40], 2, SEED)):
        everyone = np.r_[donors, np.arange(40, UNITS)]
        one = run(tmp_path, moved(PANEL, everyone), f"m <- {line}")["m"]
        np.testing.assert_allclose([draws["coef"][b], draws["se"][b]], [one.coef, one.se], rtol=1e-9)
    assert dict(found["f"].measures)["placebo.units"] == 40


@pytest.mark.parametrize("way", ["refit", "design"])
def test_paths_end_where_the_winsorised_treatment_does(way: str, tmp_path: Path) -> None:
    skewed = PANEL.assign(dose=np.exp(PANEL.dose))
    cut = skewed.assign(
        **{c: np.clip(skewed[c], *np.quantile(skewed[c], [0.05, 0.95])) for c in ("y", "dose", "x1")}
    )
    line = f"f <- y ~ dose | x1; placebo=5; placebo_by={way}"
    found = series(run(tmp_path, skewed, f"{line}; winsor=5%"), "f.placebo")
    expected = series(run(tmp_path, cut, line), "f.placebo")
    for column in ("coef", "se", "t"):
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-9)


def test_strata_keep_their_paths(tmp_path: Path) -> None:
    draws = series(run(tmp_path, PANEL, "f <- y ~ d | x1; placebo=3; placebo_strata=half"), "f.placebo")
    for b, donors in enumerate(permutations(np.arange(UNITS) % 2, 3, SEED)):
        one = run(tmp_path, moved(PANEL, donors), "m <- y ~ d | x1")["m"]
        np.testing.assert_allclose([draws["coef"][b], draws["se"][b]], [one.coef, one.se], rtol=1e-9)


def test_paths_of_a_treatment_that_never_sets_in_move_whole(tmp_path: Path) -> None:
    draws = series(run(tmp_path, PANEL, "f <- y ~ dose | x1; placebo=3"), "f.placebo")
    for b, donors in enumerate(permutations(EVERYONE, 3, SEED)):
        one = run(tmp_path, moved(PANEL, donors, "dose"), "m <- y ~ dose | x1")["m"]
        np.testing.assert_allclose([draws["coef"][b], draws["se"][b]], [one.coef, one.se], rtol=1e-9)


def test_a_cross_section_permutes_its_rows(tmp_path: Path) -> None:
    head = 'data "panel.csv"\ndefaults learner=ols; reps=1; folds=3\n'
    found = run(tmp_path, PANEL[PANEL.year == 2007], "f <- y ~ d | x1; placebo=19", head)
    assert dict(found["f"].measures)["placebo.units"] == UNITS
    assert len(np.unique(series(found, "f.placebo")["coef"])) == 19


def test_the_estimate_and_its_test(tmp_path: Path) -> None:
    found = run(tmp_path, PANEL, "m <- y ~ d | x1 + x2\nf <- m; placebo=39")
    measures, draws = dict(found["f"].measures), series(found, "f.placebo")
    assert (found["f"].coef, found["f"].se, found["f"].t) == (found["m"].coef, found["m"].se, found["m"].t)
    p = (1 + np.sum(np.abs(draws["t"]) >= abs(found["m"].t))) / 40
    assert measures["placebo.p"] == p == 1 / 40  # an effect of seven standard errors
    assert measures["placebo.p_mc_se"] == pytest.approx(math.sqrt(p * (1 - p) / 39))
    assert measures["placebo.draws"] == 39
    for name in ("coef", "se", "t"):
        assert measures[f"placebo.{name}"] == pytest.approx(getattr(found["m"], name), rel=1e-9)
    np.testing.assert_array_equal(draws["draw"], np.arange(1, 40))


def test_without_an_effect_the_truth_is_one_of_the_draws(tmp_path: Path) -> None:
    found = run(tmp_path, staggered(effect=0.0), "f <- y ~ d | x1; placebo=99; placebo_by=design; reps=1")
    assert dict(found["f"].measures)["placebo.p"] > 0.05


# ---------------------------------------------------------------- what is fitted


def test_only_treatments_are_refitted_and_by_design_nothing(tmp_path: Path) -> None:
    lines = "m <- y ~ d | x1\nf <- m; placebo=7\nk <- m; placebo=999; placebo_by=design"
    study = loaded(tmp_path, PANEL, lines)
    demands = {d.name: (d.asked, d.fresh) for d in study.survey(study.plan()).demands}
    assert demands == {"m": (4, 4), "f": (18, 14), "k": (4, 0)}


def test_more_draws_add_to_the_ones_before(tmp_path: Path) -> None:
    found = run(tmp_path, PANEL, "f <- y ~ d | x1; placebo=3\ng <- f; placebo=5")
    np.testing.assert_array_equal(series(found, "g.placebo")["t"][:3], series(found, "f.placebo")["t"])


def test_workers_change_nothing(tmp_path: Path) -> None:
    lines = "f <- y ~ d | x1; placebo=4\nk <- f; placebo_by=design\ne <- y ~ d | x1; placebo_lead=2"
    assert results_json(run(tmp_path, PANEL, lines)) == results_json(run(tmp_path, PANEL, lines, jobs=2))


# ---------------------------------------------------------------- design


def two_way(values: np.ndarray) -> np.ndarray:
    cube = values.reshape(UNITS, -1)
    left = cube - cube.mean(axis=0) - cube.mean(axis=1, keepdims=True) + cube.mean()
    return left.reshape(-1)


def differenced(values: np.ndarray) -> np.ndarray:
    change = np.diff(values.reshape(UNITS, -1), axis=1)
    return (change - change.mean(axis=0)).reshape(-1)


def by_unit(values: np.ndarray) -> np.ndarray:
    cube = values.reshape(UNITS, -1)
    return (cube - cube.mean(axis=1, keepdims=True)).reshape(-1)


@pytest.mark.parametrize(
    ("setting", "change"),
    [
        ("fe_method=within", two_way),
        ("fe_method=wg", two_way),
        ("fe_method=fd", differenced),
        ("fe_method=cre", by_unit),
        ("fe=none", lambda values: values),
    ],
)
def test_the_known_propensity_stands_in_for_the_learned_one(setting, change, tmp_path: Path) -> None:
    line = f"f <- y ~ d | x1 + x2; placebo=4; placebo_by=design; reps=1; {setting}"
    study = loaded(tmp_path, PANEL, line)
    draws = series(study.run(), "f.placebo")
    model = study.require().model("f")
    work = prepare_model(model, study.dataset(), study.require().panel)
    residual = work.nuisances[0].target - fit_tasks(model, work, UNITS, {})[0][0].run().prediction
    share = PANEL.groupby("year").d.transform("mean").to_numpy()
    unit = work.nuisances[0].unit
    for b, donors in enumerate(permutations(EVERYONE, 4, SEED)):
        expected = by_hand(residual, change(moved(PANEL, donors).d.to_numpy() - share), unit)
        np.testing.assert_allclose([draws["coef"][b], draws["se"][b]], expected, atol=ROUNDED)
    measures = dict(study.run()["f"].measures)
    theta, se = by_hand(residual, change(PANEL.d.to_numpy() - share), unit)
    assert measures["placebo.t"] == pytest.approx(theta / se, abs=10 * ROUNDED)
    assert measures["placebo.p"] == (1 + np.sum(np.abs(draws["t"]) >= abs(theta / se))) / 5


def test_a_figure_shows_so_many_draws_as_the_eye_can_tell(tmp_path: Path) -> None:
    found = run(tmp_path, PANEL, "f <- y ~ d | x1; placebo=3000; placebo_by=design; reps=1")
    assert len(series(found, "f.placebo")["t"]) == 2000
    assert dict(found["f"].measures)["placebo.draws"] == 3000


# ---------------------------------------------------------------- in time


def test_early_adoption_on_untreated_rows(tmp_path: Path) -> None:
    lines = "e <- y ~ d | x1 + x2; placebo_lead=2\nm <- y ~ early | x1 + x2; sample=d == 0"
    found = run(tmp_path, PANEL, lines)
    early, model = found["e"], found["m"]
    assert (early.coef, early.se, early.n, early.units) == (model.coef, model.se, model.n, model.units)
    assert early.kind == "placebo in time"
    assert (early.treatment, early.term) == ("lead(d, 2)", "lead(d, 2)")
    assert early.term_label == "d, 2 periods early"
    assert [f.target for f in early.nuisances] == ["y", "lead(d, 2)"]


def test_anticipation_shows_and_the_effect_itself_does_not(tmp_path: Path) -> None:
    line = "e <- y ~ d | x1 + x2; placebo_lead=2"
    quiet = run(tmp_path, staggered(effect=5.0), line)["e"]
    assert abs(quiet.t) < 2
    warned = run(tmp_path, staggered(effect=5.0, anticipated=1.0), line)["e"]
    assert warned.ci[0] < 1.0 < warned.ci[1]
    assert warned.t > 4


def test_no_column_of_the_data_is_taken_for_the_lead(tmp_path: Path) -> None:
    named = PANEL.rename(columns={"x2": "lead(d, 2)"})
    found = run(tmp_path, named, "e <- y ~ d | x1 + `lead(d, 2)`; placebo_lead=2")["e"]
    plain = run(tmp_path, PANEL, "e <- y ~ d | x1 + x2; placebo_lead=2")["e"]
    assert found.coef == plain.coef


# ---------------------------------------------------------------- what is said


def test_gaps_that_hide_adoption_are_warned_of(tmp_path: Path) -> None:
    holes = PANEL.assign(d=PANEL.d.where(~((PANEL.city < 3) & (PANEL.year == 2000 + PERIODS - 1))))
    study = loaded(tmp_path, holes, "f <- y ~ d | x1; placebo=3; placebo_by=design")
    said = [p.message for p in study.run().problems if p.code == "A21"]
    never = int((PANEL[PANEL.city < 3].groupby("city").d.max() == 0).sum())
    late = int((PANEL[PANEL.city < 3].groupby("city").d.sum() == 1).sum())
    count = never + late
    assert said == [f"the rows of {count} unit{'' if count == 1 else 's'} do not tell when `d` set in"]


def test_a_draft_draws_few(tmp_path: Path) -> None:
    study = loaded(tmp_path, PANEL, "f <- y ~ d | x1; placebo=500")
    assert dict(study.run(draft=True)["f"].measures)["placebo.draws"] == 19


def test_the_plan_knows_a_placebo_by_its_settings(tmp_path: Path) -> None:
    lines = "m <- y ~ d | x1\nf <- m; placebo=9; placebo_strata=half\ne <- m; placebo_lead=2"
    found = run(tmp_path, PANEL, lines)
    assert "placebo" not in {k for k, v in found["m"].settings if v != "no"}
    assert dict(found["f"].settings)["placebo"] == "9, refit, within half"
    assert dict(found["e"].settings)["placebo_lead"] == "2"


def test_draws_that_cannot_be_learned_count_against_the_estimate(tmp_path: Path) -> None:
    """Of three treated cities all may be in one fold; a classifier then sees no treated row."""
    first = PANEL[PANEL.d == 1].city.unique()[:3]
    few = PANEL.assign(d=PANEL.d.where(PANEL.city.isin(first), 0.0))
    line = "f <- y ~ d | x1; placebo=99; fe=none; learner_d=logit; reps=1"
    found = run(tmp_path, few, line)
    draws, measures = series(found, "f.placebo"), dict(found["f"].measures)
    failed = int(np.sum(np.isnan(draws["t"])))
    assert 3 < failed < 25  # (1/3)² of the draws
    assert measures["placebo.failed"] == failed
    against = np.sum(np.abs(draws["t"]) >= abs(found["f"].t))
    assert measures["placebo.p"] == (1 + against + failed) / 100

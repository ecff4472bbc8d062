"""Event studies through specs: known effects, who is compared, what is reported; see also tests/parity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from staggered_samples import HEAD, YEARS, adopted, effect, load, run

from gipspec.engine import Silent
from gipspec.engine.tasks import Task
from gipspec.recipe import prepare_model
from gipspec.recipe.cell_nuisances import cell_nuisances, predicted
from gipspec.recipe.staggered import stagger
from gipspec.report import results_json
from gipspec.report.saved import load_results_json

FRAME = adopted()
EVENTS = range(-5, 5)
ADOPTER = FRAME.loc[FRAME["d"] == 1, "unit"].iloc[0]
BEFORE = (FRAME["unit"] == ADOPTER) & (FRAME["year"] == FRAME["g"] - 1)  # its last untreated row


class Counter(Silent):
    def __init__(self) -> None:
        self.asked = self.distinct = self.finished = 0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        self.asked, self.distinct = self.asked + asked, self.distinct + distinct

    def done(self, task: Task) -> None:
        self.finished += len(task.keys)


def codes(results) -> list[str]:
    return [p.code for p in results.problems]


def errors(problems) -> list[str]:
    return [p.code for p in problems if p.severity == "error"]


def design_of(folder, frame, line: str, head: str = HEAD):
    loaded = load(folder, frame, line, head)
    study = loaded.require()
    return stagger(study.models[0], loaded.dataset(), study.panel)


# ---------------------------------------------------------------- estimates


@pytest.mark.parametrize("learner", ["ols", "gbm"])
@pytest.mark.parametrize("control", ["never", "notyet"])
def test_known_effects(learner, control, tmp_path):
    """Errors of 3.5 standard errors in one of eleven estimates have a probability of half a per cent."""
    line = f"event <- y ~ d | x; model=did; control={control}; learner_y={learner}\nbare <- y ~ d; model=did"
    found = run(tmp_path, FRAME, line)
    for e in EVENTS:
        one = found[f"event.{e}"]
        assert one.se < 0.4
        assert abs(one.coef - effect(np.array(e))) < 3.5 * one.se, e
    overall = found["event.overall"]
    assert abs(overall.coef - np.mean([effect(np.array(e)) for e in range(5)])) < 3.5 * overall.se
    bare = found["bare.overall"]
    assert bare.coef - 2.0 > 2.5 * bare.se  # without the control the trends of adopters differ


def test_names_kinds_and_rows(tmp_path):
    found = run(tmp_path, FRAME, "event <- y ~ d | x; event=-2..1")
    keys = ["overall", "-2", "-1", "0", "1"]
    keys += [f"cohort.{g}" for g in (2004, 2005, 2007)] + [
        f"period.{t}" for t in (2004, 2005, 2006, 2007, 2008)
    ]
    assert [e.name for e in found] == [f"event.{key}" for key in keys]
    kinds = ["effect", *["event"] * 4, *["cohort"] * 3, *["period"] * 5]
    assert [e.kind for e in found] == kinds
    assert [e.term_label for e in found][1:5] == [
        "2 periods before", "1 period before", "Period of adoption", "1 period after",
    ]  # fmt: skip
    first = found["event.overall"]
    assert (first.model, first.term, first.fe, first.fe_method) == (
        "did",
        "d",
        ("unit", "year"),
        "differences",
    )
    assert (first.units, first.clusters, first.cluster) == (160, 160, ("unit",))
    assert dict(first.settings)["target"] == "att"
    cells = design_of(tmp_path, FRAME, "event <- y ~ d | x; event=-2..1").cells.cells
    rows = {(u, t) for c in cells if -2 <= c.event <= 1 for t in (c.base, c.period) for u in c.units.tolist()}
    assert first.n == len(rows)


def test_saved_results_have_every_event(tmp_path):
    found = run(tmp_path, FRAME, "event <- y ~ d | x; event=-2..1")
    saved = load_results_json(results_json(found))
    assert saved["event.-2"].coef == found["event.-2"].coef
    assert dict(saved["event.overall"].measures) == dict(found["event.overall"].measures)


def test_overall_is_the_plain_mean_over_event_times(tmp_path):
    found = run(tmp_path, FRAME, "event <- y ~ d | x; event=-1..3")
    mean = np.mean([found[f"event.{e}"].coef for e in range(4)])
    assert found["event.overall"].coef == pytest.approx(mean, abs=1e-12)


def test_means_over_cohorts_and_periods_are_of_the_window(tmp_path):
    lines = "all <- y ~ d | x; model=did\nfirst <- all; event=0..0"
    found = run(tmp_path, FRAME, lines)
    cohorts = [e for e in found.of_model("first") if e.kind == "cohort"]
    assert len(cohorts) > 1
    for cohort in cohorts:  # a cohort adopts in one period, which is its event time 0
        assert cohort.coef != found[cohort.name.replace("first", "all")].coef
    assert found["first.overall"].coef == found["first.0"].coef


def test_a_window_moves_no_effect_of_an_event_time(tmp_path):
    lines = "all <- y ~ d | x; model=did; learner=gbm(trees=20)\nsome <- all; event=-2..2"
    found = run(tmp_path, FRAME, lines)
    for e in range(-2, 3):
        assert found[f"some.{e}"].coef == found[f"all.{e}"].coef
        assert found[f"some.{e}"].se == found[f"all.{e}"].se
    assert {e.key for e in found.of_model("all") if e.kind == "event"} == {str(e) for e in EVENTS}


def test_the_test_of_trends_and_the_band(tmp_path):
    found = run(tmp_path, FRAME, "event <- y ~ d | x; event=-3..2; anticipation=1; level=90%")
    measures = dict(found["event.overall"].measures)
    early = [found[f"event.{e}"] for e in (-3, -2)]
    theta = np.array([e.coef for e in early])
    values = np.column_stack([e.influence.values[0][0] for e in early])
    statistic = theta @ np.linalg.solve(values.T @ values, theta)
    assert measures["pretrend.chi2"] == pytest.approx(statistic, rel=1e-8)
    assert measures["pretrend.df"] == 2
    assert 1.645 < measures["band.critical"] < 2.6  # between one interval of 90% and six independent ones
    series, *_ = found.series
    columns = dict(series.series.columns)
    assert (series.name, series.series.kind) == ("event.event", "event")
    assert columns["event"] == (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0)
    for k, e in enumerate((-3, -2, -1, 0, 1, 2)):
        one = found[f"event.{e}"]
        assert (columns["coef"][k], columns["se"][k]) == (one.coef, one.se)
        assert (columns["low"][k], columns["high"][k]) == one.ci
        assert columns["band.high"][k] == pytest.approx(one.coef + measures["band.critical"] * one.se)


def test_only_times_before_adoption(tmp_path):
    found = run(tmp_path, FRAME, "event <- y ~ d | x; event=-3..-1")
    assert [e.key for e in found] == ["-3", "-2", "-1"]
    assert "pretrend.p" in dict(found["event.-3"].measures)


# ---------------------------------------------------------------- who is compared


def test_clusters_of_units(tmp_path):
    lines = "event <- y ~ d | x; event=-1..1\nwide <- event; cluster=group"
    found = run(tmp_path, FRAME, lines)
    fine = found["event.0"].influence
    units = np.array([int(name) for name in fine.clusters[0]])
    sums = np.bincount(units // 4, weights=fine.values[0][0])
    assert found["wide.0"].se == pytest.approx(np.sqrt(np.sum(sums**2)), rel=1e-10)
    assert found["wide.0"].clusters == 40
    none = run(tmp_path, FRAME, "event <- y ~ d | x; event=-1..1; cluster=none")
    assert (none["event.0"].se, none["event.0"].cluster) == (found["event.0"].se, ("unit",))


def test_clusters_within_units_are_refused(tmp_path):
    results = load(tmp_path, FRAME, "event <- y ~ d | x; event=-1..1; cluster=unit + year").run()
    assert errors(results.problems) == ["G208"]
    assert "cluster=year" in next(p.message for p in results.problems if p.code == "G208")


def test_adoption_is_read_off_all_rows(tmp_path):
    """In a sample up to 2006, cohort 2007 is not a control of `never`, and is one of `notyet`."""
    for control, expected in (("never", {0}), ("notyet", {0, 2005, 2007})):
        line = f"event <- y ~ d | x; event=-2..1; control={control}; sample=year <= 2006"
        design = design_of(tmp_path, FRAME, line)
        cell = next(c for c in design.cells.cells if (c.cohort, c.period) == (3, 3))
        assert design.period_names[cell.cohort] == "2004"
        units = design.unit[cell.units[~cell.treated]]
        assert set(FRAME.groupby("unit")["g"].first().loc[units]) == expected


def test_units_that_may_have_adopted_earlier_are_left_out(tmp_path):
    found = run(tmp_path, FRAME.drop(FRAME.index[BEFORE]), "event <- y ~ d | x; event=-1..1")
    assert "A21" in codes(found)
    assert found["event.0"].units == 159


def test_a_unit_whose_controls_are_missing_is_not_hidden(tmp_path):
    """The treatment of the year before adoption is known, though the row is lost to the control."""
    frame = FRAME.copy()
    frame.loc[BEFORE, "x"] = np.nan
    assert "A21" not in codes(run(tmp_path, frame, "event <- y ~ d | x; event=-1..1"))


def test_event_time_counts_periods(tmp_path):
    """Waves of every second year, and periods that are text."""
    line = "event <- y ~ d | x; event=-2..1"
    plain = run(tmp_path, FRAME, line)
    waves = run(tmp_path, FRAME.assign(year=2 * FRAME["year"]), line)
    text = run(tmp_path, FRAME.assign(year=FRAME["year"].map("Wave {}".format)), line)
    for other, key in ((waves, "4008"), (text, "wave_2004")):
        assert [e.coef for e in other] == [e.coef for e in plain]
        assert other[f"event.cohort.{key}"].coef == plain["event.cohort.2004"].coef


@pytest.mark.parametrize("learner", ["ols", "gbm(trees=5)"])
@pytest.mark.parametrize("control", ["never", "notyet"])
def test_nobody_teaches_what_is_compared_with_himself(learner, control, tmp_path):
    """In the rows of a cell, at its base and period, the outcome's teachers are the cell's controls."""
    line = f"event <- y ~ d | x; model=did; control={control}; learner={learner}"
    design = design_of(tmp_path, FRAME, line)
    asked = cell_nuisances(design)
    for cell, slot, other in zip(design.cells.cells, asked.outcome, asked.treatment, strict=True):
        one = asked.nuisances[slot.nuisance]
        assert one.role == "outcome"
        assert one.unit[slot.at].tolist() == design.unit[cell.units].tolist()
        assert one.teach is not None
        assert (one.teach[slot.at] == ~cell.treated).all()
        at = np.searchsorted(design.periods, [cell.base, cell.period])
        change = design.y[cell.units, at[1]] - design.y[cell.units, at[0]]
        np.testing.assert_array_equal(one.target[slot.at], change)
        np.testing.assert_array_equal(one.x[slot.at][:, :2], design.x[cell.units][:, at, 0])
        m = asked.nuisances[other.nuisance]
        assert (m.role, m.teach) == ("treatment", None)
        np.testing.assert_array_equal(m.target[other.at], cell.treated)
        if control == "notyet" and cell.event < 0 and learner != "ols":
            cohort = design.cells.cohort[np.searchsorted(design.unit, one.unit[one.teach])]
            assert cell.cohort not in cohort  # nor at any other time


def test_what_is_fitted_once(tmp_path):
    """Cells of one base and period share the outcome's nuisance, those of a cohort the propensity; trees
    learn each of both once, but for cohorts that would teach themselves."""

    def count(options: str) -> int:
        design = design_of(tmp_path, FRAME, f"event <- y ~ d | x; model=did; {options}")
        return len(cell_nuisances(design).nuisances)

    pairs = {(min(t, g) - 1, t) for g in (2004, 2005, 2007) for t in YEARS[1:].tolist()}
    assert count("learner=ols") == len(pairs) + 3
    assert count("learner=gbm") == 2
    assert count("learner=gbm; control=notyet") == 1 + 3 + 1
    assert count("learner_y=gbm; learner_d=ols") == 1 + 3


def test_predictions_of_a_cell_are_those_of_its_units(tmp_path):
    loaded = load(tmp_path, FRAME, "event <- y ~ d | x; model=did")
    study = loaded.require()
    work = prepare_model(study.models[0], loaded.dataset(), study.panel)
    design = stagger(study.models[0], loaded.dataset(), study.panel)
    asked = cell_nuisances(design)

    class Echo:  # predicts the unit itself
        def __init__(self, unit):
            self.prediction = unit.astype(float)

    rep = [Echo(one.unit) for one in work.nuisances]
    for cell, slot in zip(design.cells.cells, asked.treatment, strict=True):
        assert predicted(rep, slot).tolist() == design.unit[cell.units].tolist()


def test_cohorts_and_event_times_without_an_estimate_are_named(tmp_path):
    """Unit 0 alone adopts in 2006, unit 1 and 2 always are treated; the others are those of the panel."""
    own = {0: 2006, 1: 2001, 2: 2001}
    frame = FRAME.assign(g=FRAME["unit"].map(own).fillna(FRAME["g"]).astype(int))
    frame["d"] = ((frame["g"] > 0) & (frame["year"] >= frame["g"])).astype(int)
    found = run(tmp_path, frame, "event <- y ~ d | x; event=-7..2")
    messages = {p.code: p.message for p in found.problems}
    assert "2001 (no period before adoption), 2006 (1 treated unit)" in messages["G620"]
    assert "event times -7, -6: the event times of the panel are -5 to 2" in messages["G621"]
    assert not [e for e in found if e.key in ("cohort.2001", "cohort.2006", "-6")]
    assert found["event.overall"].units == 157


def test_sizes_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("gipspec.recipe.cell_nuisances.MOST_CELLS", 1000)
    results = load(tmp_path, FRAME, "event <- y ~ d | x; model=did; learner=gbm").run()
    assert errors(results.problems) == ["G007"]
    assert "1,000 cells" in next(p.message for p in results.problems if p.code == "G007")


# ---------------------------------------------------------------- running


def test_workers_stores_and_lines_move_no_number(tmp_path):
    lines = ["event <- y ~ d | x; event=-2..2; reps=2; learner=gbm(trees=5)", "base <- y ~ d | x"]
    counter, again = Counter(), Counter()
    alone = run(tmp_path, FRAME, "\n".join(lines), store=tmp_path / "store", progress=counter)
    other = run(tmp_path, FRAME, "\n".join(lines[::-1]), jobs=2)
    assert {e.name: (e.coef, e.se) for e in alone} == {e.name: (e.coef, e.se) for e in other}
    assert counter.finished == counter.distinct == 4 + 2
    second = run(tmp_path, FRAME, "\n".join(lines), store=tmp_path / "store", progress=again)
    assert again.finished == 0
    assert [e.coef for e in second] == [e.coef for e in alone]


def test_a_column_of_folds(tmp_path):
    by_column = run(tmp_path, FRAME, "event <- y ~ d | x; event=-1..1; folds=fold")
    drawn = run(tmp_path, FRAME, "event <- y ~ d | x; event=-1..1")
    assert by_column["event.0"].coef != drawn["event.0"].coef
    assert abs(by_column["event.0"].coef - drawn["event.0"].coef) < drawn["event.0"].se


# ---------------------------------------------------------------- the language


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("event <- y ~ d + x | taste; event=-1..1", "G208"),
        ("event <- y ~ d | x; event=-1..1; fe=unit", "G208"),
        ("event <- y ~ d | x; event=-1..1; fe_method=fd", "G208"),
        ("event <- y ~ d | x; event=-1..1; target=ate", "G208"),
        ("base <- y ~ d | x; control=notyet", "G208"),
        ("event <- y ~ d | x; event=3..1", "G202"),
        ("event <- y ~ x | taste; event=-1..1", "G415"),
    ],
)
def test_what_does_not_go_together(lines, code, tmp_path):
    loaded = load(tmp_path, FRAME, lines)
    problems = loaded.problems or loaded.run().problems
    assert errors(problems) == [code]


def test_without_a_panel(tmp_path):
    head = HEAD.replace("panel unit year\n", "")
    assert [p.code for p in load(tmp_path, FRAME, "event <- y ~ d | x; event=-1..1", head).problems] == [
        "G110"
    ]


def test_defaults_apply_where_they_suit(tmp_path):
    head = HEAD.replace("defaults ", "defaults fe=unit; fe_method=fd; cluster=none; ")
    found = run(tmp_path, FRAME, "event <- y ~ d | x; event=-1..1", head)
    plain = run(tmp_path, FRAME, "event <- y ~ d | x; event=-1..1")
    assert found["event.0"].coef == plain["event.0"].coef
    assert found["event.0"].fe == ("unit", "year")


def test_a_table_shows_event_times_and_the_test(tmp_path):
    lines = "base <- y ~ d | x\nevent <- base; event=-1..1; control=notyet\ntable t: base, event"
    loaded = load(tmp_path, FRAME, lines)
    results = loaded.run()
    assert loaded.write(results, tmp_path / "out") == ()
    tex = (tmp_path / "out" / "tables" / "t.tex").read_text(encoding="utf-8")
    for text in ("1 period before", "Period of adoption", "1 period after", "Pre-trends, p-value"):
        assert text in tex
    assert "Cohort" not in tex
    assert "not treated yet" in tex
    numbers = (tmp_path / "out" / "numbers.tex").read_text(encoding="utf-8")
    assert "{event.-1.coef}" in numbers.replace("gip@", "")


def test_a_shuffled_file_gives_the_same(tmp_path):
    line = "event <- y ~ d | x; event=-1..1; learner=gbm(trees=5)"
    shuffled = FRAME.sample(frac=1, random_state=1)[sorted(FRAME.columns)]
    assert isinstance(shuffled, pd.DataFrame)
    found, other = run(tmp_path, FRAME, line), run(tmp_path, shuffled, line)
    assert [e.coef for e in found] == [e.coef for e in other]

"""Figures of what estimates rest on: what they show is what the series hold; what cannot be shown is said."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec
from gipspec.diagnostics import GipError
from gipspec.report.figures.draw import draw
from gipspec.report.figures.figure import Bars, Figure, Heatmap, Line, Points, Reference, Words
from gipspec.report.figures.numbers import csv_figure
from gipspec.report.figures.parts import of_label, term_label
from gipspec.report.figures.registry import build_figure
from gipspec.report.figures.wrapped import width_of, wrapped

UNITS, YEARS = 90, 8
SPEC = """
data "panel.csv"
panel city year
label d "Park"
label x1 "Income"
defaults learner=ols; reps=2; folds=3
base    <- y ~ d | x1 + x2
dose    <- base; treatment=w
inter   <- y ~ d | x1 + x2 + factor(kind); model=irm; trim=5%; learner_d=logit
groups  <- inter; het=kind; drop=factor(kind)
event   <- base; event=-1..1
levels  <- y ~ grade | x1; model=apo; learner_d=logit
bare    <- y ~ d
who     <- base; het=policytree(z, kind)
mech    <- inter; via=w
fake    <- base; placebo=3
gap     <- base - bare
figure overlap "Overlap": inter; kind=overlap
figure overlaps "Overlap": inter, event, base; kind=overlap
figure grouped "Overlap": groups; kind=overlap
figure given "Overlap": mech; kind=overlap
figure balance "Balance": inter; kind=balance
figure balances "Balance": base, dose, bare; kind=balance
figure calibration "Calibration": inter, levels; kind=calibration
figure rollout "Roll-out": base; kind=rollout
figure fit "Fit": base, inter; kind=fit
figure fits "Fit": mech; kind=fit
figure tree "Tree": who
figure nothing "Nothing": bare; kind=balance
figure none "None": dose; kind=rollout
"""


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    city, year = np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(YEARS), UNITS)
    kind = rng.integers(0, 2, UNITS)[city]
    taste = rng.normal(size=UNITS)[city]
    start = np.where(taste > 0, 3 + np.arange(UNITS)[city] % 3, 99)
    start[city == 0] = 99
    d = (year >= start).astype(float)
    x1, x2, noise = rng.normal(size=(3, len(city)))
    x1 = x1 + taste
    z = rng.random(UNITS)[city]
    y = (0.5 + z) * d + x1 + 0.5 * taste + noise
    frame = pd.DataFrame({"city": city, "year": 2001 + year, "y": y, "d": d, "x1": x1, "x2": x2})
    return frame.assign(
        kind=np.where(kind == 1, "north", "south"),
        z=z,
        grade=np.digitize(z, [0.3, 0.6]),
        w=d + rng.normal(size=len(city)),
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    panel().to_csv(folder / "panel.csv", index=False)
    loaded = gipspec.loads(SPEC, folder=folder)
    assert loaded.ok, loaded.problems
    results = loaded.run()
    assert [p for p in results.problems if p.severity == "error"] == []
    return loaded.study, results


def figure(study, name: str) -> Figure:
    spec, results = study
    (request,) = (f for f in spec.figures if f.name == name)
    return build_figure(request, results, spec)


def marks(panel, kind):
    return [m for m in panel.marks if isinstance(m, kind)]


def series(study, name: str) -> pd.DataFrame:
    (found,) = (s for s in study[1].series if s.name == name)
    return pd.DataFrame(dict(found.series.columns))


def test_overlap_mirrors_the_arms_and_marks_the_bounds(study):
    made = figure(study, "overlap")
    (shown,) = made.panels
    treated, untreated = marks(shown, Bars)
    assert (treated.label, untreated.label) == ("Treated", "Untreated")
    assert sum(treated.heights) == pytest.approx(1) and sum(untreated.heights) == pytest.approx(-1)
    held = series(study, "inter.propensity")
    rows = held[held.arm == "treated"]
    share = {}
    for start, count in zip(rows["from"], rows["rows"], strict=True):
        share[int(start * 50 + 1e-9)] = share.get(int(start * 50 + 1e-9), 0) + count / rows["rows"].sum()
    assert len(treated.edges) == 51  # all propensities occur: fiftieths
    assert treated.heights == pytest.approx([share.get(k, 0) for k in range(50)])
    assert [m.at for m in marks(shown, Reference)] == [0.05, 0.95, 0.0]
    assert all("−" not in text for _, text in shown.y.ticks)
    beyond = series(study, "inter.support").set_index("arm")
    share = 100 * (beyond.below + beyond.above)["treated"]
    assert f"{share:.1f}% of the treated" in " ".join(made.notes)
    assert dict(made.data)["rows"] == tuple(held["rows"])


def test_each_model_group_and_propensity_has_a_panel(study):
    titles = {
        name: [p.title for p in figure(study, name).panels] for name in ("overlaps", "grouped", "given")
    }
    assert titles["overlaps"] == ["inter", "event", "base"]
    assert [t.lower() for t in titles["grouped"]] == ["north", "south"]
    assert titles["given"] == ["Park", "Park given w"]


def test_a_linear_model_shows_its_treatment_before_and_after(study):
    made = figure(study, "overlaps")
    after, before = marks(made.panels[2], Bars)
    assert sum(after.heights) == pytest.approx(1) and before.hollow
    left = study[1]["base"].residual_share
    assert f"The controls leave {100 * left:.1f}% of the variance of the treatment (base)." in made.notes


def test_the_love_plot_orders_controls_by_their_difference(study):
    made = figure(study, "balance")
    (shown,) = made.panels
    held = series(study, "inter.balance")
    order = held.before.abs().sort_values(ascending=False).index
    before, after = marks(shown, Points)
    assert before.x == pytest.approx(tuple(held.before[order])) and before.hollow
    assert after.x == pytest.approx(tuple(held.after[order])) and not after.hollow
    assert after.y == before.y == tuple(float(-k) for k in range(len(order)))
    labels = {"x1": "Income", "x2": "x2"}
    wanted = [labels.get(name, "kind[south]") for name in held.control[order]]
    assert [text for _, text in shown.y.ticks] == wanted
    assert f"{held.after.abs().max():.3f}" in made.notes[-1]


def test_differences_that_nobody_knows_are_not_said_to_be_nought(study):
    spec, results = study
    unknown = []
    for one in results.series:
        columns = [
            (n, (float("nan"),) * len(v) if n in ("before", "after") else v) for n, v in one.series.columns
        ]
        changed = one.name == "inter.balance"
        unknown.append(replace(one, series=replace(one.series, columns=tuple(columns))) if changed else one)
    made = figure((spec, replace(results, series=tuple(unknown))), "balance")
    assert not any("largest difference" in note for note in made.notes)
    draw(made)


def test_effects_are_a_stage_and_doses_have_correlations(study):
    made = figure(study, "balances")
    assert [p.title for p in made.panels] == ["base", "dose"]
    assert [m.label for m in marks(made.panels[0], Points)] == [
        "As they are",
        "Effects removed",
        "As the estimate weighs rows",
    ]
    assert made.panels[1].x.label == "Correlation with the treatment"
    assert made.notes[0] == "Not shown, for want of results: bare."


def test_calibration_is_of_every_propensity(study):
    made = figure(study, "calibration")
    assert len(made.panels) == 4  # that of the park, and those of three levels
    held = series(study, "inter.calibration")
    (points,) = marks(made.panels[0], Points)
    assert (points.x, points.y) == (tuple(held.predicted), tuple(held.observed))
    assert marks(made.panels[0], Line)[0].x == marks(made.panels[0], Line)[0].y


def test_the_roll_out_has_bars_and_tiles(study):
    made = figure(study, "rollout")
    bars, tiles = made.panels
    frame = panel()
    treated, adopting = marks(bars, Bars)
    assert treated.heights == tuple(frame.groupby("year").d.sum())
    first = frame[frame.d == 1].groupby("city").year.min().value_counts()
    assert adopting.heights == tuple(float(first.get(y, 0)) for y in sorted(frame.year.unique()))
    (heat,) = marks(tiles, Heatmap)
    assert np.sum(heat.z) == frame.d.sum() and np.shape(heat.z) == (UNITS, YEARS)
    begins = [row.index(1.0) if 1.0 in row else YEARS for row in heat.z]
    assert begins == sorted(begins)
    assert heat.values == ((0.0, "Not treated"), (1.0, "Treated"))
    assert f"{first.sum()} of {UNITS} units" in made.notes[0]


def test_the_fit_of_nuisances(study):
    made = figure(study, "fit")
    assert [p.x.label for p in made.panels] == ["R² out of fold", "Area under the curve"]
    shown = {m.label: m for m in marks(made.panels[0], Points)}
    fits = study[1]["base"].nuisances
    assert shown["Outcome"].x == (dict(fits[0].metrics)["r2"],)
    assert shown["Treatment"].x[0] == dict(fits[1].metrics)["r2"]
    (auc,) = marks(made.panels[1], Points)
    assert auc.x == (dict(study[1]["inter"].nuisances[-1].metrics)["auc"],)
    rows = [text for _, text in figure(study, "fits").panels[0].y.ticks]
    assert "Treatment given mediator" in rows and len(rows) == len(set(rows)) == 10


def test_the_tree_says_what_its_series_says(study):
    made = figure(study, "tree")
    (shown,) = made.panels
    held = series(study, "who.tree")
    boxes = [m for m in marks(shown, Words) if m.boxed]
    assert len(boxes) == len(held)
    leaves = [b.text.split("\n")[0] for b in boxes if b.text.startswith(("Treat", "Do not"))]
    assert len(leaves) == (held.action != "").sum()
    assert leaves.count("Treat") == (held.action == "treat").sum() == sum(b.bold for b in boxes)
    for box, (_, node) in zip(boxes, held.iterrows(), strict=True):
        assert f"{node.gain:.3f}".replace("-", "−") in box.text
        assert f"{100 * node.n / held.n[0]:.0f}% of rows" in box.text
    value = study[1]["who.policy.value"]
    assert f"gains {value.coef:.3f} ({value.se:.3f})" in made.notes[-1]


def test_what_cannot_be_shown_is_said(study):
    for name, reason in (("nothing", "no controls"), ("none", "`w` is not 0 and 1")):
        with pytest.raises(GipError) as failure:
            figure(study, name)
        (wrong,) = failure.value.problems
        assert wrong.code == "G550" and reason in wrong.message


@pytest.mark.parametrize(
    "line",
    [
        "fake; kind=overlap",
        "who; kind=balance",
        "base; kind=calibration",
        "gap; kind=overlap",
        "base; kind=tree",
    ],
)
def test_models_that_a_kind_cannot_show_are_refused(line, tmp_path):
    panel().to_csv(tmp_path / "panel.csv", index=False)
    lines = SPEC.partition("figure overlap")[0] + f"figure wrong: {line}\n"
    problems = gipspec.loads(lines, folder=tmp_path).problems
    assert [p.code for p in problems if p.severity == "error"] == ["G540"]


@pytest.mark.parametrize("name", ["overlaps", "balances", "rollout", "tree"])
def test_they_are_drawn_the_same_each_time_and_their_numbers_are_written(name, study):
    made = figure(study, name)
    drawn = draw(made)
    assert drawn.pdf.startswith(b"%PDF") and drawn.png[1:4] == b"PNG" and not drawn.missing
    assert draw(made).png == drawn.png
    rows = list(csv.reader(csv_figure(made).lstrip("\ufeff").splitlines()))
    assert rows[0] == [column for column, _ in made.data] and len(rows) == 1 + len(made.data[0][1])


def test_labels_of_terms_and_of_what_a_panel_is_of():
    labels = {"region": "Region", "fdi": "Investment", "gip": "Park", "m": "Mediator"}
    assert term_label("region[East]", labels) == "Region: East"
    assert term_label("fdi:x", labels) == "Investment × x"
    assert of_label("gip given m + q", labels) == "Park given Mediator + q"
    assert of_label("gip = 2", labels) == "Park = 2"


def test_long_labels_break_and_end():
    assert wrapped("one two three", 8) == "one two\nthree"
    assert wrapped("绿色产业园区", 8) == "绿色产业\n园区"
    text = wrapped("a very long label of many words", 10, most=2)
    assert text.count("\n") == 1 and text.endswith("…") and all(width_of(t) <= 10 for t in text.split("\n"))
    assert wrapped("abcdefghijkl", 5) == "abcde\nfghij\nkl"


def test_files_of_a_study(tmp_path: Path):
    panel().to_csv(tmp_path / "panel.csv", index=False)
    text = 'data "panel.csv"\npanel city year\nbase <- y ~ d | x1; learner=ols; reps=1\n'
    loaded = gipspec.loads(text + "figure adoption: base; kind=rollout\n", folder=tmp_path)
    assert loaded.write(loaded.run(), tmp_path / "out") == ()
    names = {p.name for p in (tmp_path / "out" / "figures").iterdir()}
    assert {f"adoption.{ending}" for ending in ("pdf", "png", "csv", "tex", "txt")} <= names

"""Estimates that are kept: made once, found again by what defines them, called by the labels of today."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec
import gipspec.engine.run as running
from gipspec.diagnostics import problem
from gipspec.engine import Results, Store, Tally
from gipspec.engine.clean import ESTIMATES
from gipspec.engine.kept import Kept, decode, encode, made_key, may_be_kept, relabelled
from gipspec.engine.progress import Silent
from gipspec.recipe import Made, Series
from gipspec.report import results_json

SPEC = """
data "panel.csv"
panel unit time
label d "Policy"
let size = log(x1 + 5)
let other = x2 + 1
defaults learner=ols; reps=2; folds=3
base    <- y ~ d | size + x2
named   <- base; sample=time >= 2
joint   <- y ~ d + x3 | size
groups  <- base; het=[kind, x3]
fake    <- base; placebo=7
design  <- base; placebo=19; placebo_by=design
robust  <- base; cluster=none
inter   <- y ~ d * x3 | size
gap     <- base - named
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel in which `d` sets in at different times in two of three units."""
    made = tmp_path_factory.mktemp("kept")
    rng = np.random.default_rng(3)
    units, periods = 36, 6
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(1, periods + 1), units)
    x = rng.normal(size=(3, unit.size)).round(3)
    d = ((unit % 3 > 0) & (time >= 2 + unit % 5)).astype(int)
    y = 0.5 * d + x[0] + rng.normal(size=unit.size) + unit / 10
    frame = pd.DataFrame({"unit": unit, "time": time, "y": y, "d": d, "x1": x[0], "x2": x[1], "x3": x[2]})
    frame["kind"] = np.where(unit % 2 == 0, "east", "west")
    frame.to_csv(made / "panel.csv", index=False)
    return made


@pytest.fixture(scope="module")
def store(folder: Path) -> Path:
    return folder / "store"


@pytest.fixture(scope="module")
def first(folder: Path, store: Path) -> Results:
    return gipspec.loads(SPEC, folder=folder).run(store=store)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where a model's arrays are built."""

    def refuse(*_: object) -> None:
        raise AssertionError("a model was prepared that should have been kept")

    with monkeypatch.context() as patched:
        patched.setattr(running, "prepare", refuse)
        yield


def test_a_second_run_prepares_nothing_and_finds_the_same(
    folder: Path, store: Path, first: Results, idle: None
) -> None:
    tally = Tally(to=Silent())
    again = gipspec.loads(SPEC, folder=folder).run(store=store, progress=tally)
    assert results_json(again) == results_json(first)
    assert tally.fitted == 0
    assert tally.found > 0
    base, before = again["base"].influence, first["base"].influence
    assert base.clusters == before.clusters
    assert [v.tobytes() for v in base.values] == [v.tobytes() for v in before.values]


def test_without_a_store_the_same_is_found(folder: Path, first: Results) -> None:
    assert results_json(gipspec.loads(SPEC, folder=folder).run()) == results_json(first)


def test_labels_comments_and_names_make_nothing_anew(
    folder: Path, store: Path, first: Results, idle: None
) -> None:
    text = (
        SPEC.replace('"Policy"', '"Green policy"').replace("named ", "called ").replace("- named", "- called")
    )
    again = gipspec.loads(f"# a comment\n{text}", folder=folder).run(store=store)
    assert {e.term_label for e in first if e.term == "d"} >= {"Policy"}
    assert again["base"].term_label == "Green policy"
    assert again["called"].coef == first["named"].coef
    assert again["gap"].se == first["gap"].se
    assert not [e for e in again if "Policy" in e.term_label.replace("Green policy", "")]


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("log(x1 + 5)", "log(x1 + 6)", True),
        ("other = x2 + 1", "other = x2 + 2", False),  # no model uses it
        ("reps=2", "reps=3", True),
        ("learner=ols", "learner=ridge", True),
        ("base    <- y", "first   <- y", False),
        ("panel unit time", "panel  unit  time", False),
    ],
)
def test_the_key_changes_with_what_numbers_depend_on(folder: Path, old: str, new: str, moved: bool) -> None:
    def key(text: str) -> str:
        loaded = gipspec.loads(text, folder=folder)
        return made_key(loaded.require().models[0], loaded.dataset())

    changed = SPEC.replace(old, new)
    if "first" in new:
        changed = changed.replace("<- base;", "<- first;").replace("<- base -", "<- first -")
    assert (key(changed) != key(SPEC)) is moved


def test_the_key_changes_with_the_meaning_of_codes(folder: Path) -> None:
    """They name groups, and no hash of values knows them."""
    loaded = gipspec.loads(SPEC, folder=folder)
    model, data = loaded.require().models[0], loaded.dataset()
    labelled = replace(data, value_labels={"kind": {1.0: "East"}})
    assert made_key(model, data) != made_key(model, labelled)
    assert made_key(model, data) == made_key(model, replace(data, labels={"d": "Another"}))


def test_other_data_are_estimated(tmp_path: Path, folder: Path, store: Path, first: Results) -> None:
    frame = pd.read_csv(folder / "panel.csv")
    frame.loc[0, "y"] += 1
    frame.to_csv(tmp_path / "panel.csv", index=False)
    again = gipspec.loads(SPEC, folder=tmp_path).run(store=store, select=["base"])
    assert again["base"].coef != first["base"].coef


def test_a_damaged_entry_is_made_anew(tmp_path: Path, folder: Path, first: Results) -> None:
    loaded, kept = gipspec.loads(SPEC, folder=folder), Store(folder=tmp_path / ESTIMATES)
    loaded.run(store=tmp_path, select=["base"])
    key = made_key(loaded.require().model("base"), loaded.dataset())
    assert kept.read(key) is not None
    for harm in (b"{}\n", b"nonsense", b'{"made":[],"fits":[],"texts":[]}\n'):
        kept.write(key, harm)
        assert loaded.run(store=tmp_path, select=["base"])["base"].coef == first["base"].coef


def test_what_failed_is_not_kept() -> None:
    whole = Made(found=())
    error = problem("G401", name="d", where="", remedy="")
    warning = problem("A21", units="1 unit", name="d")
    assert may_be_kept(whole)
    assert may_be_kept(replace(whole, problems=(warning,)))
    assert not may_be_kept(replace(whole, problems=(warning, error)))


def test_a_failed_model_fails_again_in_the_same_words(tmp_path: Path, folder: Path) -> None:
    text = 'data "panel.csv"\npanel unit time\nlabel d "Policy"\nbase <- y ~ d | x1; sample=time < 2'
    runs = [gipspec.loads(text, folder=folder).run(store=tmp_path) for _ in range(2)]
    assert runs[0].problems
    assert runs[0].problems == runs[1].problems
    assert not [p for p in runs[0].problems if "\ue000" in p.message]


def test_bytes_and_back() -> None:
    """Numbers survive to the last bit, nan and infinity too."""
    numbers = (0.1, float("nan"), float("inf"), -0.0, 1e-320)
    made = Made(found=(), series=(series(("t", numbers), ("name", ("a", "β\n"))),))
    back = decode(encode(Kept(made=made, fits=("a", "b"))))
    assert back.fits == ("a", "b")
    assert repr(back.made) == repr(made)


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(TypeError, match="set cannot be kept"):
        encode(Kept(made=Made(found=(), series=({1},)), fits=()))  # type: ignore[arg-type]


def series(*columns: tuple[str, tuple[float | str, ...]]) -> Series:
    return Series(key="", kind="placebo", columns=columns)


def test_labels_stand_where_they_are_meant() -> None:
    text = "\ue000d\ue001 × \ue000openness\ue001 (per standard deviation)"
    made = Made(found=(), series=(series((text, ("\ue000d\ue001",))),))
    columns = relabelled(made, {"d": "Policy"}).series[0].columns
    assert columns == (("Policy × openness (per standard deviation)", ("Policy",)),)


def test_fits_and_searches_of_a_kept_estimate_count_as_used(tmp_path: Path, folder: Path) -> None:
    """So that cleaning does not take away what a next repetition would need."""
    spec = 'data "panel.csv"\nbase <- y ~ d | x1; learner=knn; tune=2; reps=1; folds=2\n'
    loaded, store = gipspec.loads(spec, folder=folder), tmp_path / "store"
    loaded.run(store=store)
    entries = [p for p in store.rglob("*") if p.is_file() and len(p.name) == 64]
    assert len(entries) == 2 + 2 + 1  # searches, fits, the estimate
    for path in entries:
        os.utime(path, (1e9, 1e9))
    loaded.run(store=store)
    assert all(path.stat().st_mtime > 1e9 + 1 for path in entries)

"""The roll-out of a treatment: by hand, against pandas, and through a run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from staggered_samples import adopted, load, run

from gipspec.recipe.rollout import path_series, rollout_series

NAN = np.nan
PERIODS = ("2001", "2002", "2003", "2004")
D = np.array([[0, 0, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 0, NAN], [NAN, 0, NAN, 1]])


def columns(series):
    return {name: list(values) for name, values in series.columns}


def test_counts_by_period() -> None:
    found = columns(rollout_series("d", D, PERIODS))
    assert found["period"] == list(PERIODS)
    assert found["seen"] == [5, 6, 5, 5]
    assert found["treated"] == [1, 2, 3, 4]
    assert found["adopting"] == [1, 1, 2, 1]
    assert found["ending"] == [0, 0, 1, 0]


def test_paths_in_order_of_adoption_with_equal_ones_together() -> None:
    found = path_series("d", D, PERIODS)
    rows = columns(found)
    assert found.key == "d.paths" and rows["units"] == [1, 1, 2, 1, 1]
    shares = np.column_stack([rows[f"t.{p}"] for p in PERIODS])
    np.testing.assert_array_equal(
        shares, [[1, 1, 1, 1], [0, 1, 0, NAN], [0, 0, 1, 1], [NAN, 0, NAN, 1], [0, 0, 0, 0]]
    )


def test_many_paths_are_put_together() -> None:
    rng = np.random.default_rng(4)
    d = (rng.random((5000, 100)) < 0.3).astype(float)
    d[rng.random(d.shape) < 0.1] = NAN
    found = columns(path_series("d", d, tuple(map(str, range(100)))))
    assert len(found["units"]) == 60 and sum(found["units"]) == 5000
    treated = sum(u * s for u, s in zip(found["units"], found["t.7"], strict=True)) / 5000
    assert treated == pytest.approx(np.nanmean(d[:, 7]), abs=0.01)


def test_a_run_has_it_for_each_binary_treatment_and_pandas_agrees(tmp_path) -> None:
    frame = adopted(units=60)
    frame["dose"] = frame["d"] * 2.5
    frame.loc[frame.index[::37], "d"] = NAN
    results = run(tmp_path, frame, "a <- y ~ d | x\nb <- a; add=x^2\nc <- y ~ dose | x\n")
    shown = {s.name: s for s in results.series if s.series.kind in ("rollout", "paths")}
    assert set(shown) == {"d.rollout", "d.paths"} and {s.model_name for s in shown.values()} == {""}
    table = pd.DataFrame(dict(shown["d.rollout"].series.columns))
    by = frame.groupby("year").d
    assert table.period.astype(int).tolist() == list(by.groups)
    assert table.treated.tolist() == by.sum().tolist() and table.seen.tolist() == by.count().tolist()
    first = frame[frame.d == 1].groupby("unit").year.min().value_counts()
    assert table.set_index(table.period.astype(int)).adopting.to_dict() == {
        year: first.get(year, 0) for year in by.groups
    }
    assert sum(dict(shown["d.paths"].series.columns)["units"]) == 60


def test_without_a_panel_there_is_none(tmp_path) -> None:
    results = run(tmp_path, adopted(units=40), "a <- y ~ d | x\n", 'data "study.csv"\ndefaults learner=ols\n')
    assert "rollout" not in {s.series.kind for s in results.series}


def test_a_treatment_of_text_has_none_and_stops_nothing(tmp_path) -> None:
    frame = adopted(units=40).assign(half=lambda f: np.where(f.unit % 2 == 0, "even", "odd"))
    results = load(tmp_path, frame, "a <- y ~ d | x\nb <- y ~ half | x\n").run()
    assert [p.code for p in results.problems if p.severity == "error"] == ["G307"]
    assert {s.name for s in results.series if not s.model_name} == {"d.rollout", "d.paths"}

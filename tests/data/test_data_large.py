"""What keeps large data affordable: an order by few columns, names on request, no second copy, two bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec
from gipspec.data.bounds import MOST_ARRAY_CELLS, MOST_CELLS, check_cells
from gipspec.data.build import _by_content
from gipspec.data.dataset import RowNumbers
from gipspec.data.vector import Vector
from gipspec.diagnostics import GipError
from gipspec.lang.study import DataSource
from gipspec.recipe import prepare_model


@pytest.mark.parametrize("seed", range(20))
def test_rows_are_ordered_by_all_columns(seed: int) -> None:
    """As pandas sorts them, missing values first; few distinct values make many ties."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 3, size=(rng.integers(1, 40), rng.integers(1, 5))).astype(float)
    values[rng.random(values.shape) < 0.2] = np.nan
    frame = pd.DataFrame(values, columns=[f"c{j}" for j in range(values.shape[1])])
    order = _by_content({str(name): Vector(values=frame[name].to_numpy()) for name in frame})
    expected = frame.sort_values(list(frame), na_position="first", kind="stable")
    pd.testing.assert_frame_equal(frame.iloc[order].reset_index(drop=True), expected.reset_index(drop=True))


def test_rows_are_named_by_their_numbers() -> None:
    names = RowNumbers(12)
    assert (len(names), names[0], names[-1], list(names[1:3])) == (12, "1", "12", ["2", "3"])
    with pytest.raises(IndexError):
        names[12]


@pytest.mark.parametrize("spec", ["x1 + x2", "x1 + x2 + c", "x1 + square(x2)"])
def test_nuisances_share_one_matrix_of_features(tmp_path: Path, spec: str) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40, 4)), columns=["y", "d", "x1", "x2"]).assign(c=1.0)
    frame.to_csv(tmp_path / "data.csv", index=False)
    loaded = gipspec.loads(f'data "data.csv"\nbase <- y ~ d | {spec}; learner=ols', folder=tmp_path)
    outcome, treatment = prepare_model(loaded.require().models[0], loaded.dataset(), None).nuisances
    assert outcome.x is treatment.x
    kept = loaded.dataset().frame[["x1", "x2"]].to_numpy()
    np.testing.assert_array_equal(outcome.x[:, 0], kept[:, 0])
    np.testing.assert_array_equal(outcome.x[:, 1], kept[:, 1] ** 2 if "square" in spec else kept[:, 1])


def test_formats_of_whole_columns_may_be_larger() -> None:
    rows = MOST_CELLS // 10 + 1
    for name in ("a.parquet", "A.DTA"):
        check_cells(DataSource(path=f"/tmp/{name}"), rows, 10)
        with pytest.raises(GipError, match="200,000,000 cells"):
            check_cells(DataSource(path=f"/tmp/{name}"), MOST_ARRAY_CELLS // 10 + 1, 10)
    with pytest.raises(GipError, match="20,000,000 cells"):
        check_cells(DataSource(path="/tmp/a.csv"), rows, 10)

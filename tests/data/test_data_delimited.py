import bz2

import numpy as np
import pytest
from data_samples import refused, source

from gipspec.data import bounds, read_schema, read_table
from gipspec.data.delimited import rows
from gipspec.data.locate import Located


def write(tmp_path, data, name="panel.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return source(path)


CHINESE = "城市,年份,产业链韧性\n武汉,2010,0.5\n北京,2011,\n"


@pytest.mark.parametrize(
    "data",
    [
        CHINESE.encode(),
        CHINESE.encode("utf-8-sig"),
        CHINESE.encode("gb18030"),
        CHINESE.encode("gbk"),
        CHINESE.replace(",", "\t").encode("utf-16"),  # Excel's "Unicode text"
        "\ufeff".encode("utf-16-be") + CHINESE.encode("utf-16-be"),
    ],
    ids=["utf-8", "byte-order mark", "gb18030", "gbk", "utf-16", "utf-16, big end first"],
)
def test_encodings(tmp_path, data):
    where = write(tmp_path, data)
    frame = read_table(where).frame
    assert list(frame.columns) == ["城市", "年份", "产业链韧性"]
    assert frame["城市"].tolist() == ["武汉", "北京"]
    assert frame["产业链韧性"].tolist()[0] == 0.5 and np.isnan(frame["产业链韧性"][1])
    assert [c.name for c in read_schema(where).columns] == list(frame.columns)


def test_text_that_is_valid_utf8_in_the_header_only(tmp_path):
    # the bytes of 联通 in GBK are valid UTF-8; the header must be read as the rest of the file
    data = "联通,x\n武汉,1\n".encode("gbk")
    assert [c.name for c in read_schema(write(tmp_path, data)).columns] == ["联通", "x"]


@pytest.mark.parametrize(
    "data",
    ["région,x\nOrléans,1\n".encode("latin-1"), b"\xff\xfea\x00,\x00b\x00\n\x001", b"a,b\n\x80\xff,1\n"],
    ids=["latin-1", "half a character of utf-16", "neither"],
)
def test_other_encodings_are_refused(tmp_path, data):
    with refused("G303"):
        read_table(write(tmp_path, data))


def test_an_encoding_can_be_named(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_bytes("région,x\nOrléans,1\n".encode("latin-1"))
    frame = read_table(source(path, encoding="latin-1")).frame
    assert list(frame.columns) == ["région", "x"] and frame["région"][0] == "Orléans"
    for wrong in ("nonesuch", "zip", "ascii"):
        with refused("G302"):
            read_table(source(path, encoding=wrong))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "a,b\n1,x\n2,y\n"),
        ("a.csv", "a;b\n1;x\n2;y\n"),
        ("a.csv", "a\tb\n1\tx\n2\ty\n"),
        ("a.tsv", "a\tb\n1\tx\n2\ty\n"),
        ("a.csv", '"a";"b"\r\n1;"x"\r\n2;"y"\r\n'),
        ("a.csv", "\na,b\n\n1,x\n2,y\n\n"),
        ("a.CSV", " a , b\n1,x\n2,y"),
    ],
)
def test_delimiters(tmp_path, name, text):
    frame = read_table(write(tmp_path, text, name)).frame
    assert list(frame.columns) == ["a", "b"]
    assert frame["a"].tolist() == [1.0, 2.0] and frame["b"].tolist() == ["x", "y"]


def test_the_rows_decide_between_delimiters(tmp_path):
    frame = read_table(write(tmp_path, 'a;"b, in yuan"\n1;2\n')).frame
    assert list(frame.columns) == ["a", "b, in yuan"]
    with refused("G302") as error:
        read_table(write(tmp_path, "a;b,c;d\n1,2;3\n4;5;6\n"))
    assert "comma or semicolon" in error.problem.message


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", "-3e2"], [1, 2.5, -300]),
        (["1", "", "NA"], [1, None, None]),
        (["1", ".", "NaN"], [1, None, None]),
        (["001", "002", "x"], ["001", "002", "x"]),
        (["1,5", "2,5", "3"], ["1,5", "2,5", "3"]),
        (["1_000", "2", "3"], ["1_000", "2", "3"]),
        (
            ["110101199003071234", "110101199003071235", "1"],
            ["110101199003071234", "110101199003071235", "1"],
        ),
        (["2010-01-31", "2010-02-28", ""], ["2010-01-31", "2010-02-28", None]),
        (["", "", ""], [None, None, None]),
        (["Inf", "-Inf", "0"], [np.inf, -np.inf, 0]),
    ],
)
def test_what_is_a_number(tmp_path, values, expected):
    text = "v,k\n" + "".join(f'"{v}",{i}\n' for i, v in enumerate(values))
    column = read_table(write(tmp_path, text)).frame["v"]
    if any(isinstance(e, str) for e in expected):
        assert column.dtype == object and column.tolist() == expected
    else:
        np.testing.assert_array_equal(column, [np.nan if e is None else e for e in expected])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n3\n", "row 3 has 1 fields, and the header has 2"),
        ("a,b\n1,2,3\n", "row 2 has 3 fields"),
        ("a,b\n", "no rows"),
        ("\n\n", "no line of column names"),
        ('a,b\n"1,2\n', "unexpected end of data"),
        ("a,b\n1,\0\n", "binary"),
        ("", "empty"),
    ],
)
def test_damaged_files(tmp_path, text, reason):
    with refused("G302") as error:
        read_table(write(tmp_path, text))
    assert reason in error.problem.message


def test_two_columns_of_one_name(tmp_path):
    for read in (read_schema, read_table):
        with refused("G312") as error:
            read(write(tmp_path, "a,b,a\n1,2,3\n"))
        assert "2 columns named `a`" in error.problem.message


def test_columns_without_a_name_are_left_out_and_reported(tmp_path):
    where = write(tmp_path, ",a,\n7,5,\n2,6,\n")  # and a trailing comma
    found = read_table(where)
    assert list(found.frame.columns) == ["a"] == [c.name for c in read_schema(where).columns]
    assert [(p.code, p.severity) for p in found.problems] == [("G602", "warning")]
    assert "column 1" in found.problems[0].message


@pytest.mark.parametrize("first", [0, 1])
def test_row_numbers_of_r_and_pandas_are_left_out_in_silence(first: int, tmp_path):
    found = read_table(write(tmp_path, f",a\n{first},5\n{first + 1},6\n"))
    assert (list(found.frame.columns), found.problems) == (["a"], ())


def test_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_CELLS", 5)
    with refused("G302") as error:
        read_table(write(tmp_path, "a,b\n1,2\n3,4\n5,6\n"))
    assert "5 cells" in error.problem.message
    monkeypatch.setattr(bounds, "MOST_COLUMNS", 1)
    with refused("G302"):
        read_schema(write(tmp_path, "a,b\n1,2\n"))


def test_compressed_text_of_packages(tmp_path):
    path = tmp_path / "a.csv.bz2"
    path.write_bytes(bz2.compress(b"a,b\n1,2\n"))
    located = Located(source=source(path), path=path, ending=".csv", compressed=True)
    assert rows(located) == (["a", "b"], [["1", "2"]])
    path.write_bytes(bz2.compress(b"a,b\n1,2\n")[:-8])
    with refused("G302"):
        rows(located)

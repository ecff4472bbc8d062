import numpy as np
import pytest
from data_samples import PANEL, dataset, expr, lets, refused

from gipspec.data import evaluate, evaluate_condition
from gipspec.data.expressions import TABLE
from gipspec.lang.vocabulary import FUNCTIONS

NAN = np.nan
ROWS = {
    "x": [1.0, 4.0, NAN, -2.0],
    "z": [0.0, 2.0, 3.0, 0.5],
    "b": [1.0, 0.0, 1.0, NAN],
    "code": [1.0, 2.0, 3.0, NAN],
    "t": ["East", "West", None, "East"],
    "GDP per head": [1.0, 2.0, 3.0, 4.0],
    "k": [1.0, 2.0, 3.0, 4.0],  # keeps the order of the rows
}
LABELS = {"code": {1.0: "East", 2.0: "West", 3.0: "West"}}


@pytest.fixture
def rows():
    found = dataset({"a": [1.0, 2.0, 3.0, 4.0], **ROWS}, value_labels=LABELS)
    assert found.frame["k"].tolist() == [1, 2, 3, 4]
    return found


def test_every_function_of_a_column_is_there():
    listed = {f.name for f in FUNCTIONS.values() if f.role in ("column", "index")}
    assert listed <= set(TABLE) <= set(FUNCTIONS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + z * 2", [1, 8, NAN, -1]),
        ("-x", [-1, -4, NAN, 2]),
        ("+x - 10%", [0.9, 3.9, NAN, -2.1]),
        ("z / 2", [0, 1, 1.5, 0.25]),
        ("2 ^ z", [1, 4, 8, 2**0.5]),
        ("1 ^ x", [1, 1, NAN, 1]),
        ("x ^ 0", [1, 1, NAN, 1]),
        ("`GDP per head` + 1", [2, 3, 4, 5]),
        ("log(`GDP per head`)", [0, np.log(2), np.log(3), np.log(4)]),
        ("log1p(z)", [0, np.log(3), np.log(4), np.log(1.5)]),
        ("exp(z)", [1, np.e**2, np.e**3, np.e**0.5]),
        ("sqrt(z)", [0, 2**0.5, 3**0.5, 0.5**0.5]),
        ("abs(x)", [1, 4, NAN, 2]),
        ("min(x, z, 1)", [0, 1, NAN, -2]),
        ("max(x, 0)", [1, 4, NAN, 0]),
        ("round(z + 0.5)", [0, 2, 4, 1]),
        ("round(k / 3, 2)", [0.33, 0.67, 1, 1.33]),
        ("ifelse(x > 0, z, -1)", [0, 2, NAN, -1]),
        ("is_missing(x)", [0, 0, 1, 0]),
        ("is_missing(t)", [0, 0, 1, 0]),
        ("x > 0", [1, 1, NAN, 0]),
        ("x == z", [0, 0, NAN, 0]),
        ("x != 1", [0, 1, NAN, 1]),
        ("x <= -2 or z >= 3", [0, 0, 1, 1]),
        ("x > 0 and z > 0", [0, 1, NAN, 0]),
        ("x > 0 and z > 5", [0, 0, 0, 0]),
        ("not x > 0", [0, 0, NAN, 1]),
        ("not b", [0, 1, 0, NAN]),
        ('t == "East"', [1, 0, NAN, 1]),
        ('"East" != t', [0, 1, NAN, 0]),
        ('t >= "F"', [0, 1, NAN, 0]),
        ('t in ["East", "West"]', [1, 1, NAN, 1]),
        ('t not in ["East"]', [0, 1, NAN, 0]),
        ("z in [0, 3]", [1, 0, 1, 0]),
        ("x not in [1, 4]", [0, 0, NAN, 1]),
        ('code == "West"', [0, 1, 1, NAN]),
        ('code != "West"', [1, 0, 0, NAN]),
        ('code in ["East"]', [1, 0, 0, NAN]),
        ("code == t", [1, 1, NAN, NAN]),
        ("code + 1", [2, 3, 4, NAN]),
        ("rank(x)", [2, 3, NAN, 1]),
        ("rank(min(k, 3))", [1, 2, 3.5, 3.5]),
        ("standardize(x)", [0, 1, NAN, -1]),
        ("cut(k, 2)", [1, 1, 2, 2]),
        ("cut(k, [1, 3])", [1, 2, 2, 3]),
        ("cut(x, [0])", [2, 2, NAN, 1]),
        ("winsor(k, 10%)", [1.3, 2, 3, 3.7]),
        ("ave(k, t)", [2.5, 2, NAN, 2.5]),
        ("ave(x, b)", [1, 4, 1, NAN]),
        ("ave(k, t:b)", [1, 2, NAN, NAN]),
    ],
)
def test_values(rows, text, expected):
    x = np.array([1, 4, -2.0])
    if text == "standardize(x)":
        expected = [*((x - x.mean()) / x.std(ddof=1))[:2], NAN, ((x - x.mean()) / x.std(ddof=1))[2]]
    found = evaluate(expr(text), rows)
    assert not found.faults
    np.testing.assert_allclose(found.values.astype(float), expected, rtol=1e-14, atol=1e-15)


def test_text_values(rows):
    assert (
        evaluate(expr('ifelse(k > 2, "late", "early")'), rows).values.tolist() == ["early"] * 2 + ["late"] * 2
    )
    assert evaluate(expr('ifelse(b, t, "none")'), rows).values.tolist() == ["East", "none", None, None]


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ("y", "G102", None),
        ("codes", "G102", "did you mean `code`?"),
        ("t + 1", "G307", 't == "West"'),
        ("log(t)", "G307", 't == "West"'),
        ("max(k, t)", "G307", None),
        ("-t", "G307", None),
        ("ifelse(b, t, 1)", "G307", None),
        ("ave(t, k)", "G307", None),
        ("t == 1", "G317", None),
        ('k == "1"', "G317", "quotes"),
        ('code < "West"', "G317", "code"),
        ('t == "Eas"', "G316", 'did you mean "East"?'),
        ('t in ["East", "Wst"]', "G316", 'did you mean "West"?'),
        ('code == "Nord"', "G316", '"East", "West"'),
        ("not k", "G314", None),
        ("k and b", "G314", "`k >= 1`"),
        ("ifelse(k, 1, 2)", "G314", None),
        ("lag(k)", "G110", None),
        ("diff(k)", "G110", None),
        ("round(k, k)", "G207", None),
        ("winsor(k, k)", "G207", None),
        ("winsor(k, 60%)", "G207", None),
        ("cut(k, 1.5)", "G207", None),
        ("cut(k, [3, 1])", "G207", None),
        ("poly(k, 2)", "G206", None),
        ("system(k)", "G206", None),
        ("k:b", "G217", None),
        ("is_missing(log(z))", "G308", None),
        ("rank(log(z))", "G308", None),
        ("standardize(k * 0)", None, None),
    ],
)
def test_mistakes(rows, text, code, remedy):
    if code is None:  # not finite, and an error where it is used
        assert evaluate(expr(text), rows).faults
        return
    with refused(code) as error:
        evaluate(expr(text), rows)
    assert remedy is None or remedy in error.problem.help


def test_a_let_that_fails_stops_only_those_who_use_it():
    found = dataset(ROWS, let=lets(bad="t + 1", worse="bad * 2", fine="k * 2"))
    assert set(found.failed) == {"bad", "worse"} and "bad" not in found.frame
    assert found.frame["fine"].tolist() == [2, 4, 6, 8] or sorted(found.frame["fine"]) == [2, 4, 6, 8]
    with refused("G307"):
        evaluate(expr("worse + 1"), found)


# ------------------------------------------------------------------ not finite


@pytest.mark.parametrize(
    ("text", "flagged", "remedy"),
    [
        ("log(z)", [0], "use `log1p(z)`, or a sample with `z > 0`"),
        ("log(x)", [3], "use `log1p(x)`, or a sample with `x > 0`"),
        ("sqrt(x)", [3], "use a sample with `x >= 0`"),
        ("k / z", [0], "use a sample with `z != 0`"),
        ("exp(k * 300)", [2, 3], "too large"),
        ("x ^ 0.5", [3], "`x > 0`"),
        ("1 + log(z) * 2", [0], "log1p(z)"),
        ("ifelse(z > 0, log(z), 0)", [], ""),
        ("log(z) > 0", [0], "log1p"),
        ("z > 0 and log(z) > 0", [], ""),
        ("-log(z)", [0], "log1p"),
        ("not log(z) > 0", [0], "log1p"),
    ],
)
def test_faults_are_traced_to_their_rows(rows, text, flagged, remedy):
    found = evaluate(expr(text), rows)
    rowwise = np.zeros(4, bool)
    for fault in found.faults:
        rowwise |= fault.rows
        assert remedy in fault.remedy
    assert np.flatnonzero(rowwise).tolist() == flagged
    assert np.isnan(found.values.astype(float))[rowwise].all()


def test_conditions_are_false_where_missing_and_refuse_what_is_not_finite(rows):
    assert evaluate_condition(expr("x > 0"), rows).tolist() == [True, True, False, False]
    assert evaluate_condition(expr("not x > 0"), rows).tolist() == [False, False, False, True]
    assert evaluate_condition(expr("b"), rows).tolist() == [True, False, True, False]
    for text, code in (("k", "G314"), ("t", "G314"), ("log(z) > 0", "G308")):
        with refused(code):
            evaluate_condition(expr(text), rows)


def test_infinities_of_the_file_count_too():
    found = dataset({"a": [1.0, np.inf, 3.0]})
    fault = evaluate(expr("a + 1"), found).faults[0]
    assert fault.found == "a" and fault.rows.sum() == 1


# ------------------------------------------------------------------ by unit and time

PANEL_ROWS = {
    # city 2 has no 2012; year 2013 occurs for city 3 only; rows are shuffled
    "city": [2.0, 1.0, 1.0, 2.0, 1.0, 2.0, 3.0],
    "year": [2014.0, 2012.0, 2010.0, 2010.0, 2011.0, 2011.0, 2013.0],
    "x": [24.0, 12.0, 10.0, 20.0, 11.0, 21.0, 33.0],
}  # in order: (1,2010) (1,2011) (1,2012) (2,2010) (2,2011) (2,2014) (3,2013)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", [10, 11, 12, 20, 21, 24, 33]),
        ("lag(x)", [NAN, 10, 11, NAN, 20, NAN, NAN]),
        ("lag(x, 2)", [NAN, NAN, 10, NAN, NAN, NAN, NAN]),
        ("lag(x, 3)", [NAN, NAN, NAN, NAN, NAN, 21, NAN]),
        ("lead(x)", [11, 12, NAN, 21, NAN, NAN, NAN]),
        ("lead(x, k=2)", [12, NAN, NAN, NAN, NAN, NAN, NAN]),
        ("diff(x)", [NAN, 1, 1, NAN, 1, NAN, NAN]),
        ("diff(x, 2)", [NAN, NAN, 2, NAN, NAN, NAN, NAN]),
        ("ave(x, city)", [11, 11, 11, 65 / 3, 65 / 3, 65 / 3, 33]),
        ("ave(x, year)", [15, 16, 12, 15, 16, 24, 33]),
    ],
)
def test_lags_respect_gaps_and_units(text, expected):
    found = evaluate(expr(text), dataset(PANEL_ROWS, PANEL))
    np.testing.assert_allclose(found.values, expected, rtol=1e-14)


def test_lags_carry_faults_along():
    found = dataset(PANEL_ROWS, PANEL)
    assert np.flatnonzero(evaluate(expr("lag(log(x - 11))"), found).faults[0].rows).tolist() == [1, 2]
    for text in ("lag(x, 0)", "lag(x, -1)", "lag(x, x)", "lag(x, 1.5)"):
        with refused("G207"):
            evaluate(expr(text), found)


@pytest.mark.parametrize("text", ["lag(x)", "lead(x, 2)", "diff(x, 3)"])
def test_lags_by_brute_force(text):
    rng = np.random.default_rng(5)
    keys = [(c, t) for c in range(12) for t in range(9) if rng.random() < 0.6]
    values = {key: float(rng.normal()) for key in keys}
    columns = {
        "city": [float(c) for c, _ in keys],
        "year": [float(2 * t) for _, t in keys],  # every other year: neighbours on the grid
        "x": [values[k] for k in keys],
    }
    grid = sorted({t for _, t in keys})
    k, sign = {"lag(x)": (1, 0), "lead(x, 2)": (-2, 0), "diff(x, 3)": (3, 1)}[text]

    def wanted(c, t):
        at = grid.index(t) - k
        other = values.get((c, grid[at]), NAN) if 0 <= at < len(grid) else NAN
        return values[c, t] - other if sign else other

    found = evaluate(expr(text), dataset(columns, PANEL)).values
    np.testing.assert_array_equal(found, [wanted(*key) for key in keys])


# ------------------------------------------------------------------ the panel itself


def test_panel_mistakes():
    with refused("G306") as error:
        dataset({"city": [1.0, 1, 1, 2], "year": [1.0, 2, 2, 1], "x": [1.0, 2, 3, 4]}, PANEL)
    assert "are repeated in 1 row," in error.problem.message and "1, 2" in error.problem.message
    with refused("G310") as error:
        dataset({"city": [1.0, NAN], "year": [1.0, 2]}, PANEL)
    assert "`city` is missing in 1 row" in error.problem.message
    with refused("G310"):
        dataset({"city": [1.0, 2.0], "year": ["2010", None]}, PANEL)
    with refused("G102"):
        dataset({"town": [1.0], "year": [1.0]}, PANEL)


def test_names_of_units():
    columns = {"city": [2.0, 1.0], "year": [2010.0, 2010.0]}
    assert dataset(columns, PANEL).unit_names == ("1", "2")
    named = dataset(columns, PANEL, value_labels={"city": {1.0: "Wuhan", 2.0: "Beijing"}})
    assert named.unit_names == ("Wuhan", "Beijing") and named.place(1) == "Beijing, 2010"
    twice = dataset(columns, PANEL, value_labels={"city": {1.0: "Wuhan", 2.0: "Wuhan"}})
    assert twice.unit_names == ("1", "2")


def test_labels_of_the_spec_come_first():
    found = dataset({"x": [1.0]}, labels=[("x", "mine")])
    assert found.labels == {"x": "mine"}

import builtins
import os

import numpy as np
import patsy
import pytest
from data_samples import PANEL, dataset, expr, lets, refused, settings, term, terms

from gipspec.data import model_data
from gipspec.lang.study import Sample

N = 60
RNG = np.random.default_rng(11)
ROWS = {
    "id": np.arange(float(N)),
    "y": RNG.normal(size=N),
    "d": RNG.normal(size=N),
    "a": RNG.normal(size=N) ** 2 + 0.1,
    "b": RNG.normal(size=N),
    "dummy": (np.arange(N) % 3 == 0) * 1.0,
    "code": np.arange(N) % 4 + 1.0,
    "region": [("East", "Mid", "West")[i % 3] for i in range(N)],
    "same": ["x"] * N,
    "one": np.ones(N),
}
LABELS = {"code": {1.0: "n", 2.0: "e", 3.0: "s", 4.0: "w"}}
DATA = dataset(ROWS, value_labels=LABELS)
FRAME = DATA.frame


def build(controls=(), data=DATA, outcome="y", treatments=("d",), **changes):
    return model_data(
        data, expr(outcome), tuple(expr(t) for t in treatments), tuple(controls), settings(**changes)
    )


def sample(text, name=""):
    return Sample(name=name, condition=expr(text))


# ------------------------------------------------------------------ features


@pytest.mark.parametrize(
    ("controls", "names"),
    [
        ((), ()),
        (terms("a", "b"), ("a", "b")),
        (terms("log(a)", "I(a / b)"), ("log(a)", "I(a / b)")),
        (terms("region"), ("region[Mid]", "region[West]")),
        (terms("factor(region)", "b"), ("region[Mid]", "region[West]", "b")),
        (terms("factor(code)"), ("code[e]", "code[s]", "code[w]")),
        (terms("code"), ("code",)),
        (terms("a : b"), ("a:b",)),
        (terms("b", "region : b"), ("b", "region[Mid]:b", "region[West]:b")),
        (terms("region : b"), ("region[East]:b", "region[Mid]:b", "region[West]:b")),
        (terms("poly(a, 2)", "b"), ("poly(a, 2)[1]", "poly(a, 2)[2]", "b")),
        (terms("b ^ 2", "square(a)"), ("b^2", "square(a)")),
        (terms("same", "same : b", "one"), ("b",)),
        (terms("a", "I(a + 0)", "dummy", "dummy ^ 2", "square(dummy)"), ("a", "dummy")),
    ],
)
def test_names_and_values_of_features(controls, names):
    found = build(controls)
    assert found.x_names == names and found.x.shape == (N, len(names))
    region = FRAME["region"].to_numpy()
    known = {
        "a": FRAME["a"],
        "b": FRAME["b"],
        "code": FRAME["code"],
        "dummy": FRAME["dummy"],
        "a:b": FRAME["a"] * FRAME["b"],
        "log(a)": np.log(FRAME["a"]),
        "I(a / b)": FRAME["a"] / FRAME["b"],
        "b^2": FRAME["b"] ** 2,
        "square(a)": FRAME["a"] ** 2,
        "code[e]": FRAME["code"] == 2,
        "code[w]": FRAME["code"] == 4,
        **{f"region[{r}]": region == r for r in ("Mid", "West")},
        **{f"region[{r}]:b": (region == r) * FRAME["b"] for r in ("East", "Mid", "West")},
    }
    for j, name in enumerate(names):
        if name in known:
            np.testing.assert_array_equal(found.x[:, j], np.asarray(known[name], float))


def test_polynomials_are_orthogonal_and_span_the_powers():
    x = build(terms("poly(a, 3)")).x
    np.testing.assert_allclose(x.T @ x, np.eye(3), atol=1e-12)
    powers = np.vander(FRAME["a"], 4)
    residual = x - powers @ np.linalg.lstsq(powers, x, rcond=None)[0]
    assert np.abs(residual).max() < 1e-10


def test_polynomials_are_fitted_on_the_rows_of_the_model():
    x = build(terms("poly(a, 2)"), sample=sample("b > 0")).x
    np.testing.assert_allclose(x.T @ x, np.eye(2), atol=1e-12)


def test_splines_are_those_of_patsy():
    x = build(terms("bs(a, df=5)")).x
    expected = np.asarray(patsy.dmatrix("bs(a, df=5) - 1", {"a": FRAME["a"].to_numpy()}))
    np.testing.assert_allclose(x, expected, atol=1e-12)


@pytest.mark.parametrize("text", ["poly(dummy, 2)", "bs(code, df=6)"])
def test_too_few_values_for_a_basis(text):
    with refused("G207"):
        build(terms(text))


def test_what_is_left_out_is_reported():
    found = build(terms("a", "I(a + 0)", "one", "dummy ^ 2"))
    assert dict(found.dropped).keys() == {"I(a + 0)", "one", "dummy^2"}
    assert dict(found.dropped)["one"] == "constant" and "a" in dict(found.dropped)["I(a + 0)"]


HOSTILE = [
    "__import__('os').system('touch hacked')",
    "a` + b",
    "{open('hacked', 'w')}",
    'Q("x")',
    "C(a)",
    "a + b",
    "1 + a",
    "np.f2py.os.system('touch hacked')",
    "x'; drop",
    "\\n",
    "a:b",
    "0",
    "城市",
]


def test_hostile_names_are_names(tmp_path, monkeypatch):
    """formulaic runs what it reads; a name of a column must never reach it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "system", lambda *a: pytest.fail("evaluated"))
    monkeypatch.setattr(builtins, "eval", _no_user_text(builtins.eval))
    from gipspec.lang.study import Term
    from gipspec.lang.syntax import Argument, Call, Name, Number

    span = expr("a").span
    values = {name: RNG.normal(size=N) for name in HOSTILE}
    data = dataset({**ROWS, **values, "city": [f"{HOSTILE[i % 3]}" for i in range(N)]})

    def name(text):
        return Name(text=text, span=span)

    def poly(text):
        two = Argument(name=None, value=Number(text="2", span=span), span=span)
        first = Argument(name=None, value=name(text), span=span)
        return Call(function="poly", arguments=(first, two), span=span, name_span=span)

    controls = [Term(factors=(name(h),)) for h in HOSTILE]
    controls += [Term(factors=(name("region"), name(h))) for h in HOSTILE]
    controls += [Term(factors=(poly(HOSTILE[0]),)), Term(factors=(name("city"),))]
    found = build(controls, data)
    assert found.x.shape[1] == 13 + 13 * 2 + 2 + 2
    for j, hostile in enumerate(HOSTILE):
        np.testing.assert_array_equal(found.x[:, j], data.frame[hostile])
    assert list(tmp_path.iterdir()) == []


def _no_user_text(evaluate):
    def guarded(code, *rest):
        names = getattr(code, "co_names", ())
        assert not {"os", "system", "open", "__import__", "np"} & set(names)
        return evaluate(code, *rest)

    return guarded


# ------------------------------------------------------------------ rows


GAPS = dataset(
    {
        "id": np.arange(8.0),
        "y": [1.0, 2, 3, 4, np.nan, 6, 7, 8],
        "d": [0.0, 1, 0, 1, 0, 1, np.nan, 1],
        "x": [np.nan, np.nan, 3, 4, 5, 6, 7, 9],
        "r": ["u", "v", "u", "v", "u", None, "u", "w"],
        "f": [1.0, 1, 2, 2, 1, 1, 2, 2],
        "g": [0.0, 1, 2, 3, 4, 5, 6, 7],
    },
    let=lets(lg="log(g)", lx="log(x - 3)"),
)


def test_rows_lost_are_counted_by_column():
    found = build(terms("x", "r"), GAPS)
    assert found.n_candidates == 8
    assert sorted(GAPS.frame["id"][found.rows]) == [2, 3, 7]
    assert dict(found.rows_lost) == {"y": 1, "d": 1, "x": 2, "r": 1}


def test_samples():
    found = build(terms("x"), GAPS, sample=sample("x >= 3 and d >= 0"))
    assert found.n_candidates == 5 and sorted(GAPS.frame["id"][found.rows]) == [2, 3, 5, 7]
    assert dict(found.rows_lost) == {"y": 1}
    with refused("G313") as error:
        build((), GAPS, sample=sample("x > 100", name="big"))
    assert "`big`" in error.problem.message
    with refused("G314"):
        build((), GAPS, sample=sample("x"))


def test_no_row_left_names_the_column_that_loses_most():
    with refused("G309") as error:
        build(terms("x"), GAPS, sample=sample("id <= 1"))
    assert "`x` is missing in all 2 rows" in error.problem.message


def test_infinities_matter_only_in_the_rows_of_the_sample():
    with refused("G308") as error:
        build(terms("lg"), GAPS)
    assert "`log(g)` is not finite in 1 row," in error.problem.message
    assert error.problem.help == "use `log1p(g)`, or a sample with `g > 0`"
    found = build(terms("lg"), GAPS, sample=sample("g > 0"))
    assert sorted(GAPS.frame["id"][found.rows]) == [1, 2, 3, 5, 7]
    with refused("G308"):
        build((), GAPS, outcome="log(g)")


def test_the_example_of_a_panel_is_a_place():
    rows = {"city": ["W", "W", "B", "B"], "year": [1.0, 2, 1, 2], "d": [0.0, 1, 0, 0], "x": [1.0, 0, 2, 3]}
    with refused("G308") as error:
        build((), dataset(rows, PANEL), outcome="log(x)")
    assert "first W, 2" in error.problem.message


@pytest.mark.parametrize(
    ("outcome", "treatment", "code"),
    [
        ("one", "d", "G402"),
        ("y", "one", "G401"),
        ("region", "d", "G307"),
        ("y", "region", "G307"),
        ("y", "q", "G102"),
    ],
)
def test_outcomes_and_treatments(outcome, treatment, code):
    with refused(code):
        build((), outcome=outcome, treatments=(treatment,))


def test_what_winsorising_makes_constant():
    with refused("G401") as error:
        build((), treatments=("max(id, 56)",), winsor=0.2)
    assert "once its tails are winsorised" in error.problem.message and "`winsor=`" in error.problem.help


def test_several_treatments():
    found = build(terms("b"), treatments=("d", "d * a", "dummy"))
    assert found.d_names == ("d", "d * a", "dummy") and found.d.shape == (N, 3)
    np.testing.assert_array_equal(found.d[:, 1], FRAME["d"] * FRAME["a"])


def test_winsorising_by_the_quantiles_of_the_rows():
    treatments = ("d", "d * a", "dummy * a")
    found = build(terms("a", "a ^ 2", "dummy"), treatments=treatments, winsor=0.05, sample=sample("b > 0"))
    rows = FRAME[FRAME["b"] > 0]

    def cut(values):
        low, high = np.quantile(values, [0.05, 0.95])
        return np.clip(values, low, high)

    np.testing.assert_array_equal(found.y, cut(rows["y"]))
    np.testing.assert_array_equal(found.d[:, 0], cut(rows["d"]))
    np.testing.assert_array_equal(found.d[:, 1], cut(rows["d"]) * cut(rows["a"]))
    np.testing.assert_array_equal(found.d[:, 2], rows["dummy"] * cut(rows["a"]))
    np.testing.assert_array_equal(found.x[:, 0], cut(rows["a"]))
    np.testing.assert_array_equal(found.x[:, 1], cut(rows["a"]) ** 2)
    np.testing.assert_array_equal(found.x[:, 2], rows["dummy"])


def test_clusters_effects_and_folds():
    found = build(terms("b"), fe=(("region",), ("code", "dummy")), cluster=("region", "code"), folds="code")
    assert [name for name, _ in found.effects] == ["region", "code:dummy"]
    (name, names, codes), (second, labels, _) = found.clusters
    assert (name, second) == ("region", "code") and labels == ("n", "e", "s", "w")
    assert [names[c] for c in codes] == FRAME["region"].tolist()
    assert len(np.unique(found.effects[1][1])) == len(FRAME[["code", "dummy"]].drop_duplicates())
    assert len(np.unique(found.folds)) == 4
    few = build(terms("b"), cluster=("region",), sample=sample('region != "East"')).clusters[0]
    assert few[1] == ("Mid", "West") and set(few[2]) == {0, 1}


def test_fold_columns():
    with refused("G405") as error:
        build((), folds="one")
    assert "one value" in error.problem.message
    rows = {
        "city": [1.0, 1, 2, 2],
        "year": [1.0, 2, 1, 2],
        "y": [1.0, 2, 3, 5],
        "d": [0.0, 1, 0, 0],
        "f": [1.0, 2, 1, 1],
    }
    with refused("G405") as error:
        build((), dataset(rows, PANEL), folds="f")
    assert "two folds" in error.problem.message


def test_rows_without_a_cluster_are_lost():
    assert dict(build((), GAPS, cluster=("r",)).rows_lost) == {"y": 1, "d": 1, "r": 1}


def test_terms_may_repeat_a_factor_in_one_term_only():
    assert build((term("a", "b"), term("b"))).x_names == ("a:b", "b")

import warnings

import doubleml as dml
import numpy as np
import pandas as pd
import pyfixest
import pytest
from data_samples import PANEL, dataset, dense_residual, expr, refused, settings, terms
from sklearn.linear_model import LinearRegression

from gipspec.data import design, model_data, panel_design
from gipspec.data.demean import DIRECT, demean

CITY, YEAR = ("city",), ("year",)


def panel(units=30, periods=8, keep=1.0, seed=0):
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    kept = rng.random(units * periods) < keep
    unit, time = unit[kept], time[kept]
    n = len(unit)
    return {
        "city": unit + 1.0,
        "year": time + 2005.0,
        "province": unit // 4 + 1.0,
        "y": rng.normal(size=n) + unit * 0.3 + time,
        "d": rng.normal(size=n) + unit * 0.1,
        "a": rng.normal(size=n) + 5,
        "b": rng.normal(size=n),
        "fixed": (unit % 3) * 1.0,
        "trend": time * 1.0,
    }


def designed(rows, controls=("a", "b"), treatments=("d",), **changes):
    data = dataset(rows, PANEL)
    options = settings(**{"fe": (CITY, YEAR), "cluster": CITY, **changes})
    model = model_data(data, expr("y"), tuple(expr(t) for t in treatments), terms(*controls), options)
    return data, model, panel_design(model, options, PANEL)


# ------------------------------------------------------------------ demeaning


@pytest.mark.parametrize("keep", [1.0, 0.6, 0.25], ids=["balanced", "unbalanced", "sparse"])
@pytest.mark.parametrize(
    "effects",
    [
        ["city"],
        ["city", "year"],
        ["city", "province:year"],
        ["city", "year", "third"],
        ["year", "province", "city"],
    ],
    ids=" + ".join,
)
def test_demeaning_is_least_squares_on_dummies(keep, effects):
    rows = panel(keep=keep, seed=4)
    codes = {
        "city": rows["city"].astype(int),
        "year": rows["year"].astype(int),
        "province": rows["province"].astype(int),
        "province:year": (rows["province"] * 100 + rows["year"]).astype(int),
        "third": (rows["city"] * 7 + rows["year"] * 3).astype(int) % 5,
    }
    used = [codes[e] for e in effects]
    values = np.column_stack([rows["y"], rows["d"], rows["a"]])
    found = demean(values, used)
    np.testing.assert_allclose(found, dense_residual(values, used), atol=1e-10)


def test_balanced_two_way_demeaning_is_the_closed_form():
    rows = panel()
    y = pd.Series(rows["y"])
    expected = (
        y - y.groupby(rows["city"]).transform("mean") - y.groupby(rows["year"]).transform("mean") + y.mean()
    )
    found = demean(rows["y"][:, None], [rows["city"].astype(int), rows["year"].astype(int)])
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-12)


def test_many_levels_are_solved_by_iteration(monkeypatch):
    rng = np.random.default_rng(1)
    n = 6000
    firm, place = rng.integers(0, 1500, n), rng.integers(0, DIRECT + 200, n)
    values = rng.normal(size=(n, 2)) + firm[:, None] + 50
    found = demean(values, [firm, place])
    monkeypatch.setattr("gipspec.data.demean.DIRECT", 10**6)
    np.testing.assert_allclose(found, demean(values, [firm, place]), atol=1e-9)
    chain = [np.arange(400) // 2, (np.arange(400) + 1) // 2]  # connected by a thread
    monkeypatch.setattr("gipspec.data.demean.DIRECT", 0)
    np.testing.assert_allclose(demean(values[:400], chain), dense_residual(values[:400], chain), atol=1e-8)


def test_singletons_and_disconnected_groups():
    unit, time = np.array([0, 1, 1, 2, 2, 3]), np.array([0, 1, 2, 1, 2, 3])
    values = np.arange(6.0)[:, None] ** 2
    np.testing.assert_allclose(demean(values, [unit, time]), dense_residual(values, [unit, time]), atol=1e-12)


# ------------------------------------------------------------------ ways to remove effects


@pytest.mark.parametrize("keep", [1.0, 0.6])
def test_within(keep):
    rows = panel(keep=keep)
    data, _, found = designed(rows, ("a", "b", "fixed", "trend"))
    frame = data.frame
    codes = [frame["city"].astype(int), frame["year"].astype(int)]
    np.testing.assert_allclose(found.y, dense_residual(frame[["y"]].to_numpy(), codes)[:, 0], atol=1e-10)
    np.testing.assert_allclose(found.d, dense_residual(frame[["d"]].to_numpy(), codes), atol=1e-10)
    means = ("ave(a, city)", "ave(b, city)", *(("ave(trend, city)",) if keep < 1 else ()))
    assert found.feature_names == ("a", "b", "fixed", "trend", *means, "period")
    assert found.categorical == (len(found.feature_names) - 1,)
    columns = dict(zip(found.feature_names, found.features.T, strict=True))
    np.testing.assert_array_equal(columns["a"], frame["a"])
    np.testing.assert_allclose(
        columns["ave(b, city)"], frame.groupby("city")["b"].transform("mean"), rtol=1e-12
    )
    np.testing.assert_array_equal(columns["period"], frame["year"] - 2005)
    assert np.isclose(found.effects_share, np.var(found.d) / np.var(frame["d"]))
    assert found.correct_by_unit and found.rows.tolist() == list(range(len(frame)))
    assert [found.clusters[0][1][c] for c in found.clusters[0][2]] == [str(int(c)) for c in frame["city"]]


def test_within_gives_the_regression_of_pyfixest():
    rows = panel(keep=0.7)
    data, _, found = designed(rows, ("a", "b"))
    frame = data.frame
    codes = [frame["city"].astype(int), frame["year"].astype(int)]
    partial = dense_residual(frame[["a", "b"]].to_numpy(), codes)
    slope = np.linalg.lstsq(np.column_stack([found.d, partial]), found.y, rcond=None)[0][0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pyfixest.feols("y ~ d + a + b | city + year", frame).coef()["d"]
    assert np.isclose(slope, expected, atol=1e-7)


def test_pairs_of_effects():
    rows = panel(keep=0.8)
    data, _, found = designed(rows, ("a",), fe=(CITY, ("province", "year")))
    pair = (data.frame["province"] * 10_000 + data.frame["year"]).astype(int)
    expected = dense_residual(data.frame[["y"]].to_numpy(), [data.frame["city"].astype(int), pair])
    np.testing.assert_allclose(found.y, expected[:, 0], atol=1e-10)
    assert found.feature_names == ("a", "ave(a, city)", "ave(a, province:year)", "period")


def test_units_alone_and_no_effects():
    rows = panel()
    _, _, found = designed(rows, fe=(CITY,))
    assert found.feature_names == ("a", "b", "ave(a, city)", "ave(b, city)") and found.categorical == ()
    _, model, raw = designed(rows, fe=())
    np.testing.assert_array_equal(raw.y, model.y)
    np.testing.assert_array_equal(raw.d, model.d)
    assert raw.feature_names == ("a", "b") and raw.effects_share == 1.0


@pytest.mark.parametrize("keep", [1.0, 0.6])
def test_fd_by_hand(keep):
    rows = panel(keep=keep)
    data, model, found = designed(rows, ("a", "fixed"), fe_method="fd")
    at = {key: i for i, key in enumerate(zip(data.frame["city"], data.frame["year"], strict=True))}
    pairs = [(at[c, t], at[c, t - 1]) for c, t in at if (c, t - 1) in at]
    now, before = (np.array(p) for p in zip(*pairs, strict=True))
    np.testing.assert_array_equal(found.rows, now)
    np.testing.assert_array_equal(found.y, model.y[now] - model.y[before])
    np.testing.assert_array_equal(found.d, model.d[now] - model.d[before])
    assert found.feature_names == ("a", "fixed", "lag(a)", "period")
    np.testing.assert_array_equal(found.features[:, 2], data.frame["a"].to_numpy()[before])
    assert len(found.unit) == len(found.clusters[0][2]) == len(now)


def test_fd_removes_pairs_from_the_differences_and_not_what_differencing_removed():
    rows = panel()
    data, model, plain = designed(rows, ("a",), fe_method="fd", fe=(CITY, ("province",)))
    assert np.isclose(plain.y.mean(), (model.y[plain.rows] - model.y[plain.rows - 1]).mean())
    _, _, found = designed(rows, ("a",), fe_method="fd", fe=(CITY, ("province", "year")))
    pair = (data.frame["province"] * 10_000 + data.frame["year"]).astype(int).to_numpy()[found.rows]
    expected = dense_residual((model.y[found.rows] - model.y[found.rows - 1])[:, None], [pair])
    np.testing.assert_allclose(found.y, expected[:, 0], atol=1e-10)


def test_fd_never_bridges_a_gap_that_the_sample_made():
    rows = panel()
    from gipspec.lang.study import Sample

    _, _, found = designed(rows, fe_method="fd", sample=Sample(name="", condition=expr("year != 2008")))
    assert len(found.rows) == 30 * 5  # 2006, 2007, 2010, 2011, 2012
    with refused("G410"):
        designed(rows, fe_method="fd", sample=Sample(name="", condition=expr("year in [2005, 2007, 2009]")))


def test_dummies_and_cre():
    rows = panel(units=6, periods=4)
    data, model, found = designed(rows, ("a",), fe_method="dummies")
    np.testing.assert_array_equal(found.y, model.y)
    assert found.features.shape == (24, 1 + 5 + 3)
    expected = pd.get_dummies(data.frame["city"], drop_first=True).to_numpy(float)
    np.testing.assert_array_equal(found.features[:, 1:6], expected)
    _, model, found = designed(rows, ("a",), fe_method="cre")
    np.testing.assert_array_equal(found.d, model.d)
    assert found.correct_by_unit and found.feature_names == ("a", "ave(a, city)", "period")


@pytest.mark.parametrize(
    ("method", "approach"), [("fd", "fd_exact"), ("wg", "wg_approx"), ("cre", "cre_general")]
)
@pytest.mark.parametrize("keep", [1.0, 0.7])
def test_units_alone_as_doubleml_transforms_them(method, approach, keep):
    rows = panel(keep=keep, seed=2)
    data, _, found = designed(rows, fe=(CITY,), fe_method=method)
    frame = data.frame[["city", "year", "y", "d", "a", "b"]].astype({"city": int, "year": int})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrapped = dml.DoubleMLPanelData(
            frame, y_col="y", d_cols="d", t_col="year", id_col="city", x_cols=["a", "b"], static_panel=True
        )
        model = dml.DoubleMLPLPR(wrapped, LinearRegression(), LinearRegression(), approach=approach)
    transformed, columns = model.data_transform, model.transform_cols
    table = transformed.data if hasattr(transformed, "data") else transformed
    table = table.sort_values(["city", "year"]).reset_index(drop=True)
    singles = data.frame.groupby("city")["y"].transform("size").to_numpy()[found.rows] == 1
    np.testing.assert_allclose(found.y[~singles], table[columns["y_col"]], atol=1e-10)
    np.testing.assert_allclose(found.d[~singles, 0], table[columns["d_cols"][0]], atol=1e-10)
    np.testing.assert_allclose(found.features[~singles], table[columns["x_cols"]], atol=1e-8)


def test_wg_with_two_effects_demeans_the_features_too():
    rows = panel(keep=0.7)
    data, _, found = designed(rows, ("a", "fixed"), fe_method="wg")
    codes = [data.frame["city"].astype(int), data.frame["year"].astype(int)]
    for column, name in ((found.y, "y"), (found.d[:, 0], "d"), (found.features[:, 0], "a")):
        expected = dense_residual(data.frame[[name]].to_numpy(), codes)[:, 0] + data.frame[name].mean()
        np.testing.assert_allclose(column, expected, atol=1e-10)
    assert found.feature_names == ("a",)


def test_the_order_of_the_file_does_not_matter():
    rows = panel(keep=0.7)
    shuffle = np.random.default_rng(9).permutation(len(rows["y"]))
    shuffled = {name: rows[name][shuffle] for name in reversed(rows)}
    for method in design.METHODS:
        first, second = (designed(r, fe_method=method)[2] for r in (rows, shuffled))
        assert first.features.tobytes() == second.features.tobytes()
        assert first.y.tobytes() == second.y.tobytes() and first.d.tobytes() == second.d.tobytes()


# ------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("outcome", "treatment", "code"),
    [("y", "fixed", "G408"), ("y", "trend", "G408"), ("y", "fixed + trend", "G408"), ("fixed", "d", "G402")],
)
def test_effects_that_explain_everything(outcome, treatment, code):
    data = dataset(panel(keep=0.8), PANEL)
    options = settings(fe=(CITY, YEAR))
    model = model_data(data, expr(outcome), (expr(treatment),), (), options)
    with refused(code):
        panel_design(model, options, PANEL)


def test_too_many_dummies(monkeypatch):
    monkeypatch.setattr(design, "MOST_CELLS", 100)
    with refused("G007"):
        designed(panel(), fe_method="dummies")


def test_effects_without_a_panel():
    rows = panel()
    data = dataset(rows)
    options = settings(fe=(("province",),))
    model = model_data(data, expr("y"), (expr("d"),), terms("a"), options)
    found = panel_design(model, options, None)
    expected = dense_residual(data.frame[["y"]].to_numpy(), [data.frame["province"].astype(int)])
    np.testing.assert_allclose(found.y, expected[:, 0], atol=1e-10)
    assert found.feature_names == ("a", "ave(a, province)") and found.categorical == ()

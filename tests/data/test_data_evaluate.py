"""Functions of the language against values by hand, numpy or pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from data_samples import PANEL, dataset, expr, lets, settings, terms

from gipspec.data import evaluate, evaluate_condition, model_data
from gipspec.diagnostics import GipError

NAN = float("nan")
# two cities; city 1 lacks 2012, so that its 2013 has no year before
CITY = [1, 1, 1, 2, 2, 2, 2]
YEAR = [2010, 2011, 2013, 2010, 2011, 2012, 2013]
X = [1.0, 2.0, 4.0, 10.0, NAN, 30.0, 40.0]
REGION = ["E", "E", "E", "W", "W", "W", "W"]


def panel():
    return dataset({"city": CITY, "year": YEAR, "x": X, "region": REGION, "d": [0, 1, 1, 0, 0, 0, 1]}, PANEL)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x + 1", [2, 3, 5, 11, NAN, 31, 41]),
        ("-x^2", [-1, -4, -16, -100, NAN, -900, -1600]),
        ("x / 2 - 1", [-0.5, 0, 1, 4, NAN, 14, 19]),
        ("log(x)", np.log(X)),
        ("min(x, 3)", [1, 2, 3, 3, NAN, 3, 3]),
        ("ifelse(x > 3, 1, 0)", [0, 0, 1, 1, NAN, 1, 1]),
        ("is_missing(x)", [0, 0, 0, 0, 1, 0, 0]),
        ("round(x / 3, 1)", [0.3, 0.7, 1.3, 3.3, NAN, 10, 13.3]),
        ("lag(x)", [NAN, 1, NAN, NAN, 10, NAN, 30]),
        ("lag(x, 2)", [NAN, NAN, 2, NAN, NAN, 10, NAN]),
        ("lead(x)", [2, NAN, NAN, NAN, 30, 40, NAN]),
        ("diff(x)", [NAN, 1, NAN, NAN, NAN, NAN, 10]),
        ("ave(x, city)", [7 / 3] * 3 + [80 / 3] * 4),
        ("ave(d, region:year)", [0, 1, 1, 0, 0, 0, 1]),
        ("rank(x)", [1, 2, 3, 4, NAN, 5, 6]),
        ("standardize(x)", (np.array(X) - np.nanmean(X)) / np.nanstd(X, ddof=1)),
        ("cut(x, [3, 20])", [1, 1, 2, 2, NAN, 3, 3]),
    ],
)
def test_a_function_gives_the_values_by_hand(text: str, values: object) -> None:
    np.testing.assert_allclose(
        evaluate(expr(text), panel()).values, np.array(values, dtype=float), atol=1e-12
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("x > 3", [2, 3, 5, 6]),
        ("not x > 3", [0, 1]),
        ('region == "W" and year >= 2012', [5, 6]),
        ('region in ["E"] or d == 1', [0, 1, 2, 6]),
        ("year not in [2010, 2011]", [2, 5, 6]),
        ("x != 2", [0, 2, 3, 5, 6]),
    ],
)
def test_a_condition_is_false_where_a_value_is_missing(text: str, rows: list[int]) -> None:
    flags = evaluate_condition(expr(text), panel())
    assert np.flatnonzero(flags).tolist() == rows


def entropy_by_hand(columns: list[np.ndarray], signs: list[int]) -> tuple[np.ndarray, np.ndarray]:
    scaled = []
    for x, sign in zip(columns, signs, strict=True):
        low, high = x.min(), x.max()
        scaled.append((x - low) / (high - low) if sign > 0 else (high - x) / (high - low))
    z = np.column_stack(scaled)
    p = z / z.sum(axis=0)
    e = -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(axis=0) / np.log(len(z))
    w = (1 - e) / (1 - e).sum()
    return w, z @ w


def test_entropy_weights_follow_the_formula() -> None:
    rng = np.random.default_rng(0)
    a, b, c = rng.gamma(2, size=40), rng.normal(size=40), rng.uniform(size=40)
    made = dataset({"id": np.arange(40.0), "a": a, "b": b, "c": c}, let=lets(y="entropy(+a, +b, -c)"))
    order = np.argsort(np.asarray(made.columns["id"].values, dtype=float))
    weights, score = entropy_by_hand([a, b, c], [1, 1, -1])
    (index,) = made.indices
    assert [row[:2] for row in index.rows] == [("a", "+"), ("b", "+"), ("c", "-")]
    np.testing.assert_allclose([row[2] for row in index.rows], weights, atol=1e-12)
    np.testing.assert_allclose(made.columns["y"].values[order], score, atol=1e-12)


def test_pca_is_the_first_component_and_points_like_the_indicators() -> None:
    rng = np.random.default_rng(1)
    f = rng.normal(size=60)
    a, b, c = (f * s + 0.3 * rng.normal(size=60) for s in (1, 1, -1))
    made = dataset({"id": np.arange(60.0), "a": a, "b": b, "c": c}, let=lets(y="pca(+a, +b, -c)"))
    order = np.argsort(np.asarray(made.columns["id"].values, dtype=float))
    score = np.asarray(made.columns["y"].values[order], dtype=float)
    z = np.column_stack([a, b, -c])
    z = (z - z.mean(axis=0)) / z.std(axis=0, ddof=1)
    first = np.linalg.svd(z, full_matrices=False)[0][:, 0]
    assert abs(np.corrcoef(score, first)[0, 1]) == pytest.approx(1, abs=1e-10)
    assert np.corrcoef(score, a)[0, 1] > 0.8


def test_features_are_built_from_complete_rows_and_text_becomes_dummies() -> None:
    data = panel()
    made = model_data(data, expr("d"), (expr("year"),), terms("x", "region", "region : x"), settings())
    assert made.rows.tolist() == [0, 1, 2, 3, 5, 6]
    assert dict(made.rows_lost) == {"x": 1}
    x = np.array([1, 2, 4, 10, 30, 40.0])
    west = np.array([0, 0, 0, 1, 1, 1.0])
    got = {name: made.x[:, i] for i, name in enumerate(made.x_names)}
    np.testing.assert_allclose(got["x"], x)
    assert any(np.array_equal(column, west) for column in got.values())
    assert np.linalg.matrix_rank(np.column_stack([np.ones(6), made.x])) == 4


def test_poly_spans_the_powers_of_the_rows_that_are_used() -> None:
    made = model_data(panel(), expr("d"), (expr("year"),), terms("poly(x, 2)"), settings())
    x = np.array([1, 2, 4, 10, 30, 40.0])
    powers = np.column_stack([np.ones(6), x, x**2])
    left = made.x - powers @ np.linalg.lstsq(powers, made.x, rcond=None)[0]
    assert np.abs(left).max() < 1e-10
    np.testing.assert_allclose(made.x.T @ made.x, np.eye(2), atol=1e-10)


@pytest.mark.parametrize(
    "name", ["__import__('os').system('x')", "{open('x')}", 'a"b', "a`b"[:1] + " b", "C(x)"]
)
def test_hostile_column_names_are_names(name: str) -> None:
    columns = {
        "y": [1.0, 2, 3, 5, 4, 6],
        "d": [0.0, 1, 0, 1, 1, 0],
        name: [3.0, 1, 4, 1, 5, 9],
        "z": list("aabbcc"),
    }
    made = model_data(
        dataset(columns), expr("y"), (expr("d"),), terms(f"`{name}`", f"`{name}` : z"), settings()
    )
    assert any(sorted(column) == [1, 1, 3, 4, 5, 9] for column in made.x.T)


def test_winsorising_sets_the_tails_to_the_quantiles() -> None:
    rng = np.random.default_rng(2)
    y, x = rng.normal(size=200), rng.normal(size=200)
    d = (np.arange(200) % 2).astype(float)
    made = model_data(
        dataset({"y": y, "x": x, "d": d}), expr("y"), (expr("d"),), terms("x"), settings(winsor=0.05)
    )
    low, high = pd.Series(y).quantile([0.05, 0.95])
    np.testing.assert_allclose(np.sort(made.y), np.sort(y.clip(low, high)))
    assert set(made.d[:, 0]) == {0.0, 1.0}


def test_a_missing_column_is_never_looked_up_elsewhere() -> None:
    with pytest.raises(GipError, match="G102"):
        evaluate(expr("np"), panel())

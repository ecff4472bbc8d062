import math

import numpy as np
import pytest
from data_samples import PANEL, dataset, expr, lets, refused

from gipspec.data import evaluate


def by_hand(columns, signs):
    """Entropy weights in plain Python: P = X/ΣX of min-max, E = -Σ P ln P / ln n, w = (1-E)/Σ(1-E)."""
    scaled = []
    for column, sign in zip(columns, signs, strict=True):
        low, high = min(column), max(column)
        scaled.append([(v - low if sign > 0 else high - v) / (high - low) for v in column])
    n = len(columns[0])
    entropy = []
    for column in scaled:
        total = sum(column)
        entropy.append(-sum(v / total * math.log(v / total) for v in column if v > 0) / math.log(n))
    spread = sum(1 - e for e in entropy)
    weights = [(1 - e) / spread for e in entropy]
    return scaled, weights


A, B = [1.0, 2.0, 4.0, 3.0, 7.0, 5.0], [10.0, 30.0, 20.0, 5.0, 15.0, 12.0]
ROWS = {
    "city": [1.0, 1.0, 2.0, 2.0, 3.0, 3.0],
    "year": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
    "a": A,
    "b": B,
    "c": [3.0] * 6,
    "t": ["x"] * 6,
}


def test_entropy_by_hand():
    found = dataset(ROWS, PANEL, lets(y="entropy(+a, -b)"))
    scaled, weights = by_hand([A, B], [1, -1])
    expected = [sum(w * column[i] for w, column in zip(weights, scaled, strict=True)) for i in range(6)]
    np.testing.assert_allclose(found.frame["y"], expected, rtol=1e-14)
    (index,) = found.indices
    assert (index.name, index.method) == ("y", "entropy")
    assert [row[:2] for row in index.rows] == [("a", "+"), ("b", "-")]
    np.testing.assert_allclose([row[2] for row in index.rows], weights, rtol=1e-14)
    assert math.isclose(sum(row[2] for row in index.rows), 1)


def test_scaling_within_years():
    found = evaluate(expr("entropy(+a, -b, scale=year)"), dataset(ROWS, PANEL)).values
    scaled = np.empty((6, 2))
    for year in (0, 1):
        at = np.arange(year, 6, 2)
        block = np.column_stack([np.array(A)[at], -np.array(B)[at]])
        scaled[at] = (block - block.min(0)) / (block.max(0) - block.min(0))
    share = scaled / scaled.sum(0)
    plogp = np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0)
    divergence = 1 + plogp.sum(0) / np.log(6)
    np.testing.assert_allclose(found, scaled @ (divergence / divergence.sum()), rtol=1e-13)


def test_topsis_by_hand():
    found = dataset(ROWS, PANEL, lets(y="topsis(+a, -b)"))
    scaled, weights = by_hand([A, B], [1, -1])
    for i in range(6):
        best = math.sqrt(sum((w * (c[i] - 1)) ** 2 for w, c in zip(weights, scaled, strict=True)))
        worst = math.sqrt(sum((w * c[i]) ** 2 for w, c in zip(weights, scaled, strict=True)))
        assert math.isclose(found.frame["y"][i], worst / (best + worst), rel_tol=1e-13)
    np.testing.assert_allclose([row[2] for row in found.indices[0].rows], weights, rtol=1e-13)


def test_pca_against_scikit_learn_and_its_sign():
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(0)
    common = rng.normal(size=200)
    raw = {
        n: (s * common + rng.normal(size=200) * e) for n, s, e in (("a", 2, 1), ("b", -1, 0.5), ("c", 0.3, 1))
    }
    columns = {"id": np.arange(200.0), **raw}
    order = dataset(columns).frame["id"].to_numpy(int)
    for text, signs in (("pca(+a, -b, +c)", (1, -1, 1)), ("pca(-a, +b, -c)", (-1, 1, -1))):
        signed = np.column_stack([s * v for s, v in zip(signs, raw.values(), strict=True)])
        z = ((signed - signed.mean(0)) / signed.std(0, ddof=1))[order]
        expected = PCA(1).fit_transform(z)[:, 0]
        found = evaluate(expr(text), dataset(columns)).values
        correlation = [np.corrcoef(found, z[:, j])[0, 1] for j in range(3)]
        assert sum(correlation) > 0
        np.testing.assert_allclose(found * np.sign(found @ expected), expected, atol=1e-10)


def test_missing_indicators_leave_the_row_out():
    a = [np.nan, *A]
    found = dataset({"city": np.arange(7.0), "a": a, "b": [1.0, *B]}, let=lets(y="entropy(+a, -b)")).frame
    complete = dataset({"city": np.arange(1, 7.0), "a": A, "b": B}, let=lets(y="entropy(+a, -b)")).frame
    merged = dict(zip(complete["city"], complete["y"], strict=True))
    for city, value in zip(found["city"], found["y"], strict=True):
        assert np.isnan(value) if city == 0 else value == merged[city]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("entropy(a, +b)", "G214"),
        ("pca(+a, b)", "G214"),
        ("topsis(+a, log(b))", "G214"),
        ("entropy(+a, +c)", "G311"),
        ("pca(+a, -c)", "G311"),
        ("entropy(+a, +t)", "G307"),
        ("entropy(+a, +log(a - 1))", "G308"),
        ("entropy(+a, -b, scale=month)", "G204"),
        ("entropy(+a, -lag(a, 1000))", "G309"),
    ],
)
def test_mistakes(text, code):
    with refused(code):
        evaluate(expr(text), dataset(ROWS, PANEL))
    assert set(dataset(ROWS, PANEL, lets(y=text)).failed) == {"y"}


def test_scaling_within_years_needs_a_panel():
    with refused("G110"):
        evaluate(expr("entropy(+a, -b, scale=year)"), dataset(ROWS))


def test_an_index_within_a_let():
    found = dataset(ROWS, PANEL, lets(y="100 * entropy(+a, -b) + pca(+a, -b)"))
    assert [(i.name, i.method) for i in found.indices] == [("y", "entropy"), ("y.2", "pca")]

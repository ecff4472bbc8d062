"""Names of clusters as texts and as numbers of rows: the same matches."""

from __future__ import annotations

import numpy as np

from gipspec.estimate.difference import difference, standard_errors
from gipspec.estimate.influence import Clusters, Split, stack_influence
from gipspec.estimate.named import places, union

ROWS = np.array([10, 9, 2, 0])
MORE = np.array([2, 11, 9])
FIRST, SECOND = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5, 0.25, 0.125])


def stacked(values: np.ndarray, clusters: Clusters):
    return stack_influence([Split(theta=1.0, se=1.0, influence=(values,))], clusters)


def as_texts(rows: np.ndarray) -> Clusters:
    names = tuple(str(row) for row in rows)
    return Clusters(dimensions=("row",), names=(names,), codes=(np.arange(len(rows)),))


def test_rows_are_put_in_the_order_of_their_numbers():
    found = stacked(FIRST, Clusters.of_rows(ROWS))
    assert found.clusters[0].tolist() == [0, 2, 9, 10]
    assert found.values[0].tolist() == [[4.0, 3.0, 2.0, 1.0]]


def test_difference_matches_rows_by_number_as_it_does_by_text():
    by_hand = np.sqrt(1.0**2 + (2.0 - 0.125) ** 2 + (3.0 - 0.5) ** 2 + 4.0**2 + 0.25**2)
    for clusters in (Clusters.of_rows, as_texts):
        _, influence = difference(stacked(FIRST, clusters(ROWS)), stacked(SECOND, clusters(MORE)), 0.95)
        np.testing.assert_allclose(standard_errors(influence), [by_hand], rtol=1e-15)


def test_numbers_beside_texts_are_compared_as_texts():
    names = union((ROWS, ("x", "9")))
    assert names == ("0", "10", "2", "9", "x")
    assert places(ROWS, names).tolist() == [1, 3, 2, 0]
    assert places(("x", "9"), names).tolist() == [4, 3]

"""Groups by a moderator: categories, the median, quantiles, and what ties do to them."""

from __future__ import annotations

import numpy as np
import pytest
from data_samples import refused

from gipspec.data.groups_by import (
    FEW,
    MOST_GROUPS,
    group_by_category,
    group_by_median,
    group_by_quantile,
    group_rows,
    without_variation,
)
from gipspec.data.vector import Vector


def text(*items: str) -> Vector:
    return Vector(values=np.array(items, dtype=object))


def numbers(*items: float, labels: dict[float, str] | None = None) -> Vector:
    return Vector(values=np.array(items, dtype=float), labels=labels or {})


def test_median_belongs_to_the_lower_half():
    found = group_by_median(np.array([5.0, 1.0, 3.0, 2.0, 4.0]), "w")
    assert found.codes.tolist() == [1, 0, 0, 0, 1]
    assert found.keys == ("low", "high")
    assert found.labels == ("up to 3", "above 3")
    assert found.cuts == (3.0,)


def test_even_number_of_rows_splits_in_equal_halves():
    values = np.random.default_rng(0).normal(size=100)
    found = group_by_median(values, "w")
    assert np.bincount(found.codes).tolist() == [50, 50]
    assert values[found.codes == 0].max() == found.cuts[0] < values[found.codes == 1].min()


def test_ties_stay_together():
    values = np.array([0.0] * 6 + [1.0, 2.0, 3.0, 4.0])
    found = group_by_median(values, "w")
    assert found.codes.tolist() == [0] * 6 + [1] * 4


def test_median_that_is_the_largest_value():
    found = group_by_median(np.array([1.0, 2.0, 9.0, 9.0, 9.0]), "w")
    assert found.codes.tolist() == [0, 0, 1, 1, 1]
    assert found.labels == ("up to 2", "above 2")


@pytest.mark.parametrize("count", [3, 4, 5])
def test_quantile_groups_are_those_of_pandas(count):
    import pandas as pd

    values = np.random.default_rng(count).normal(size=101)
    found = group_by_quantile(values, count, "w")
    assert found.codes.tolist() == pd.qcut(values, count, labels=False).tolist()
    assert found.keys == tuple(f"q{i}" for i in range(1, count + 1))
    assert len(found.cuts) == count - 1


def test_a_value_that_fills_several_quantile_groups_makes_them_one():
    values = np.array([0.0] * 7 + [1.0, 2.0, 3.0])
    found = group_by_quantile(values, 3, "w")
    assert found.codes.tolist() == [0] * 7 + [1] * 3
    assert found.keys == ("q1", "q2")
    assert found.labels == ("up to 0", "above 0")


def test_groups_do_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(1)
    values, order = rng.integers(0, 30, 200).astype(float), rng.permutation(200)
    one, other = group_by_quantile(values, 4, "w"), group_by_quantile(values[order], 4, "w")
    assert one.codes[order].tolist() == other.codes.tolist()
    assert one.cuts == other.cuts


def test_labels_of_close_cuts_differ():
    found = group_by_quantile(np.array([1.00001, 1.00002, 1.00003]), 3, "w")
    assert found.labels == ("up to 1.00001", "1.00001 to 1.00002", "above 1.00002")


def test_text_is_grouped_by_value():
    found = group_rows(text("West", "East Coast", "West", "东部"), "region")
    assert found.labels == ("East Coast", "West", "东部")
    assert found.keys == ("east_coast", "west", "东部")
    assert found.codes.tolist() == [1, 0, 1, 2]
    assert found.cuts == ()


def test_labelled_codes_are_called_by_their_labels():
    labels = {float(i): f"Province {i}" for i in range(20)}
    found = group_rows(numbers(*range(20), labels=labels), "province")
    assert len(found.keys) == 20
    assert (found.labels[3], found.keys[3]) == ("Province 3", "province_3")


def test_a_number_with_few_values_is_a_category_and_with_more_is_split():
    few = group_rows(numbers(*(float(i % FEW) for i in range(50))), "stage")
    more = group_rows(numbers(*(float(i % (FEW + 1)) for i in range(50))), "stage")
    assert few.keys == tuple(str(i) for i in range(FEW))
    assert more.keys == ("low", "high")


def test_keys_are_legal_and_different():
    found = group_by_category(numbers(-1.0, 1.0, 0.5), "w")
    assert found.keys == ("minus_1", "0_5", "1")
    assert group_by_category(text("a b", "a-b", "difference"), "w").keys == ("a_b", "a_b_2", "difference_2")


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: group_by_median(np.full(9, 3.0), "openness"),
        lambda: group_by_quantile(np.full(9, 3.0), 3, "openness"),
        lambda: group_rows(numbers(*[3.0] * 9), "openness"),
    ],
)
def test_a_constant_moderator_is_reported(attempt):
    with refused("G440") as error:
        attempt()
    assert "`openness` is constant: it is 3 in all 9 rows" in error.problem.message


def test_too_many_categories_are_reported():
    with refused("G007") as error:
        group_rows(text(*(f"city {i}" for i in range(MOST_GROUPS + 1))), "city")
    assert "51 groups by `city`" in error.problem.message


def test_groups_without_variation_of_the_treatment():
    grouping = group_by_category(text("east", "east", "west", "west"), "region")
    assert without_variation(np.array([0.0, 1.0, 1.0, 0.0]), grouping) == ()
    assert without_variation(np.array([0.0, 1.0, 1.0, 1.0]), grouping) == (1,)

"""Stars follow from the unrounded p."""

from __future__ import annotations

import math

import pytest

from gipspec.report.cells import Coefficient, star_count
from gipspec.report.decimals import fixed


@pytest.mark.parametrize(
    ("p", "stars"),
    [
        (0.0, 3),
        (0.0099999, 3),
        (0.01, 2),
        (0.0499999, 2),
        (0.05, 1),
        (0.0999999, 1),
        (0.1, 0),
        (1.0, 0),
        (math.nan, 0),
    ],
)
def test_stars(p: float, stars: int) -> None:
    assert star_count(p) == stars


def test_stars_do_not_see_the_rounding() -> None:
    """p = 0.0499999 prints as 0.050 and has two stars all the same."""
    assert fixed(0.0499999, 3) == "0.050"
    assert Coefficient(value=1.0, digits=3, p=0.0499999).stars == 2
    assert Coefficient(value=1.0, digits=3, p=0.0500001).stars == 1


def test_no_p_no_stars() -> None:
    assert Coefficient(value=1.0, digits=3).stars == 0

"""Rounding, against integer arithmetic on the shortest decimal form."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipspec.report.decimals import fixed, p_value, percent


def by_hand(value: float, digits: int) -> str:
    """Half to even, with integers only."""
    scaled = Fraction(repr(value)) * 10**digits
    whole = round(abs(scaled))  # Python rounds a Fraction half to even
    text = str(whole).rjust(digits + 1, "0")
    text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return ("-" if value < 0 else "") + text


@given(st.floats(min_value=-1e9, max_value=1e9), st.integers(min_value=0, max_value=10))
def test_fixed_is_half_even_on_the_shortest_form(value: float, digits: int) -> None:
    assert fixed(value, digits) == by_hand(value, digits)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0005, 3, "0.000"),
        (0.0015, 3, "0.002"),
        (2.675, 2, "2.68"),  # its binary value lies below; its shortest form is the tie
        (2.5, 0, "2"),
        (-0.0004, 3, "-0.000"),  # the sign is known, so it is shown
        (-0.0, 3, "0.000"),
        (1e15, 2, "1.00e+15"),
    ],
)
def test_fixed_at_ties_and_ends(value: float, digits: int, text: str) -> None:
    assert fixed(value, digits) == text


def test_groups() -> None:
    assert fixed(1234567, 0, group=",") == "1,234,567"
    assert fixed(1234567.891, 1, group="{,}") == "1{,}234{,}567.9"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_only_finite_numbers_print(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        fixed(value, 3)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0309, "p = 0.031"),
        (1.0, "p = 1.000"),
        (0.0009, "p < 0.001"),
        (0.0, "p < 0.001"),
        (float("nan"), "p not known"),
    ],
)
def test_a_p_value_in_a_sentence_is_never_nought(p: float, text: str) -> None:
    assert p_value(p) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.01, "1%"), (0.005, "0.5%"), (0.95, "95%"), (0.975, "97.5%"), (1.0, "100%"), (0.29, "29%")],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text

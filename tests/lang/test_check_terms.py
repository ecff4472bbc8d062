"""Formulas mean what users of R think."""

from __future__ import annotations

import pytest
from lang_cases import codes, model_of

from gipspec.lang.check import term_text
from gipspec.lang.printer import print_expr


@pytest.mark.parametrize(
    ("controls", "terms"),
    [
        ("a + b", "a b"),
        ("a + b + a", "a b"),
        ("a:b", "a:b"),
        ("a * b", "a b a:b"),
        ("a * b * c", "a b a:b c a:c b:c a:b:c"),
        ("b:a + a:b", "b:a"),
        ("a + b - a", "b"),
        ("a * b - a:b", "a b"),
        ("(a + b)^2", "a b a:b"),
        ("(a + b + c)^2", "a b c a:b a:c b:c"),
        ("(a + b):c", "a:c b:c"),
        ("a^2", "a^2"),
        ("a + a^2", "a a^2"),
        ("(a)^2", "a^2"),
        ("I(a / b)", "I(a / b)"),
        ("log(a) + poly(b, 2)", "log(a) poly(b, 2)"),
        ("factor(region):a", "factor(region):a"),
        ("square(a + b)", "a^2 b^2"),
        ("square(a + factor(region))", "a^2"),
        ("many", "a b c"),
        ("many - b", "a c"),
        ("square(many)", "a^2 b^2 c^2"),
        ("many:w", "a:w b:w c:w"),
        ("城市化", "城市化"),
    ],
)
def test_a_formula_expands_as_in_r(controls: str, terms: str) -> None:
    model = model_of(f"set many = a + b + c\nbase <- y ~ d | {controls}\n")
    assert " ".join(term_text(t) for t in model.controls) == terms


def test_a_sum_of_a_thousand_terms_needs_no_deep_stack() -> None:
    head = 'data "wide.csv"\n'
    study = model_of("base <- y ~ d | " + " + ".join(["a", "b", "c"] * 400), head=head)
    assert [term_text(t) for t in study.controls] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("treatment", "treatments", "controls"),
    [
        ("d", ["d"], ["a"]),
        ("d + d2", ["d", "d2"], ["a"]),
        ("d * w", ["d", "d * w"], ["a", "w"]),
        ("d:w", ["d * w"], ["a"]),
        ("d * w + d2", ["d", "d * w", "d2"], ["a", "w"]),
    ],
)
def test_treatments_are_joint_and_a_moderator_is_controlled_for(
    treatment: str, treatments: list[str], controls: list[str]
) -> None:
    model = model_of(f"base <- y ~ {treatment} | a\n")
    assert [print_expr(t) for t in model.treatments] == treatments
    assert [term_text(t) for t in model.controls] == controls


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("base <- y ~ d | a / b", "G217"),
        ("base <- y ~ d | 1", "G217"),
        ("base <- y ~ d | -a", "G217"),
        ("base <- y ~ d | a^b", "G217"),
        ("base <- y ~ d | a^1.5", "G217"),
        ("base <- y ~ d | poly(a, b)", "G207"),
        ("base <- y ~ d | terciles(a)", "G206"),
        ("base <- y ~ d | entropy(+a, +b)", "G206"),
        ("base <- y ~ d | nothere", "G102"),
        ("base <- nothere ~ d | a", "G102"),
        ("base <- y ~ d | log(nothere)", "G102"),
        ("base <- y ~ d | d", "G212"),
        ("base <- y ~ d | y", "G212"),
        ("base <- y ~ d + y | a", "G212"),
    ],
)
def test_what_is_no_term_is_refused(line: str, code: str) -> None:
    assert codes(line + "\n") == [code]

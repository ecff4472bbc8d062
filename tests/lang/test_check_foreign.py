"""Habits from other packages are answered with what is written here."""

from __future__ import annotations

import pytest
from lang_cases import check, codes


@pytest.mark.parametrize(
    ("spec", "code", "place", "remedy"),
    [
        ("m <- y ~ d | a * 2", "G217", "a * 2", "write `I(a * 2)`, or define a `let`"),
        ("m <- y ~ d | 2 * a", "G217", "2 * a", "write `I(2 * a)`"),
        ("m <- y ~ d | a:2", "G217", "a:2", "write `I(a * 2)`"),
        ("m <- y ~ d | a + 1", "G217", "1", "there is no intercept"),
        ("m <- y ~ d | a - 1", "G217", "1", "there is no intercept"),
        ("m <- y ~ d | -1 + a", "G217", "1", "there is no intercept"),
        ("m <- y ~ d | a + 2", "G217", "2", "arithmetic stands in `I( )`"),
        ('m <- y ~ d | "a"', "G217", '"a"', "with odd characters in backticks: `a`"),
        ('m <- y ~ d | "a b"', "G217", '"a b"', "in backticks: `a b`"),
        ("base: y ~ d | a", "G217", "base: y", "in front of an arrow: `base <- ...`"),
        ("a:b ~ d | c", "G217", "a:b", "write `a * b`"),
        ("m <- y ~ d | log10(a)", "G206", "log10", "write `I(log(a) / log(10))`"),
        ("let v = log2(a)\nm <- y ~ d | v", "G206", "log2", "write `log(a) / log(2)`"),
        ("let v = pow(a, 2)\nm <- y ~ d | v", "G206", "pow", "write `a^2`"),
        ("let v = pow(a)\nm <- y ~ d | v", "G206", "pow", "write `x^2`"),
        ("let v = if(a > 1, 1, 0)\nm <- y ~ d | v", "G206", "if", "did you mean `ifelse`?"),
        ("m <- c(y, y2) ~ d | a", "G206", "c", "terms are joined by `+`: `y + y2`"),
        ("set s = c(a, b)\nm <- y ~ d | s", "G206", "c", "terms are joined by `+`: `a + b`"),
        ("set s = [a, b]\nm <- y ~ d | s", "G216", "[a, b]", "terms are joined by `+`: `a + b`"),
        ("m <- y ~ i(year, d, ref=-1) | a", "G206", "i", "event=-5..5"),
        ("m <- y ~ sunab(w, year) | a", "G206", "sunab", "event=-5..5"),
        ("m <- y ~ d | i(region)", "G206", "i", "did you mean `factor`?"),
        ("m <- y ~ d | a; learner=rf(n_estimators=5)", "G207", "n_estimators", "`trees` is its name here"),
        ("m <- y ~ d | a; learner=gbm(n_estimators=5)", "G207", "n_estimators", "`trees` is its name here"),
        ("m <- y ~ d | a; learner=nnet(max_iter=5)", "G207", "max_iter", "`epochs` is its name here"),
        ("m <- y ~ d | a; learner=svm(C=1)", "G207", "C", "`cost` is its name here"),
        ("m <- y ~ d | a; learner=knn(k=5)", "G207", "k", "did you mean `neighbours`?"),
        ("m <- y ~ d | a; learner=rf(mtry=5)", "G207", "mtry", "did you mean `features`?"),
        ("m <- y ~ d | a; learner=enet(alpha=1)", "G207", "alpha", "did you mean `mix`?"),
        ("m <- y ~ d | a; learner=none", "G205", "none", "the simplest is `ols`"),
        ("m <- y ~ d | a; weights=a", "G201", "weights", "there are no weights"),
        ("m <- y ~ d | a; se=robust", "G201", "se", "`cluster=` names what"),
        ("m <- y ~ d | a; vcov=HC1", "G201", "vcov", "`cluster=` names what"),
        ("m <- y ~ d | a; robust=yes", "G201", "robust", "`cluster=` names what"),
    ],
)
def test_a_habit_is_answered(spec: str, code: str, place: str, remedy: str) -> None:
    (found,) = (p for p in check(f"{spec}\n")[1] if p.severity == "error")
    assert found.code == code
    assert found.span is not None and found.span.text == place
    assert found.help is not None and remedy in found.help


def test_a_spline_takes_its_number_of_columns_by_position() -> None:
    assert codes("m <- y ~ d | bs(a, 5)\n") == []


def test_a_name_that_is_near_is_offered_for_the_place_of_the_wrong_one() -> None:
    (found,) = check("m <- y ~ d | a; learner=rf(n_estimators = 5)\n")[1]
    assert found.span is not None
    assert (found.span.text, found.instead) == ("n_estimators", "trees")

"""Targets, instruments and what `defaults` give: each applies where it suits."""

from __future__ import annotations

import pytest
from lang_cases import check, codes, model_of, study_of

from gipspec.lang.printer import print_expr


@pytest.mark.parametrize(
    ("options", "target"),
    [
        ("", "ate"),
        ("; model=irm", "ate"),
        ("; model=irm; target=att", "att"),
        ("; model=iivm; iv=w", "late"),
        ("; model=iivm; iv=w; target=late", "late"),
        ("; target=ate", "ate"),
    ],
)
def test_the_target_follows_from_the_model(options: str, target: str) -> None:
    assert model_of(f"base <- y ~ d | a{options}\n").settings.target == target


def test_a_default_target_applies_where_it_suits() -> None:
    study = study_of("defaults target=att\nm <- y ~ d | a\nn <- m; model=irm\no <- m; model=iivm; iv=w\n")
    assert [m.settings.target for m in study.models] == ["ate", "att", "late"]


def test_a_variation_that_leaves_the_model_must_leave_its_target() -> None:
    text = "m <- y ~ d | a; model=irm; target=att\nn <- m; model=iivm; iv=w"
    assert codes(text) == ["G208"]
    assert model_of(f"{text}; target=late\n", "n").settings.target == "late"


def test_instruments_imply_the_model_and_keep_their_order() -> None:
    settings = model_of("base <- y ~ d | a; iv=w + b:c\n").settings
    assert settings.model == "pliv"
    assert [print_expr(z) for z in settings.iv] == ["w", "b * c"]


def test_lists_of_instruments_are_a_model_each() -> None:
    study = study_of("base <- y ~ d | a; iv=[w, b, w + b]\n")
    assert [len(m.settings.iv) for m in study.models] == [1, 1, 2]


def test_default_options_of_other_models_are_left_out() -> None:
    study = study_of("defaults iv=w; trim=5%; fe_method=fd\nm <- y ~ d | a\nn <- y ~ d | a; model=irm\n")
    first, second = (m.settings for m in study.models)
    assert (first.model, len(first.iv), first.trim, first.fe_method) == ("pliv", 1, 0.01, "fd")
    assert (second.model, second.iv, second.trim, second.fe_method) == ("irm", (), 0.05, "within")


def test_a_learner_of_instruments_needs_the_variable_as_it_is() -> None:
    _, problems = check("base <- y ~ d | a; iv=w; learner_z=logit\n")
    assert [p.code for p in problems] == ["G215"]
    assert model_of("base <- y ~ d | a; iv=w; learner_z=logit; fe=none\n").settings.learner_z.name == "logit"

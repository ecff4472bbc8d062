"""The statement `figure`: its kind, by its line or by its models, its options, and the registry behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

import gipspec
from gipspec.diagnostics import GipError
from gipspec.lang.check.figures import SUITS
from gipspec.lang.vocabulary import FIGURE_KINDS, FIGURE_OPTIONS
from gipspec.plan import build_plan
from gipspec.report.figures import BUILDERS

MODELS = """\
data "panel.csv"
panel city year
base <- y ~ d | x
event <- base; event=-5..5
fake <- base; placebo=99
sens <- base; sensitivity=x
hetero <- base; het=[w, region]
who <- base; het=policytree(w, v)
both <- y ~ d * w | x
joint <- y ~ d + w | x
algos <- base; learner=[ols, ridge, lasso, rf, gbm, knn, svm]
more <- base; folds=[2, 3, 4, 6, 7, 8]
gap <- base - algos.ols
mech <- base; via=m
spread <- base; model=qte; fe=none
staggered <- base; model=did
"""


def codes_and_kinds(line: str) -> tuple[list[str], list[str]]:
    loaded = gipspec.loads(MODELS + line + "\n")
    wrong = [p.code for p in loaded.problems if p.severity == "error" and p.code != "G301"]
    return wrong, [f.kind for f in loaded.require().figures]


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ("base", "coefficients"),
        ("base, event", "coefficients"),
        ("event", "event"),
        ("staggered", "event"),
        ("fake", "placebo"),
        ("spread", "quantiles"),
        ("sens", "sensitivity"),
        ("hetero", "groups"),
        ("hetero.region", "groups"),
        ("who", "tree"),
        ("both", "marginal"),
        ("joint", "coefficients"),
        ("algos", "coefficients"),
        ("algos, more", "curve"),
        ("algos, more, mech", "coefficients"),
        ("algos, more, gap", "coefficients"),
        ("gap", "coefficients"),
    ],
)
def test_the_models_tell_the_kind(members: str, kind: str) -> None:
    assert codes_and_kinds(f"figure f: {members}") == ([], [kind])


def test_a_line_may_ask_for_another_kind() -> None:
    assert codes_and_kinds("figure f: event, base; kind=coefficients") == ([], ["coefficients"])
    assert codes_and_kinds("figure f: hetero; kind=marginal") == ([], ["marginal"])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("figure f: base; kind=event", "G540"),
        ("figure f: event, base; kind=event", "G540"),
        ("figure f: gap; kind=curve", "G540"),
        ("figure f: gap; kind=fit", "G540"),
        ("figure f: base; kind=quantiles", "G540"),
        ("figure f: who; kind=groups", "G540"),
        ("figure f: hetero; kind=curve", "G540"),
        ("figure f: mech; kind=curve", "G540"),
        ("figure f: joint; kind=marginal", "G540"),
        ("figure f: base; kind=bars", "G204"),
        ("figure f: gone", "G101"),
        ("figure f: algos.gone", "G101"),
        ("figure f: base; colour=red", "G201"),
        ("figure f: base; width=wide", "G204"),
        ("figure f: base; height=20", "G203"),
        ("figure f: base; title=perhaps", "G204"),
        ("figure f: base; height=2; height=3", "G211"),
        ("figure f: base; names=base", "G202"),
    ],
)
def test_what_is_wrong_with_a_line(line: str, code: str) -> None:
    assert codes_and_kinds(line) == ([code], [])


def test_a_model_that_is_wrong_is_told_once_and_left_out() -> None:
    loaded = gipspec.loads(MODELS + "bad <- base; folds=1\nfigure f: bad, base\n")
    assert [p.code for p in loaded.problems if p.severity == "error" and p.code != "G301"] == ["G203"]
    assert loaded.require().figures[0].members == ("base",)


def test_options_arrive_typed() -> None:
    line = (
        'figure f "Title": base; title=yes; width=page; height=3.5; xlabel="a, b"; names=[base: "Baseline"];'
        " keep=d + w; scale=100; band=no; order=estimate; font=sans"
    )
    (request,) = gipspec.loads(MODELS + line + "\n").require().figures
    assert request.title == "Title"
    assert dict(request.options) == {
        "title": True,
        "width": "page",
        "height": 3.5,
        "xlabel": ("a, b",),
        "names": (("base", "Baseline"),),
        "keep": ("d", "w"),
        "scale": 100.0,
        "band": False,
        "order": "estimate",
        "font": "sans",
    }


def test_a_fan_stands_for_its_models() -> None:
    (request,) = gipspec.loads(MODELS + "figure f: base, algos, base\n").require().figures
    assert request.members[0] == "base" and len(request.members) == 8


def test_a_figure_may_be_selected() -> None:
    study = gipspec.loads(MODELS + "figure shapes: event, gap\n").require()
    plan = build_plan(study, select=["shapes"])
    assert {s.model.name for s in plan.estimates} == {"event", "base", "algos.ols"}
    with pytest.raises(GipError) as error:
        build_plan(study, select=["shape"])
    assert error.value.problems[0].help == "did you mean `shapes`?"


# ---------------------------------------------------------------- the registry


def test_every_kind_has_a_builder_and_an_example() -> None:
    assert set(FIGURE_KINDS) == set(BUILDERS)
    assert set(SUITS) <= set(FIGURE_KINDS)
    for name, kind in FIGURE_KINDS.items():
        assert kind.example.startswith("figure ") and kind.meaning and kind.needs and kind.remedy
        assert kind.name == name
    assert FIGURE_OPTIONS["kind"].kind.words == tuple(FIGURE_KINDS)  # type: ignore[union-attr]


def test_the_gallery_shows_every_kind() -> None:
    text = (Path(__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
    assert not [name for name in FIGURE_KINDS if f"`{name}`" not in text]

"""Variations, fans, differences, defaults."""

from __future__ import annotations

import pytest
from lang_cases import HEAD, check, codes, model_of, study_of

from gipspec.lang.check import term_text
from gipspec.lang.printer import print_expr

BASE = "base <- y ~ d | a + b; folds=3\n"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("x <- base; learner=[lasso, rf]", "x.lasso x.rf"),
        ("x <- base; folds=[2, 8]; learner=[ols, rf]", "x.2.ols x.2.rf x.8.ols x.8.rf"),
        ("x <- base; winsor=[0.5%, 5%]", "x.0_5 x.5"),
        ("x <- base; add=[w, c, w + c]", "x.w x.c x.w_c"),
        ("x <- base; learner=[rf(trees=10), rf(trees=20)]", "x.rf_trees_10 x.rf_trees_20"),
        ("x <- base; outcome=y + y2", "x.y x.y2"),
        ("x <- base; outcome=[y, y2]", "x.y x.y2"),
        ("x <- y + y2 ~ d | a", "x.y x.y2"),
        ("x <- y ~ [d, d2] | a", "x.d x.d2"),
        ("x <- base; treatment=d + d2", "x"),
        ("x <- base; sample=[year > 2005, year <= 2005]", "x.year_above_2005 x.year_up_to_2005"),
        ("x <- base; sample=[year > 2005, year < 2010]", "x.year_above_2005 x.year_below_2010"),
        ("x <- base; sample=[year > 2005, year > 2006]", "x.year_above_2005 x.year_above_2006"),
        ('x <- base; sample=[region == "East", region != "East"]', "x.region_East x.region_not_East"),
        ("x <- base; add=[a * w, a:w]", "x.a_times_w x.a_by_w"),
    ],
)
def test_lists_fan_out_and_cross(line: str, names: str) -> None:
    study = study_of(BASE + line + "\n")
    assert [m.name for m in study.models if m.family == "x"] == names.split()


def test_a_member_that_stands_in_a_list_twice_is_refused() -> None:
    assert codes(BASE + "x <- base; sample=[year > 2005, year > 2005]\n") == ["G103"]


def test_a_member_knows_how_it_was_written() -> None:
    study = study_of(BASE + "x <- base; winsor=[0.5%, 5%]; add=[w, w + c]\n")
    assert [m.choice for m in study.models[1:]] == ["0.5%, w", "0.5%, w + c", "5%, w", "5%, w + c"]


def test_a_variation_of_a_fan_is_a_fan() -> None:
    study = study_of(BASE + "algos <- base; learner=[ols, rf]\nlate <- algos; sample=year > 2005\n")
    assert [m.name for m in study.models] == ["base", "algos.ols", "algos.rf", "late.ols", "late.rf"]
    assert study.model("late.rf").settings.learner_y.name == "rf"


def test_a_variation_of_a_member_is_one_model() -> None:
    model = model_of(BASE + "algos <- base; learner=[ols, rf]\none <- algos.rf; reps=9\n", "one")
    assert (model.settings.learner_d.name, model.settings.reps, model.settings.folds) == ("rf", 9, 3)


def test_lines_may_stand_in_any_order() -> None:
    text = ["base <- y ~ d | controls", "set controls = a + ln", "let ln = log(b)", "x <- base; add=c"]
    forward, backward = study_of("\n".join(text)), study_of("\n".join(reversed(text)))
    assert {m.name: m for m in forward.models} == {m.name: m for m in backward.models}
    assert forward.lets == backward.lets


def test_add_and_drop_accumulate_over_variations() -> None:
    text = BASE + "one <- base; add=c\ntwo <- one; drop=a; add=w\n"
    assert [term_text(t) for t in model_of(text, "two").controls] == ["b", "c", "w"]


def test_a_learner_for_all_replaces_a_learner_for_one() -> None:
    text = "one <- y ~ d | a; learner_y=ols\ntwo <- one; learner=rf\nthree <- one; learner_d=knn\n"
    study = study_of(text)
    two, three = study.model("two").settings, study.model("three").settings
    assert (two.learner_y.name, two.learner_d.name) == ("rf", "rf")
    assert (three.learner_y.name, three.learner_d.name) == ("ols", "knn")


def test_defaults_are_judged_together() -> None:
    """`logit` needs variables that stay as they are, which another default says."""
    assert codes(f"defaults learner_d=logit; fe=none\n{BASE}") == []
    assert codes(f"defaults learner_d=logit\n{BASE}") == ["G215"]


def test_defaults_reach_models_and_a_model_overrides_them() -> None:
    text = "defaults reps=9; folds=7; seed=5\n" + "base <- y ~ d | a; folds=3\n"
    study = study_of(text)
    settings = study.model("base").settings
    assert (settings.reps, settings.folds, settings.seed, study.seed) == (9, 3, 5, 5)


def test_a_panel_brings_effects_and_clusters() -> None:
    settings = model_of(BASE).settings
    assert settings.fe == (("city",), ("year",))
    assert settings.cluster == ("city",)
    flat = model_of(BASE, head='data "panel.csv"\n').settings
    assert (flat.fe, flat.cluster) == ((), ())


@pytest.mark.parametrize(
    ("option", "field", "value"),
    [
        ("fe=none", "fe", ()),
        ("fe=city + region:year", "fe", (("city",), ("region", "year"))),
        ("cluster=none", "cluster", ()),
        ("cluster=city + year", "cluster", ("city", "year")),
        ("winsor=1%", "winsor", 0.01),
        ("winsor=no", "winsor", 0.0),
        ("folds=region", "folds", "region"),
        ("tune=no", "tune", 0),
        ("tune=30", "tune", 30),
        ("level=0.9", "level", 0.9),
    ],
)
def test_options_are_typed(option: str, field: str, value: object) -> None:
    assert getattr(model_of(BASE + f"x <- base; {option}\n", "x").settings, field) == value


def test_learners_have_every_parameter_and_their_own_namespace() -> None:
    text = "learner y = stack(rf(trees=7), mine, short=yes)\nlearner mine = nnet(layers=[8, 4])\n"
    learner = model_of(text + BASE + "x <- base; learner=y\n", "x").settings.learner_y
    assert (learner.label, learner.name, learner.parameter("short")) == ("y", "stack", True)
    forest, net = learner.members
    assert forest.parameter("trees") == 7
    assert forest.parameter("features") == pytest.approx(1 / 3)
    assert (net.label, net.parameter("layers")) == ("mine", (8, 4))


def test_a_difference_names_two_estimates() -> None:
    study = study_of(BASE + "algos <- base; learner=[ols, rf]\ngap <- base - algos.rf\n")
    assert [(c.name, c.left, c.right) for c in study.contrasts] == [("gap", "base", "algos.rf")]


def test_tables_spread_fans_out() -> None:
    text = (
        BASE + 'algos <- base; learner=[ols, rf]\ntable t "T": base, panel "A" (algos), algos.rf; digits=4\n'
    )
    (table,) = study_of(text).tables
    assert [(p.title, p.members) for p in table.panels] == [
        ("", ("base",)),
        ("A", ("algos.ols", "algos.rf")),
        ("", ("algos.rf",)),
    ]
    assert table.options == (("digits", 4),)


def test_one_wrong_line_spares_the_others_and_hides_what_hangs_on_it() -> None:
    text = 'bad <- y ~ nothere | a\nx <- bad; folds=3\nbase <- y ~ d | a\ntable t "T": bad, x, base\n'
    study, problems = check(text)
    assert [p.code for p in problems] == ["G102"]
    assert study is not None
    assert [m.name for m in study.models] == ["base"]
    assert study.tables[0].panels[0].members == ("base",)


def test_a_line_with_a_syntax_error_is_not_reported_where_it_is_used() -> None:
    assert codes("set controls = a +\nbase <- y ~ d | controls\nx <- base; folds=3\n") == ["G001"]
    assert codes("bad <- y ~ d | a b\nx <- bad; folds=3\n") == ["G001"]
    assert codes("learner l = rf(\nbase <- y ~ d | a; learner=l\n") == ["G002"]


def test_lets_come_in_an_order_that_works() -> None:
    study = study_of("let z = x + 1\nlet x = log(a)\nbase <- y ~ d | z\n")
    assert [let.name for let in study.lets] == ["x", "z"]


def test_without_a_schema_columns_are_taken_on_trust() -> None:
    study, problems = check("base <- anything ~ goes | here\n", schema=None)
    assert problems == ()
    assert study is not None
    assert print_expr(study.models[0].outcome) == "anything"


def test_the_line_is_canonical_and_free_of_positions() -> None:
    loose = model_of("base<-y~d|a+b;folds=3\n")
    strict = model_of("\n\n# why\nbase <- y ~ d | a + b; folds=3\n")
    assert loose.line == strict.line == "base <- y ~ d | a + b; folds=3"
    assert loose == strict


# ---------------------------------------------------------------- products, values, what is taken back


@pytest.mark.parametrize(
    ("head", "treatments", "controls"),
    [
        ("y ~ d * w | a", "d, d * w", "a, w"),
        ("y ~ d * w * c | a", "d, d * w, d * c, d * w * c", "a, w, c, w:c"),
        ("y ~ d * (w + c) | a", "d, d * w, d * c", "a, w, c"),
        ("y ~ (d + d2) * w | a", "d, d2, d * w, d2 * w", "a, w"),
        ("y ~ d > 1 | a", "d > 1", "a"),
        ("y ~ d / w | a", "d / w", "a"),
    ],
)
def test_what_is_treated_and_what_is_controlled_for(head: str, treatments: str, controls: str) -> None:
    model = model_of(f"base <- {head}; learner=ols\n")
    assert ", ".join(map(print_expr, model.treatments)) == treatments
    assert ", ".join(map(term_text, model.controls)) == controls


def test_a_treatment_may_be_an_expression() -> None:
    assert print_expr(model_of(f"{BASE}big <- base; treatment=d > 1\n", "big").treatments[0]) == "d > 1"
    assert codes(f"{BASE}big <- base; treatment=nowhere > 1\n") == ["G102"]


@pytest.mark.parametrize(
    ("given", "back"),
    [("iv=w", "iv=none"), ("event=-2..2", "event=no"), ("het=w", "het=none"), ("via=w", "via=no")],
)
def test_an_option_of_the_varied_line_is_taken_back(given: str, back: str) -> None:
    study = study_of(f"{BASE}more <- base; {given}\nless <- more; {back}\n")
    assert study.model("less").settings == study.model("base").settings
    assert study.model("more").settings != study.model("base").settings


def test_words_for_nothing() -> None:
    study = study_of(f"{BASE}bare <- base; fe=no; cluster=no; winsor=none; add=none; drop=no\n")
    settings = study.model("bare").settings
    assert (settings.fe, settings.cluster, settings.winsor) == ((), (), 0)
    assert study.model("bare").controls == study.model("base").controls


def test_defaults_may_hold_an_option_that_is_a_list() -> None:
    head = f"{HEAD}defaults quantiles=[0.1, 0.9]\n"
    assert model_of("base <- y ~ d | a; model=qte\n", head=head).settings.quantiles == (0.1, 0.9)


# ---------------------------------------------------------------- what all models rest on


@pytest.mark.parametrize(
    "wrong",
    [
        "defaults learner=[ols, lasso]\n",
        "defaults folds=1\n",
        "defaults folds=3\ndefaults folds=4\n",
        "defaults folds=\n",
        'data "other.csv"\n',
        "panel city d\n",
        "panel city\n",
        'include "missing.gip"\n',
    ],
)
def test_no_model_runs_on_declarations_that_are_wrong(wrong: str) -> None:
    study, problems = check(f"{BASE}{wrong}")
    assert [p.severity for p in problems].count("error") >= 1
    assert study is not None
    assert study.models == ()


@pytest.mark.parametrize(
    ("twice", "sound"),
    [
        ("let z = a\nlet z = b\nuses <- y ~ d | z\n", ["base"]),
        ("set z = a\nset z = b\nuses <- y ~ d | z\n", ["base"]),
        ("let z = a\nset z = b\nuses <- y ~ d | z\n", ["base"]),
        ("sample z = a > 1\nsample z = b > 1\nuses <- base; sample=z\n", ["base"]),
        ("learner z = rf\nlearner z = ols\nuses <- base; learner=z\n", ["base"]),
        ("base <- y ~ d2 | a\nuses <- base; folds=2\nother <- y ~ d | b\n", ["other"]),
    ],
)
def test_of_two_definitions_none_is_taken(twice: str, sound: list[str]) -> None:
    study, problems = check(f"{BASE}{twice}")
    assert [p.code for p in problems if p.severity == "error"] == ["G103"]
    assert study is not None
    assert [m.name for m in study.models] == sound

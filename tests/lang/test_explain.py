"""Everything has a meaning and an example that is sound, and what it rests on leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gipspec
from gipspec.diagnostics import CODES
from gipspec.lang.operators import BINARY, UNARY
from gipspec.lang.statements import STATEMENTS
from gipspec.lang.vocabulary import FUNCTIONS, LEARNERS, MODELS, OPTIONS, TABLE_OPTIONS, TABLE_STYLES
from gipspec.lang.vocabulary.explain import GROUPS, VALUES, Topic, explain, suggest, topics
from gipspec.lang.vocabulary.grounds import AUDIT, GROUNDS
from gipspec.lang.vocabulary.lines import MEANINGS

ROOT = Path(__file__).parents[2]
LISTED = [topic for group in GROUPS for topic in explain(group)]
LINES = [t for t in LISTED if t.kind not in ("error", "warning", "rule of the audit")]

# What the lines of the examples speak of; a name that a line defines itself is left to it.
FRAME = {
    "base": "base <- outcome ~ treatment | controls",
    "quad": "quad <- base; add=square(controls)",
    "algos": "algos <- base; learner=[lasso, rf]",
    "event": "event <- base; event=-5..5",
    "fake": "fake <- base; placebo=500",
    "sens": "sens <- base; sensitivity=lngdp",
    "both": "both <- outcome ~ treatment * openness | controls",
    "hetero": "hetero <- base; het=region",
    "who": "who <- base; het=policytree(openness, digital)",
    "inter": "inter <- base; model=irm",
    "all": "all <- base; learner=[ols, lasso]",
    "mech": "mech <- base; via=patents",
    "spread": "spread <- base; model=qte",
    "sizes": "sizes <- base; model=apo",
    "endog": "endog <- base; iv=quota",
    "best": "learner best = stack(gbm, lasso)",
    "controls": "set controls = lngdp + density",
    "recent": "sample recent = year >= 2010",
}


def example(topic: Topic) -> str:
    return dict(topic.facts)["example"]


def completed(line: str) -> str:
    """Add the data and the names that a line of an example leaves out."""
    lines = [line]
    lines += [] if line.startswith("data ") else ['data "panel.dta"']
    lines += [] if line.startswith("panel ") else ["panel city year"]
    for name, text in FRAME.items():
        if not re.search(rf"^(\w+ )?{name}\b[^~;]*(<-|=)", line):
            lines.append(text)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("topic", LINES, ids=lambda t: f"{t.kind} {t.name}")
def test_the_example_of_a_word_is_sound(topic: Topic, tmp_path: Path) -> None:
    (tmp_path / "common.gip").write_text("defaults folds=5\n", encoding="utf-8")
    line = example(topic)
    spec = completed(line) if "~ d" not in line else completed(line).replace("y ~", "z <- y ~", 1)
    spec = spec.replace("causaldata::castle", '"panel.dta"')  # whose columns are not those of the frame
    found = gipspec.loads(spec, folder=tmp_path).problems
    assert [p for p in found if p.severity == "error" and p.code != "G301"] == []
    if topic.kind not in ("model", "figure"):  # which are inferred, where other options tell
        assert topic.name[0].strip() + topic.name[1:].strip("` ]") in line


@pytest.mark.parametrize("code", CODES)
def test_the_example_of_a_problem_shows_it(code: str) -> None:
    (topic,) = explain(code)
    text = example(topic)
    assert re.match(rf"(error|warning)\[{code}\]", text)
    assert len(topic.meaning) > 20


def test_every_group_is_complete() -> None:
    named = {t.name for t in LISTED}
    assert named >= {*CODES, *OPTIONS, *TABLE_OPTIONS, *LEARNERS, *FUNCTIONS, *MODELS, *STATEMENTS}
    assert set(MEANINGS) == set(STATEMENTS)
    assert named == topics() - set(GROUPS)


def test_every_operator_and_style_is_explained() -> None:
    operators = {op for op in (*BINARY, *UNARY) if " " not in op}  # `not in` stands with `in`
    assert operators <= {t.name for t in explain("notation")}
    assert [t.name for t in explain("styles")] == list(TABLE_STYLES)
    assert explain("frontiers")[0].kind == "style of tables"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("x^2", ["^"]),
        ("a:b", [":"]),
        ("(a + b)^2", ["+", "^"]),
        ("base <- y ~ d | x", ["<-", "~", "|"]),
        ("-5..5", [".."]),
        ("[lasso, rf]", ["[ ]"]),
        ("`GDP per head`", ["` `"]),
        ("year >= 2010", [">="]),
        ("causaldata::castle", ["::"]),
        ("fe-method", []),  # a slip of the pen
        ("zzz", []),
    ],
)
def test_a_piece_of_spec_is_explained_by_its_marks(text: str, marks: list[str]) -> None:
    assert [t.name for t in explain(text)] == marks


def test_what_a_topic_rests_on_belongs_to_a_topic() -> None:
    known = {
        "model": MODELS,
        "option": OPTIONS,
        "table": TABLE_OPTIONS,
        "learner": LEARNERS,
        "function": FUNCTIONS,
        "code": CODES,
    }
    for group, grounds in GROUNDS.items():
        assert set(grounds) <= set(known[group])
    assert set(GROUNDS["model"]) == set(MODELS)
    assert set(GROUNDS["learner"]) == set(LEARNERS)


def headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in found}


def test_the_pages_that_say_more_have_these_headings() -> None:
    pages = {ground.page for table in GROUNDS.values() for ground in table.values() if ground.page}
    assert len(pages) > 8
    pages.add(AUDIT)
    for page in pages:
        name, _, heading = page.partition("#")
        assert heading in headings(ROOT / "docs" / name), page


def test_a_slip_of_the_pen_is_seen() -> None:
    assert suggest("entropi") == "entropy"
    assert suggest("paneel") == "panel"
    assert explain("zzz") == ()


def test_a_parameter_is_explained_by_its_learners() -> None:
    for name in {p.name for entry in LEARNERS.values() for p in entry.parameters}:
        topic = explain(name)[-1]
        assert topic.kind == "parameter of learners"
        owners = [e.name for e in LEARNERS.values() if name in {p.name for p in e.parameters}]
        assert [label for label, _ in topic.facts] == [*owners, "example"]
        spec = f'data "panel.dta"\npanel city year\n{example(topic)}\nm <- y ~ d | x; learner=mine'
        assert {p.code for p in gipspec.loads(spec).problems if p.severity == "error"} <= {"G301"}
    (trees,) = explain("trees")
    said = dict(trees.facts)["rf"]
    assert said == "200 unless told; a whole number from 1 to 20000; `n_estimators` in scikit-learn"
    assert [t.kind for t in explain("folds")] == ["option", "parameter of learners"]


@pytest.mark.parametrize(
    ("word", "option"),
    [
        ("within", "fe_method"),
        ("notyet", "control"),
        ("ate", "target"),
        ("design", "placebo_by"),
        ("refit", "placebo_by"),
        ("pooled", "het_by"),
        ("rbf", "kernel"),
        ("romano_wolf", "adjust"),
    ],
)
def test_a_value_is_explained_by_its_option(word: str, option: str) -> None:
    (topic,) = explain(word)
    assert (topic.name, topic.kind) == (word, f"value of `{option}`")
    assert len(topic.meaning) > 5
    assert "takes" in dict(topic.facts) or "example" in dict(topic.facts)


def test_every_explained_value_is_one() -> None:
    for word in VALUES:
        assert explain(word)[0].meaning == VALUES[word]
    assert explain("yes") == explain("none") == ()
    assert suggest("wihtin") == "within"
    assert suggest("neighbors") == "neighbours"

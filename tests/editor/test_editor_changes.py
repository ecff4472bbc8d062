"""After any change the check that remembers the text before says what a check from scratch says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spec_texts import SPEC, folder_of

from gipspec.editor.document import Document, analyse

LINES = (
    *SPEC.splitlines(),
    "",
    "# a comment",
    "    ; reps=3",
    "  + gdp",
    "defaults folds=3; reps=2",
    "defaults learner=rf( trees=10)",
    "defaults fe=none; learner_d=logit",
    "defaults learner=raw; folds=",
    "set controls = lngdp + gdp + `GDP per head`",
    "set controls = lngdp + park",
    "set controls = lngdp + gdpp",
    "let lngdp = log(gdp + 1)",
    "let lngdp = log(",
    "let gdp = output",
    "let poor = gdp < 150",
    "learner best = stack(gbm, lasso)",
    "learner best = stack(rf(trees=-1), ols)",
    "learner best = stack(gbm,",
    "sample late = year > 3",
    "sample late = yeer > 3",
    "panel town year",
    'data "towns.csv"',
    'data "nowhere.csv"',
    "base <- output ~ park | lngdp",
    "base <- output ~ park | controls; learner=best; via=gdp",
    "base <- ouput ~ park",
    "base <- calm",
    "base <-",
    "algos <- base; learner=[ols, best, rf(trees=7)]; drop=gdp",
    "algos <- base; learner=[ols, ols]",
    "algos <- base; winsor=[1%, 5%]; sample=late",
    "calm <- algos.gbm; sample=late and gdp > 120",
    "calm <- algos; add=gdp^2",
    "deep <- calm; reps=1",
    "deeper <- deep; folds=3; het=gdp",
    "deepest <- deeper; via=gdp",
    "gap <- base - calm",
    "output ~ park * gdp | lngdp",
    "output ~ park | poor; learner=[gbm, best]",
    "output + gdp ~ park",
    'table main "Main": base, algos.ols, deepest',
    'figure f "F": algos, calm',
    "audit accept A04 base \"because\"",
    "audit accept A04 nobody \"because\"",
    "计量 <- base; add=`GDP per head`",
)  # fmt: skip

places = st.integers(0, 30)
edits = st.one_of(
    st.tuples(st.just("insert"), places, st.sampled_from(LINES)),
    st.tuples(st.just("change"), places, st.sampled_from(LINES)),
    st.tuples(st.just("delete"), places, st.just("")),
    st.tuples(st.just("cut"), places, st.integers(0, 40).map(lambda n: "x" * n)),
    st.tuples(st.just("type"), places, st.sampled_from([*'ab.;=[]("`~|+ 1', "; reps=4", "\n", "中"])),
)


def edited(text: str, edit: tuple[str, int, str]) -> str:
    """The text with a line inserted, changed, deleted or cut short, or with characters typed at its end."""
    what, place, new = edit
    lines = text.split("\n")
    at = place % len(lines)
    match what:
        case "insert":
            lines.insert(at, new)
        case "change":
            lines[at] = new
        case "delete":
            del lines[at]
        case "cut":
            lines[at] = lines[at][: len(new)]
        case _:
            lines[at] += new
    return "\n".join(lines)


def said(document: Document) -> object:
    """All that an editor reads of a check, the places of models included."""
    study = document.loaded.study
    places = [(m.name, m.span) for m in study.models] if study else []
    return document.loaded.problems, study, places, document.symbols, document.loaded.schema


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("changes"))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(edits, min_size=1, max_size=12))
def test_what_is_remembered_changes_nothing(folder: Path, changes: list[tuple[str, int, str]]) -> None:
    text, path = SPEC, folder / "study.gip"
    document = analyse(text, path)
    for change in changes:
        text = edited(text, change)
        document = analyse(text, path, document)
        assert said(document) == said(analyse(text, path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("set controls = lngdp + gdp", "set controls = lngdp"),
        ("let lngdp = log(gdp)", "let lngdp = log(gdp + 1)"),
        ("sample late = year > 2", "sample late = year > 3"),
        ("learner best = stack(gbm, ols)", "learner best = stack(gbm, lasso)"),
        ("panel town year", "panel year town"),
        ("base  <- output ~ park | controls; learner=best", "base  <- output ~ park | controls; learner=ols"),
        ("algos <- base; learner=[ols, gbm]", "algos <- base; learner=[ols, gbm]; reps=2"),
        ("study", "defaults reps=2\nstudy"),
    ],
)
def test_what_lines_depend_on_is_heeded(folder: Path, old: str, new: str) -> None:
    path = folder / "study.gip"
    before = analyse(SPEC, path)
    changed = analyse(SPEC.replace(old, new), path, before)
    assert old in SPEC
    assert changed.loaded.study != before.loaded.study
    assert said(changed) == said(analyse(SPEC.replace(old, new), path))


def test_lines_that_stay_are_known(folder: Path) -> None:
    before = analyse(SPEC, folder / "study.gip")
    after = analyse("\n" + SPEC.replace("sample=late", "reps=7"), folder / "study.gip", before)
    first, then = ({m.name: m for m in d.loaded.require().models} for d in (before, after))
    same = {name for name in then if then[name].settings is first[name].settings}
    assert same == {"base", "algos.ols", "algos.gbm"}

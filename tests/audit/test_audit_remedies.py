"""Lines that mend a study are lines of the language, whatever its columns and models are called."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import gipspec
from gipspec.audit import findings
from gipspec.audit.raised import remedy
from gipspec.audit.written import anew
from gipspec.diagnostics import Finding
from gipspec.lang.parser import parse
from gipspec.lang.study import Settings, Study
from gipspec.source import Source

WITH_REMEDIES = {f"A{k:02d}" for k in (1, 3, 4, 5, 9, 11, 12, 19, 20, 25, 26, 28, 29, 32)}
COLUMNS = ("city code", "绿色 园区", "y.per head", "x 1", "m 1", "a b", "c d", "and")
SPEC = """
data "panel.csv"
panel `city code` and2
let `my index` = entropy(+`a b`, -`c d`, scale=year)
let `lag y` = lag(`y.per head`)
`my base` <- `y.per head` ~ `绿色 园区` | `x 1` + `m 1`; learner=ols; reps=1; cluster=none
trees <- `my base`; fe=none; learner=gbm; add=`a b`^2 + `city code` + `lag y`
dummies <- trees; fe=`city code`; fe_method=dummies
`mediated by` <- `y.per head` ~ `绿色 园区` | `x 1`; via=`m 1`
indexed <- `my index` ~ `绿色 园区` | `x 1` + `a b`
`index by` <- indexed; drop=`a b`; via=`a b`
moderated <- `my base`; het=`m 1`
few <- `my base`; placebo=19
tails <- `my base`; winsor=10%
`lo 1` <- `my base`; sample=`x 1` >= 0
`hi 1` <- `my base`; sample=`x 1` < 0
arms <- `a b` ~ `绿色 园区` | `x 1`; model=irm; sample=`a b` > 0
steps <- `my base`; add=`y.per head`; outcome=`c d`
"""


def study_of(text: str, folder: Path) -> tuple[Finding, ...]:
    (folder / "panel.csv").write_text(",".join((*COLUMNS, "and2")) + "\n", encoding="utf-8")
    loaded = gipspec.loads(text, folder=folder)
    assert loaded.ok, loaded.problems
    return findings(loaded.require())


def test_names_with_blanks_and_dots(tmp_path: Path) -> None:
    found = study_of(SPEC, tmp_path)
    codes = {f.code for f in found if f.remedy}
    assert codes >= WITH_REMEDIES
    wrong = [f.remedy.lines for f in found if f.remedy and parse(Source.of("", f.remedy.lines))[1]]
    assert wrong == []


def test_a_name_is_quoted_once(tmp_path: Path) -> None:
    assert not [f.message for f in study_of(SPEC, tmp_path) if "``" in f.message.replace("``a b`^2`", "")]


def test_rows_split_without_a_panel(tmp_path: Path) -> None:
    spec = SPEC.replace("panel `city code` and2\n", "").replace(", scale=year", "").split("let `lag y`")[0]
    line = "base <- `y.per head` ~ `绿色 园区` | `x 1`; learner=ols; fe=`city code` + `and`\n"
    found = [f for f in study_of(spec + line, tmp_path) if f.code == "A02"]
    assert [f.remedy.lines for f in found if f.remedy] == ["panel `city code` `and`"]


OWN = """
data "panel.csv"
panel city year
defaults winsor=1%; learner=gbm
learner deep = rf(trees=70)
sample young = age < 32
set controls = a + b
"""
INSTRUMENT = "iv=z; learner=ols; learner_z=ridge; learner_d=lasso; sample=age < 32; reps=3; level=90%"
NEW_LINES = [  # the last one is followed; whether its instrument becomes the treatment, what else changes
    (f"iv2 <- y ~ d | controls; {INSTRUMENT}", True, {"learner_d": "ridge"}),
    ("base <- y ~ d | a; learner=deep; fe=year; seed=7\niv2 <- base; iv=z; cluster=none", True, {}),
    ("base <- y ~ d | a; learner=[ols, rf(trees=9)]; folds=3\niv2 <- base; iv=z; tune=5", True, {}),
    ("iv2 <- y ~ d | a; iv=z; sample=[young, age > 50]; winsor=[no, 2%]; reps=[1, 9]", True, {}),
    ("base <- y ~ d | a; fe=[year, city + year]\niv2 <- base; iv=z; level=[80%, 99%]", True, {}),
    ("iv2 <- y ~ d | a; iv=z; het=[a, terciles(b)]", True, {}),
    ("arm <- y ~ d | a; model=irm; trim=5%; learner_y=ols; learner_d=logit", False, {"learner_d": "gbm"}),
    ("arm <- y ~ d | a; model=irm; via=[a, m]; learner_m=ols; learner_d=ols; drop=a", False, {}),
    ("arm <- y ~ d | a; model=irm; sensitivity=a; fe=city; level=99%", False, {}),
    ("arm <- y ~ d | a; model=irm; trim=[1%, 5%]; learner=[ols, deep]", False, {}),
    ("arm <- y ~ d | a; model=qte; quantiles=[0.2, 0.4]; learner=ols", False, {}),
    ("iv2 <- y ~ d | a; iv=z; learner_z=[ridge, ols]", True, {"learner_d": "ols"}),
]
OF_THE_MODEL = {"model", "target", "trim", "iv", "learner_z", "quantiles"}


def resolved(text: str, folder: Path) -> Study:
    (folder / "panel.csv").write_text("city,year,age,y,d,z,a,b,m\n", encoding="utf-8")
    loaded = gipspec.loads(text, folder=folder)
    assert loaded.ok, (text, loaded.problems)
    return loaded.require()


@pytest.mark.parametrize(("lines", "reduced", "changed"), NEW_LINES)
def test_a_further_line_keeps_what_its_own_asks_for(
    lines: str, reduced: bool, changed: dict[str, str], tmp_path: Path
) -> None:
    study = resolved(f"{OWN}{lines}\n", tmp_path)
    before = study.models[-1]
    line = anew(study, before, "new", reduced=reduced).lines
    after = resolved(f"{OWN}{lines}\n{line}\n", tmp_path).model(f"{before.family}_new")
    assert (after.outcome, after.controls) == (before.outcome, before.controls)
    assert after.treatments == (before.settings.iv if reduced else before.treatments)
    for option in {f.name for f in fields(Settings)} - OF_THE_MODEL:
        value = getattr(after.settings, option)
        expected = changed.get(option, getattr(before.settings, option))
        assert (value.name if option in changed else value) == expected, option
    assert "winsor=1%" not in line and "gbm" not in line  # `defaults` apply anyway


@pytest.mark.parametrize(("trim", "wider"), [("1%", "5%"), ("5%", "10%"), ("10%", "20%"), ("20%", "")])
def test_bounds_widen_by_steps(trim: str, wider: str, tmp_path: Path) -> None:
    study = resolved(f"{OWN}arm <- y ~ d | a; model=irm; trim={trim}; sensitivity=yes\n", tmp_path)
    found = remedy(study, study.models[-1], "A22")
    line = f"arm <- y ~ d | a; model=irm; sensitivity=yes; trim={wider}"
    assert (found.lines if found else "") == (line if wider else "")


def test_a_linear_model_has_no_bounds_to_widen(tmp_path: Path) -> None:
    study = resolved(f"{OWN}base <- y ~ d | a; sensitivity=yes\n", tmp_path)
    assert remedy(study, study.models[-1], "A22") is None


def test_an_instrument_that_becomes_the_treatment_takes_its_learner_along(
    tmp_path: Path,
) -> None:
    line = "iv2 <- y ~ d | a; iv=lag(d); model=pliv; learner_z=rf; learner=ols\n"
    study = resolved(OWN + line, tmp_path)
    mended = [f.remedy.lines for f in findings(study) if f.code == "A30" and f.remedy]
    assert mended == ["iv2 <- y ~ d | a; learner=ols; treatment=lag(d)"]
    resolved(OWN + mended[0], tmp_path)

"""Lines that mend a study are lines of the language, whatever its columns and models are called."""

from __future__ import annotations

from pathlib import Path

import gipspec
from gipspec.audit import findings
from gipspec.diagnostics import Finding
from gipspec.lang.parser import parse
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
    spec = SPEC.replace("panel `city code` and2\n", "").split("let `lag y`")[0]
    line = "base <- `y.per head` ~ `绿色 园区` | `x 1`; learner=ols; fe=`city code` + `and`\n"
    found = [f for f in study_of(spec + line, tmp_path) if f.code == "A02"]
    assert [f.remedy.lines for f in found if f.remedy] == ["panel `city code` `and`"]

"""The second pass: declarations against the columns of the data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gipspec
from gipspec.lang.check.suggest import listed


def test_every_wrong_name_of_a_formula_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("y,d,x\n1,0,2\n", encoding="utf-8")
    text = 'data "d.csv"\nset s = x + wrong1\nbase <- wrong2 ~ wrong3 | wrong4 + log(wrong5) + s + x:wrong6\n'
    found = gipspec.loads(text, folder=tmp_path).problems
    assert [p.span.text for p in found if p.span] == [f"wrong{i}" for i in range(1, 7)]


@pytest.mark.parametrize(
    "line", ["y ~ d | s + + z)", "base <- y ~ d | s##x", "base <- y ~ d | s; folds=many"]
)
def test_nothing_is_called_unused_beside_a_line_that_is_wrong(line: str, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("y,d,x\n1,0,2\n", encoding="utf-8")
    text = f'data "d.csv"\nset s = x\nlet z = x + 1\n{line}\n'
    (found,) = gipspec.loads(text, folder=tmp_path).problems
    assert found.severity == "error"


def test_what_a_message_says_to_add_to_a_line_mends_it(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("i,t,y,d,x\n1,1,1,0,2\n", encoding="utf-8")
    base = 'data "d.csv"\npanel i t\nbase <- y ~ d | x; model=irm; target=att\n'
    line = "linear <- base; model=plr"
    (found,) = gipspec.loads(f"{base}{line}\n", folder=tmp_path).problems
    added = re.findall(r"add `(; [^`]+)` to this line", found.help or "")
    assert added == ["; target=ate"]
    assert gipspec.loads(f"{base}{line}{added[0]}\n", folder=tmp_path).problems == ()


def test_the_formula_of_a_warning_is_one_with_controls(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("y,d,x,z\n1,0,2,3\n", encoding="utf-8")
    head = 'data "d.csv"\nset s = x + z\n'
    (found,) = gipspec.loads(f"{head}y ~ d + s\n", folder=tmp_path).problems
    assert (found.code, found.help) == ("G605", "controls stand behind `|`: `y ~ d | s`")
    assert gipspec.loads(f"{head}y ~ d | s\n", folder=tmp_path).problems == ()
    assert gipspec.loads(f"{head}y ~ d * x\ny ~ s\nm <- y ~ d\n", folder=tmp_path).problems == ()


@pytest.mark.parametrize("name", ["xgboost", "zzz"])
def test_a_list_of_names_holds_those_most_alike(name: str) -> None:
    known = [f"column_{i}" for i in range(40)] + ["zz_xgb", "xg"]
    shown = listed(name, known, 8)
    assert shown.count("`") == 16
    assert "`xg`" in shown or name != "xgboost"
    assert "`zz_xgb`" in shown

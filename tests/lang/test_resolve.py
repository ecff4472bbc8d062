"""The second pass: declarations against the columns of the data."""

from __future__ import annotations

from pathlib import Path

import gipspec


def test_every_wrong_name_of_a_formula_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("y,d,x\n1,0,2\n", encoding="utf-8")
    text = 'data "d.csv"\nset s = x + wrong1\nbase <- wrong2 ~ wrong3 | wrong4 + log(wrong5) + s + x:wrong6\n'
    found = gipspec.loads(text, folder=tmp_path).problems
    assert [p.span.text for p in found if p.span] == [f"wrong{i}" for i in range(1, 7)]

"""The LaTeX of every case, character by character; the engine's tests say that it compiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from report_cases import CASES

from gipspec.report import latex_table

GOLDEN = (
    *("default", "panels", "chinese", "hostile", "eight", "joint", "groups", "weights"),
    *("aer", "qje", "frontiers", "beside", "arms"),
)
FOLDER = Path(__file__).parent.parent / "golden" / "tex"


@pytest.mark.parametrize("name", GOLDEN)
def test_latex(name: str, golden: Callable[[Path, str], None]) -> None:
    golden(FOLDER / f"{name}.tex", latex_table(CASES[name]()))


@pytest.mark.parametrize("name", CASES)
def test_latex_names_no_folder_and_repeats(name: str) -> None:
    text = latex_table(CASES[name]())
    assert "/somewhere" not in text
    assert text == latex_table(CASES[name]())


def test_nothing_hostile_is_left() -> None:
    text = latex_table(CASES["hostile"]())
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert "\\input" not in body
    assert "\\write" not in body
    assert not any(ord(ch) < 32 and ch != "\n" for ch in text)

"""Text formats, character by character, of a table with every kind of cell and row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from format_cases import handmade

from gipspec.report import FORMATS

FOLDER = Path(__file__).parent.parent / "golden" / "formats"


@pytest.mark.parametrize("name", ["html", "md", "typ", "csv"])
def test_text(name: str, golden: Callable[[Path, str], None]) -> None:
    text = FORMATS[name].write(handmade(), None).decode("utf-8")
    golden(FOLDER / f"handmade.{name}", text.replace("\r\n", "\n"))

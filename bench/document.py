"""The tables of docs/validation.md, each between marks of its own."""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "validation.md"


def put_table(mark: str, table: str) -> None:
    """Put a table between `<!-- mark -->` and `<!-- /mark -->`."""
    start, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(start)
    _, _, after = rest.partition(end)
    DOCUMENT.write_text(f"{before}{start}\n{table}\n{end}{after}", encoding="utf-8")

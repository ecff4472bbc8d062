"""The tables of the pages in docs/, each between marks of its own."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def put_table(mark: str, table: str, page: str = "validation.md") -> None:
    """Put a table between `<!-- mark -->` and `<!-- /mark -->`."""
    document = DOCS / page
    start, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, _, rest = document.read_text(encoding="utf-8").partition(start)
    _, _, after = rest.partition(end)
    document.write_text(f"{before}{start}\n{table}\n{end}{after}", encoding="utf-8")

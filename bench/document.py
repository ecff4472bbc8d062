"""The tables of the pages in docs/, each between marks of its own."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def put_table(mark: str, table: str, page: str = "validation.md") -> None:
    """Put a table between `<!-- mark -->` and `<!-- /mark -->`; ends the bench where a page lacks them."""
    document = DOCS / page
    start, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, opened, rest = document.read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise SystemExit(f"{document} has no {start} with {end} behind it")
    document.write_text(f"{before}{start}\n{table}\n{end}{after}", encoding="utf-8")

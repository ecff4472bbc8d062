"""Which rows each model uses, and which it loses to what."""

from __future__ import annotations

from gipspec.engine import Estimate, Results
from gipspec.report.names import joined_label
from gipspec.report.page.estimates import in_order
from gipspec.report.page.listing import Entry, Heading, Listing, listing, number, words
from gipspec.report.page.places import Places

MOST_NAMED = 4

Loss = tuple[int, int, int, tuple[tuple[str, int], ...]]


def rows_listing(results: Results, places: Places, labels: dict[str, str]) -> Listing:
    """Return a line for each set of rows, with the models that use it; a row may lack several columns."""
    users: dict[Loss, list[str]] = {}
    for e in in_order(results, places):
        if e.model != "difference" and not e.group:
            users.setdefault(_loss(e), []).append(e.model_name)
    columns = list(dict.fromkeys(name for *_, lost in users for name, _ in lost))
    headings = [
        Heading(text="Models"),
        Heading(text="Rows used", numeric=True),
        Heading(text="Units", numeric=True),
        Heading(text="Outside the sample", about="Rows that the model's sample leaves out", numeric=True),
        *(
            Heading(text=joined_label(name, labels), about=f"Rows without a value of {name}", numeric=True)
            for name in columns
        ),
    ]
    rows: list[list[Entry]] = []
    for (n, units, excluded, lost), models in users.items():
        rows.append(
            [
                words(_named(models)),
                number(n, 0),
                number(units, 0),
                number(excluded, 0),
                *(number(dict(lost).get(name, 0), 0) for name in columns),
            ]
        )
    return listing("rows", "Rows used and rows lost, by model and column", headings, rows)


def _loss(e: Estimate) -> Loss:
    return e.n, e.units, e.excluded, tuple((name, count) for name, count in e.rows_lost if count)


def _named(models: list[str]) -> str:
    distinct = list(dict.fromkeys(models))
    more = len(distinct) - MOST_NAMED
    return ", ".join(distinct[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

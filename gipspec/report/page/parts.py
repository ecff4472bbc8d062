"""What a page is made of."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.engine import Results, Tried
from gipspec.lang.study import Study
from gipspec.report.lock import Lock
from gipspec.report.table import Table
from gipspec.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as it was written: `name` of its files, its title, what it shows in words, its PNG.

    `members` are the models that it is drawn from.
    """

    name: str
    title: str
    caption: str
    png: bytes
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A run as the page shows it.

    `sources` are the texts of the spec, its own first; `lock` says what the run was made of; `tried` counts
    specifications over all runs, and is None where no ledger can tell.
    """

    results: Results
    study: Study
    sources: tuple[Source, ...]
    tables: tuple[Table, ...]
    lock: Lock
    tried: Tried | None
    pictures: tuple[Picture, ...] = ()

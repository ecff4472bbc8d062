"""`%%gip` for Jupyter: a cell is a spec, what it shows are its tables. The only module that knows IPython."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gipspec.api import Loaded, loads
from gipspec.diagnostics import GipError, Problem, render, sort_problems

if TYPE_CHECKING:
    from gipspec.engine import Results
    from gipspec.report import Table

DEFAULT_NAME = "results"
STORE = Path(".gipspec")


class Shell(Protocol):
    """What is needed of IPython's shell."""

    user_ns: dict[str, object]

    def register_magic_function(self, func: object, magic_kind: str, magic_name: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The outcome of a cell: tables, or where there are none the estimates; and the messages."""

    loaded: Loaded
    results: Results | None
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        from gipspec.report import summary, terminal_table

        tables = [terminal_table(table) for table in self._tables()]
        shown = tables or ([summary(self.results)] if self.results else [])
        return "\n".join((*shown, render(self.problems))).strip()

    def _repr_html_(self) -> str:
        from gipspec.report import html_table, summary

        tables = [html_table(table) for table in self._tables()]
        shown = tables or ([_text(summary(self.results))] if self.results else [])
        return "\n".join((*shown, *([_text(render(self.problems))] if self.problems else ())))

    def _tables(self) -> Iterator[Table]:
        from gipspec.report import build_table

        if self.results is None or self.loaded.study is None:
            return
        for request in self.loaded.study.tables:
            try:
                yield build_table(request, self.results, self.loaded.study)
            except GipError:
                continue  # a table without models: the messages say why


def run_cell(text: str, folder: Path, name: str = "cell.gip") -> Shown:
    """Run a spec in a folder; fits are kept in `.gipspec` there. Never raises on what the user wrote."""
    loaded = loads(text, folder=folder, name=name)
    try:
        results = loaded.run(store=folder / STORE, jobs=1)
    except GipError as error:
        return Shown(loaded=loaded, results=None, problems=sort_problems((*loaded.problems, *error.problems)))
    return Shown(loaded=loaded, results=results, problems=results.problems)


def register(shell: Shell) -> None:
    """Register `%%gip [name]`: the results of the cell go to the variable `name`, or `results`."""

    def gip(line: str, cell: str) -> Shown:
        """Run a cell as a spec: `%%gip [name]`."""
        shown = run_cell(cell, Path.cwd())
        if shown.results is not None:
            shell.user_ns[line.strip() or DEFAULT_NAME] = shown.results
        return shown

    shell.register_magic_function(gip, "cell", "gip")


def _text(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"

"""`%%gip` for Jupyter: a cell is a spec, what it shows are its tables and figures. Only it knows IPython."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gipspec.api import Loaded, loads
from gipspec.diagnostics import GipError, Problem, problem, render, sort_problems

if TYPE_CHECKING:
    from gipspec.engine import Results
    from gipspec.report import Table

DEFAULT_NAME = "results"
STORE = Path(".gipspec")
SCREEN = 1.5  # inches of the screen for one of paper


class Shell(Protocol):
    """What is needed of IPython's shell."""

    user_ns: dict[str, object]

    def register_magic_function(self, func: object, magic_kind: str, magic_name: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as it is shown: its width on paper in inches, title and notes below it."""

    name: str
    png: bytes = field(repr=False)
    width: float
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The outcome of a cell: tables, or where there are none the estimates; figures; the messages."""

    loaded: Loaded
    results: Results | None
    problems: tuple[Problem, ...]
    pictures: tuple[Picture, ...] = ()

    def __repr__(self) -> str:
        from gipspec.report import summary, terminal_table

        tables = [terminal_table(table) for table in self._tables()]
        shown = tables or ([summary(self.results)] if self.results else [])
        return "\n".join((*shown, render(self.problems))).strip()

    def _repr_html_(self) -> str:
        from gipspec.report import html_table, summary

        tables = [html_table(table) for table in self._tables()]
        shown = tables or ([_text(summary(self.results))] if self.results else [])
        figures = (_figure(picture) for picture in self.pictures)
        return "\n".join((*shown, *figures, *([_text(render(self.problems))] if self.problems else ())))

    def _tables(self) -> Iterator[Table]:
        from gipspec.report import build_table

        if self.results is None or self.loaded.study is None:
            return
        for request in self.loaded.study.tables:
            try:
                yield build_table(request, self.results, self.loaded.study)
            except GipError:
                continue  # a table without models: the messages say why


def run_cell(text: str, folder: Path, name: str = "cell.gip", jobs: int | None = None) -> Shown:
    """Run a spec in a folder, on all cores unless told; fits are kept in `.gipspec` there.

    Never raises on what the user wrote.
    """
    from gipspec.engine import default_jobs

    loaded = loads(text, folder=folder, name=name)
    try:
        results = loaded.run(store=folder / STORE, jobs=jobs or default_jobs())
    except GipError as error:
        return Shown(loaded=loaded, results=None, problems=sort_problems((*loaded.problems, *error.problems)))
    pictures, wrong = _drawn(loaded, results)
    problems = sort_problems((*results.problems, *wrong)) if wrong else results.problems
    return Shown(loaded=loaded, results=results, problems=problems, pictures=pictures)


def _drawn(loaded: Loaded, results: Results) -> tuple[tuple[Picture, ...], tuple[Problem, ...]]:
    """Draw the figures of a study; return those that could be drawn, and what went wrong."""
    study = loaded.require()
    if not study.figures:
        return (), ()
    from gipspec.report.figures import build_figure
    from gipspec.report.figures.caption import caption_text
    from gipspec.report.figures.draw import draw

    pictures, wrong = list[Picture](), list[Problem]()
    for request in study.figures:
        try:
            figure = build_figure(request, results, study)
        except GipError as error:
            wrong += error.problems
            continue
        drawn, caption = draw(figure), caption_text(figure).strip()
        pictures.append(Picture(name=figure.name, png=drawn.png, width=figure.width, caption=caption))
        if drawn.missing:
            wrong.append(problem("G542", request.span, name=figure.name, characters=drawn.missing))
    return tuple(pictures), tuple(wrong)


def register(shell: Shell) -> None:
    """Register `%%gip [name]`: the results of the cell go to the variable `name`, or `results`."""

    def gip(line: str, cell: str) -> Shown:
        """Run a cell as a spec: `%%gip [name]`."""
        name = line.strip() or DEFAULT_NAME
        if not name.isidentifier() or iskeyword(name):
            from IPython.core.error import UsageError

            raise UsageError(f"%%gip takes one name, that of the results, as in %%gip castle; not: {name}")
        shown = run_cell(cell, Path.cwd())
        if shown.results is not None:
            shell.user_ns[name] = shown.results
        return shown

    shell.register_magic_function(gip, "cell", "gip")


def _figure(picture: Picture) -> str:
    data, inches = b64encode(picture.png).decode("ascii"), picture.width * SCREEN
    caption = "<br>".join(escape(part) for part in picture.caption.split("\n\n"))
    style = f"width: {inches:g}in; max-width: 100%"
    image = f'<img src="data:image/png;base64,{data}" alt="{escape(picture.name)}" style="{style}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _text(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"

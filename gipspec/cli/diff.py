"""`gipspec diff`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.console import FINE, print_json
from gipspec.cli.log import past_runs
from gipspec.cli.places import out_folder, results_of, store_folder
from gipspec.diagnostics import GipError, problem

if TYPE_CHECKING:
    from gipspec.engine import Entry, Results, Run
    from gipspec.lang.study import Contrast, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What the last run is compared with; `part` where it had not all estimates of the study to make."""

    title: str
    facts: dict[str, object]
    entries: tuple[Entry, ...]
    part: bool = False


@click.command(
    "diff",
    epilog="Examples: gipspec diff study.gip    gipspec diff study.gip 12    gipspec diff study.gip old/",
)
@options.spec
@click.argument("other", required=False)
@options.out
@options.store
@options.as_json("the comparison, in pairs of before and now,")
def command(spec: Path, other: str | None, out: Path | None, store: Path | None, as_json: bool) -> int:
    """Compare the results of the last run with others: what moved, by how much, and why.

    OTHER is the number of a run (see `gipspec log`), a results.json or its folder; without it, the last run
    that found something else. The exit code is 0 whether something moved or not.
    """
    from gipspec.engine import compare_entries, entries_of
    from gipspec.report import history

    results = results_of(spec, out_folder(spec, out))
    kept = store_folder(spec, store)
    named = other and not other.isdigit()
    chosen = _file(Path(other or "")) if named else _run(other, past_runs(spec, kept), results, spec, kept)
    changed = compare_entries(chosen.entries, entries_of(results))
    lines = _lines(spec)
    failed = {p.subject for p in results.problems if p.severity == "error"}
    idle = {e.name for e in changed.gone if e.model_name in lines and e.model_name not in failed}
    changed = replace(
        changed,
        added=() if chosen.part else changed.added,
        gone=tuple(e for e in changed.gone if e.name not in idle),
    )
    if as_json:
        print_json({"with": chosen.facts, **history.comparison_data(changed)})
        return FINE
    click.echo(f"the last run, compared with {chosen.title}")
    click.echo(history.comparison_text(changed, lambda e: _place(e, lines)), nl=False)
    if idle:
        click.echo(f"not part of the last run: {len(idle)} of the study")
    return FINE


def _read(path: Path) -> Results:
    from gipspec.report import load_results_json

    try:
        return load_results_json(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
    raise GipError(problem("G507", path=path, reason=reason, remedy="look at the name and the folder"))


def _file(path: Path) -> Other:
    from gipspec.engine import entries_of

    path = path / "results.json" if path.is_dir() else path
    if not path.exists():
        remedy = "give the number of a run, which `gipspec log` shows, or a results.json"
        raise GipError(problem("G513", what=f"`{path}`", remedy=remedy))
    return Other(title=str(path), facts={"file": str(path)}, entries=entries_of(_read(path)))


def _run(number: str | None, runs: tuple[Run, ...], results: Results, spec: Path, store: Path) -> Other:
    """Return the run of that number, or the last one that found something else.

    Drafts are compared with drafts. Where no run found anything else the last one tells so.
    """
    from gipspec.engine import compare_entries, entries_of

    if number:
        of_number = [run for run in runs if run.id == int(number)]
        if not of_number:
            raise GipError(
                problem(
                    "G513",
                    what=f"run {number}",
                    remedy=f"`gipspec log {quote(str(spec))}` lists the runs of the study",
                )
            )
        return _other(of_number[0])
    alike = [run for run in reversed(runs) if run.draft == results.draft]
    for run in alike:
        changed = compare_entries(run.entries, entries_of(results))
        if changed.moved or (changed and not run.selected):
            return _other(run)
    if not alike:
        remedy = (
            f"looked in {store}, whose ledger knows no run of this study; name the store of its runs with "
        )
        raise GipError(problem("G513", what="an earlier run", remedy=f"{remedy}`--store`, or a results.json"))
    return _other(alike[0])


def _other(run: Run) -> Other:
    from gipspec.report import history

    kind = "draft" if run.draft else "run"
    part = f", of {', '.join(run.selected)} alone" if run.selected else ""
    return Other(
        title=f"{kind} {run.id} of {history.when(run)}{part}",
        facts={"run": run.id, "time": run.time},
        entries=run.entries,
        part=bool(run.selected),
    )


def _lines(spec: Path) -> dict[str, tuple[str, str]]:
    """Return place and text of each model's line in the spec as it is now; none where it cannot be read."""
    from gipspec.api import load

    try:
        study = load(spec).study
    except GipError:
        return {}
    if study is None:
        return {}
    asked: list[Model | Contrast] = [*study.models, *study.contrasts]
    return {m.name: (f"{m.span.source.name}:{m.span.line}", m.line) for m in asked}


def _place(entry: Entry, lines: dict[str, tuple[str, str]]) -> str:
    """Return the line that asks for an estimate, with its number where the spec still has it."""
    place, line = lines.get(entry.model_name, ("", ""))
    return f"{place} {line}" if line == entry.line else entry.line

"""`gipspec audit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.console import FAILED, FINE, has_errors, listing, print_json, show_problems
from gipspec.cli.places import out_folder, store_folder
from gipspec.diagnostics import GipError, Problem, summarise

if TYPE_CHECKING:
    from gipspec.api import Loaded
    from gipspec.engine import Results


@click.command(
    "audit",
    epilog="Examples: gipspec audit study.gip    gipspec audit specs/*.gip --strict    gipspec explain A04",
)
@options.specs
@options.out
@options.store
@click.option("--strict", is_flag=True, help="Exit with 1 where a finding is not accepted.")
@options.as_json("the findings")
def command(
    specs: tuple[Path, ...], out: Path | None, store: Path | None, strict: bool, as_json: bool
) -> int:
    """Look for mistakes in a study: in the spec and its data, and in the results of the last run.

    Each finding says where it is and which line mends it. `audit accept CODE model "why"` in the spec answers
    for one.
    """
    options.one_out(out, specs)
    code = FINE
    documents: list[dict[str, object]] = []
    for spec in specs:
        try:
            one, document = _audit(spec, out_folder(spec, out), store_folder(spec, store), strict, as_json)
        except GipError as error:
            show_problems(error.problems)
            one, document = FAILED, {"spec": str(spec), "findings": []}
        code = max(code, one)
        documents.append(document)
    if as_json:
        print_json(documents[0] if len(documents) == 1 else documents)
    return code


def _audit(spec: Path, out: Path, store: Path, strict: bool, as_json: bool) -> tuple[int, dict[str, object]]:
    from gipspec.api import load
    from gipspec.report import finding_data

    loaded = load(spec)
    loaded.require()
    results, stale = _results(loaded, out)
    found = loaded.audit(results, store)
    problems = (*(p for p in loaded.problems if p.severity == "error"), *stale, *loaded.idle(found, results))
    show_problems(problems)
    if not as_json:
        click.echo(listing(found), nl=False)
        seen = "spec, data and results" if results is not None else "spec and data; there are no results yet"
        click.echo(f"{spec}: {summarise(found)} (looked at {seen})", err=True)
    document: dict[str, object] = {
        "spec": spec.name,
        "results": results is not None,
        "findings": [{**finding_data(f), "line": f.span.line if f.span else None} for f in found],
    }
    failed = has_errors(problems) or (strict and any(not f.accepted for f in found))
    return FAILED if failed else FINE, document


def _results(loaded: Loaded, out: Path) -> tuple[Results | None, tuple[Problem, ...]]:
    """Return the results of the last run without the estimates of lines that have changed since."""
    from dataclasses import replace

    from gipspec.plan import describe_settings

    if not (out / "results.json").exists():
        return None, ()
    results = loaded.last_results(out)
    plan = loaded.plan(draft=results.draft)
    now = {step.model.name: describe_settings(step.model) for step in plan.estimates}
    kept = tuple(e for e in results if not e.settings or now.get(e.model_name) == dict(e.settings))
    return replace(results, estimates=kept), loaded.outdated(results)

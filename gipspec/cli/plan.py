"""`gipspec plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.console import FAILED, FINE, print_json, problems_json, show_problems
from gipspec.cli.places import out_folder, store_folder
from gipspec.diagnostics import counted

if TYPE_CHECKING:
    from gipspec.engine import Survey
    from gipspec.plan import Verdict


@click.command("plan", epilog="Examples: gipspec plan study.gip    gipspec plan study.gip --select algos")
@options.spec
@options.select
@options.draft()
@options.out
@options.store
@options.as_json("the plan")
def command(
    spec: Path, select: tuple[str, ...], draft: bool, out: Path | None, store: Path | None, as_json: bool
) -> int:
    """Say for each model whether it would run, and why; and how many fits that takes."""
    from gipspec.api import load
    from gipspec.diagnostics import sort_problems
    from gipspec.engine import with_demand

    loaded = load(spec)
    plan = loaded.plan(select=select, draft=draft)
    survey = loaded.survey(plan, store_folder(spec, store))
    verdicts = with_demand(loaded.verdicts(plan, out_folder(spec, out)), survey)
    spans = {step.model.name: step.model.span for step in plan.estimates}
    failing = (p.at(spans[d.name]).about(d.name) for d in survey.demands for p in d.problems)
    problems = sort_problems((*loaded.problems, *failing))
    if as_json:
        print_json(_as_json(verdicts, survey) | {"problems": problems_json(problems)})
    else:
        show_problems(problems)
        _show(verdicts, survey)
    return FINE if loaded.ok and not any(d.problems for d in survey.demands) else FAILED


def _as_json(verdicts: tuple[Verdict, ...], survey: Survey) -> dict[str, object]:
    return {
        "estimates": [
            {"name": v.name, "run": v.run, "reason": v.reason, "nuisances": d.asked, "fits": d.fresh}
            for v, d in zip(verdicts, survey.demands, strict=True)
        ],
        "nuisances": {
            "asked": survey.asked,
            "distinct": survey.distinct,
            "stored": survey.stored,
            "pending": survey.pending,
        },
    }


def _show(verdicts: tuple[Verdict, ...], survey: Survey) -> None:
    for verdict, demand in zip(verdicts, survey.demands, strict=True):
        fits = f" ({demand.fresh} to fit)" if demand.fresh else ""
        said = f"FAIL {verdict.name}: {verdict.reason}" if demand.problems else str(verdict)
        click.echo(f"{said}{fits}")
    ask = "asks" if len(verdicts) == 1 else "ask"
    asked, distinct = survey.asked, survey.distinct
    click.echo(
        f"{counted(len(verdicts), 'model')} {ask} for {counted(asked, 'cross-fitted nuisance')}: "
        f"{distinct} {'differs' if distinct == 1 else 'differ'}, "
        f"{survey.stored} {'is' if survey.stored == 1 else 'are'} stored, {survey.pending} to fit"
    )

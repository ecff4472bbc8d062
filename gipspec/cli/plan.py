"""`gipspec plan`."""

from __future__ import annotations

from pathlib import Path

import click

from gipspec.cli.console import FAILED, FINE, print_json, problems_json, show_problems
from gipspec.cli.places import out_folder


@click.command("plan", epilog="Examples: gipspec plan study.gip    gipspec plan study.gip --select algos")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--select", multiple=True, help="Only models, fans or tables of this name (* and ? match).")
@click.option("--draft", is_flag=True, help="One repetition of everything.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the outputs [default: out/<study>].")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def command(spec: Path, select: tuple[str, ...], draft: bool, out: Path | None, as_json: bool) -> int:
    """Say for each estimate whether it would run, and why; and how many fits that takes."""
    from gipspec.api import load

    loaded = load(spec)
    plan = loaded.plan(select=select, draft=draft)
    verdicts = loaded.verdicts(plan, out_folder(spec, out))
    if as_json:
        print_json(
            {
                "estimates": [
                    {"name": v.name, "run": v.run, "reason": v.reason, "nuisances": v.nuisances}
                    for v in verdicts
                ],
                "nuisances": {"asked": plan.asked, "distinct": plan.distinct},
                "problems": problems_json(loaded.problems),
            }
        )
    else:
        show_problems(loaded.problems)
        for verdict in verdicts:
            click.echo(str(verdict))
        click.echo(
            f"{len(verdicts)} models ask for {plan.asked} cross-fitted nuisances; {plan.distinct} differ"
        )
    return FINE if loaded.ok else FAILED

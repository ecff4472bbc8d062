"""`gipspec explain`."""

from __future__ import annotations

import click

from gipspec.cli.console import FINE, print_json


@click.command(
    "explain", epilog="Examples: gipspec explain G102    gipspec explain fe_method    gipspec explain rf"
)
@click.argument("topic")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(topic: str, as_json: bool) -> int:
    """Explain a problem code, option, learner, function or model.

    `options`, `learners`, `functions`, `models` and `codes` list all there are.
    """
    from gipspec.lang.vocabulary.explain import GROUPS, explain, suggest

    topics = explain(topic)
    if not topics:
        guess = suggest(topic)
        hint = f"did you mean '{guess}'?" if guess else "the groups are " + ", ".join(GROUPS)
        raise click.UsageError(f"nothing is called '{topic}'; {hint}")
    if as_json:
        print_json([{"name": t.name, "kind": t.kind, "meaning": t.meaning, **dict(t.facts)} for t in topics])
        return FINE
    for entry in topics:
        click.echo(f"{entry.name} ({entry.kind})\n    {entry.meaning}")
        if topic not in GROUPS:
            width = max((len(name) for name, _ in entry.facts), default=0)
            for name, text in entry.facts:
                click.echo(f"    {name:<{width}}  {text}")
    return FINE

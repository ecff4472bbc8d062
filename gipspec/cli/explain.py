"""`gipspec explain`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from gipspec.cli import options
from gipspec.cli.console import FINE, print_json

if TYPE_CHECKING:
    from gipspec.lang.vocabulary.explain import Topic


WIDTH = 110


def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the topics that begin as typed, with their meaning where a shell shows it."""
    from gipspec.lang.vocabulary.explain import GROUPS, explain, topics

    found = sorted(name for name in topics() if name.startswith(begun) and name.replace("_", "").isalnum())
    return [
        CompletionItem(n, help="all of them" if n in GROUPS else explain(n)[0].meaning.split("\n")[0])
        for n in found
    ]


@click.command(
    "explain",
    epilog="Examples: gipspec explain G102    gipspec explain fe_method    gipspec explain rf    "
    "gipspec explain 'x^2'    gipspec explain rules --json",
)
@click.argument("topic", required=False, shell_complete=complete)
@options.as_json("it")
def command(topic: str | None, as_json: bool) -> int:
    """Explain a word of the language, a rule of the audit, or a problem code.

    Each has a meaning, an example and, where there is one, a formula and a reference. `statements`,
    `notation`, `options`, `learners`, `functions`, `models`, `tables`, `styles`, `figures`, `rules` and
    `codes` list all there are.
    """
    from gipspec.lang.vocabulary.explain import GROUPS, explain, suggest

    if topic is None:
        what = "an option, a learner, a code such as G102, or one of " + ", ".join(GROUPS)
        raise click.UsageError(f"name what to explain: {what}")
    topics = explain(topic)
    if not topics:
        guess = suggest(topic)
        hint = f"did you mean '{guess}'?" if guess else "the groups are " + ", ".join(GROUPS)
        raise click.UsageError(f"nothing is called '{topic}'; {hint}")
    if as_json:
        print_json([{"name": t.name, "kind": t.kind, "meaning": t.meaning, **dict(t.facts)} for t in topics])
        return FINE
    for entry in topics:
        click.echo(f"{entry.name} ({entry.kind})\n" + _wrapped(entry.meaning, "    ", "    "))
        if topic not in GROUPS:
            _facts(entry)
    return FINE


def _facts(entry: Topic) -> None:
    width = max((len(name) for name, text in entry.facts if "\n" not in text), default=0)
    for name, text in entry.facts:
        if "\n" in text:
            click.echo(f"    {name}\n{textwrap.indent(text, ' ' * 8)}")
        else:
            click.echo(_wrapped(text, f"    {name:<{width}}  ", " " * (width + 6)))


def _wrapped(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )

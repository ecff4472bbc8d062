"""Completion in the shell: names of a study, and the command that prints the script."""

from __future__ import annotations

import json
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from gipspec.cli.console import FINE
from gipspec.cli.places import out_folder
from gipspec.diagnostics import GipError

_INSTALL = {
    "bash": "gipspec completion bash > ~/.local/share/bash-completion/completions/gipspec",
    "zsh": "gipspec completion zsh > ~/.zfunc/_gipspec  # a folder of your fpath",
    "fish": "gipspec completion fish > ~/.config/fish/completions/gipspec.fish",
}


def complete_models(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return models, fans and tables of the spec on the command line that begin as typed."""
    from gipspec.lang.load import load_spec
    from gipspec.lang.syntax import ModelStatement, TableStatement

    found: dict[str, str] = {}
    for spec in _specs(context):
        try:
            statements = load_spec(spec).statements
        except GipError:
            continue
        for statement in statements:
            if isinstance(statement, ModelStatement | TableStatement) and statement.name:
                kind = (
                    "table" if isinstance(statement, TableStatement) else statement.span.text.split("\n")[0]
                )
                found[statement.name.text] = kind
    return [CompletionItem(name, help=help) for name, help in found.items() if name.startswith(begun)]


def complete_results(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the estimates of the last run that begin as typed, and the tables of the spec."""
    named = {item.value: item for item in complete_models(context, parameter, begun)}
    for spec in _specs(context):
        try:
            path = out_folder(spec, context.params.get("out")) / "results.json"
            estimates = json.loads(path.read_text(encoding="utf-8"))["estimates"]
            named |= {str(e["name"]): CompletionItem(str(e["name"])) for e in estimates}
        except (GipError, OSError, ValueError, LookupError, TypeError):
            continue
    return [item for name, item in named.items() if name.startswith(begun)]


def _specs(context: click.Context) -> list[Path]:
    """Return the specs on the line; before an option without its value click leaves them among the rest."""
    rest = tuple(word for word in context.args if word.endswith(".gip"))
    given = context.params.get("spec") or context.params.get("specs") or rest
    return [Path(p) for p in ((given,) if isinstance(given, str | Path) else given)]


@click.command(
    "completion",
    epilog="Examples: gipspec completion bash    gipspec completion zsh",
)
@click.argument("shell", type=click.Choice(sorted(_INSTALL)))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the script that lets a shell complete commands, options, names of a study and topics.

    Its first line says where to put it; a new shell knows it.
    """
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(context.find_root().command, {}, "gipspec", "_GIPSPEC_COMPLETE").source()
    lines = script.splitlines()
    note = f"# {_INSTALL[shell]}"
    at = 1 if lines and lines[0].startswith("#compdef") else 0
    click.echo("\n".join((*lines[:at], note, *lines[at:])))
    return FINE

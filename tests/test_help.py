"""What help texts say can be done, and completion offers what there is."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import click
import pytest
from cli_shell import SPEC, Shell
from click.shell_completion import ShellComplete

from gipspec.cli.main import cli

NAMES = cli.list_commands(click.Context(cli))


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def examples(name: str) -> list[str]:
    return re.findall(r"^  (gipspec .+)$", command(name).epilog or "", flags=re.MULTILINE)


EXAMPLES = [line for name in NAMES for line in examples(name)]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_examples_and_says_what_its_options_do(name: str, shell: Shell) -> None:
    assert examples(name)
    code, out, _ = shell(name, "--help")
    assert code == 0
    assert "Examples:\n    gipspec " in out
    for parameter in command(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name}"
            takes = parameter.make_metavar(click.Context(command(name)))
            assert takes not in ("TEXT", "PATH", "INTEGER RANGE"), f"{name} {parameter.name}"


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_of_help_texts_can_be_parsed(line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "gipspec"
    context = cli.make_context("gipspec", words[1:])
    name, found, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
    assert found is not None
    found.make_context(name, rest, parent=context)


def test_the_group_names_every_command_and_the_exit_codes(shell: Shell) -> None:
    code, out, _ = shell("--help")
    assert code == 0
    assert all(re.search(rf"^  {name} ", out, flags=re.MULTILINE) for name in NAMES)
    assert (
        "Exit codes: 0 fine, 1 problems found or a model failed, 2 wrong usage, 130 interrupted, 143 ended by"
        in " ".join(out.split())
    )


def offered(args: list[str], begun: str = "") -> list[str]:
    return [
        item.value
        for item in ShellComplete(cli, {}, "gipspec", "_GIPSPEC_COMPLETE").get_completions(args, begun)
    ]


def test_completion_offers_commands_topics_and_names_of_the_study(shell: Shell) -> None:
    assert offered([], "wa") == ["watch"]
    assert offered(["explain"], "entr") == ["entropy"]
    assert offered(["explain"], "G10")[:2] == ["G101", "G102"]
    shell.write(SPEC)
    assert offered(["show", "study.gip"], "") == ["base", "more", "gap", "main"]
    assert offered(["show", "study.gip"], "m") == ["more", "main"]
    assert offered(["show", "nothere.gip"], "") == []
    assert offered(["run", "study.gip", "--select"], "m") == ["more", "main"]


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed_and_works(shell_name: str, shell: Shell) -> None:
    code, out, _ = shell("completion", shell_name)
    assert code == 0
    assert "_GIPSPEC_COMPLETE" in out
    assert "# gipspec completion" in out.split("\n\n")[0]
    if shell_name == "zsh":
        assert out.startswith("#compdef gipspec")


def test_the_hook_of_the_script_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from gipspec.cli import main; main()"],
        env={
            "_GIPSPEC_COMPLETE": "bash_complete",
            "COMP_WORDS": "gipspec doc",
            "COMP_CWORD": "1",
            "PATH": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["plain,doctor"]

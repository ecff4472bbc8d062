"""The command group, and what becomes of errors."""

from __future__ import annotations

import importlib
import re
import sys

import click

from gipspec.cli.console import FAILED, INTERRUPTED, show_problems, unwritten
from gipspec.diagnostics import GipError, problem
from gipspec.version import __version__

# Each command lives in a module that is imported when it is called, so that `--help` starts at once.
_COMMANDS = {
    "new": ("start", "Look at data and write a first spec that runs."),
    "check": ("check", "Check specs: all problems in one go."),
    "plan": ("plan", "Say what a run would do, and why."),
    "run": ("run", "Estimate a study and write its outputs."),
    "watch": ("watch", "Check and run a study each time that a file of it is saved."),
    "show": ("show", "Show the results of the last run."),
    "report": ("report", "Write the outputs of the last run anew, without estimating."),
    "fmt": ("fmt", "Write specs in their canonical form."),
    "log": ("log", "List the runs of a study, and what changed."),
    "diff": ("diff", "Compare the last run with an earlier one."),
    "clean": ("clean", "Remove finished fits that are old or too many."),
    "audit": ("audit", "Look for mistakes in a study: in its spec, its data and its results."),
    "explain": ("explain", "Explain a word of the language, a rule of the audit or a problem code."),
    "doctor": ("doctor", "Look at this machine: versions, extras, LaTeX, fonts, the store."),
    "completion": ("completion", "Print the script that completes commands in a shell."),
    "lsp": ("lsp", "Serve an editor: the language server."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"gipspec.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        command.epilog = _a_line_each(command.epilog or "")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from gipspec.diagnostics import nearest

        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            guess = nearest(name, _COMMANDS)
            hint = f" Did you mean '{guess}'?" if guess else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)


def _a_line_each(epilog: str) -> str:
    """Set the examples of a help text below each other; they stand behind `Examples:`, four blanks apart."""
    head, _, rest = epilog.partition("Examples: ")
    if not rest:
        return epilog
    lines = "".join(f"\n  {example}" for example in re.split(r"\s{4,}", rest.strip()))
    return f"{head}\b\nExamples:{lines}"


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 problems found or a model failed, 2 wrong usage, 130 interrupted, "
    "143 ended by the system (128 and the number of its signal).",
)
@click.version_option(__version__, "-V", "--version", prog_name="gipspec")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """A modelling language for double machine learning studies: one spec, all tables."""
    ctx.obj = {"debug": debug}


def _say_internal_error(kind: type[BaseException], error: BaseException, trace: object) -> None:
    """Say what happened in a line: a traceback helps those who asked for it with `--debug`."""
    click.echo(f"internal error: {kind.__name__}: {error}", err=True)
    click.echo("this is a mistake in gipspec; `gipspec --debug ...` shows where", err=True)


def _say_unwritten(error: OSError) -> None:
    """Say why stdout cannot be written (G501), as on a disk that is full."""
    from gipspec.engine.atomic import why_unwritten

    reason, remedy = why_unwritten(error)
    show_problems([problem("G501", path="stdout", reason=reason, remedy=f"{remedy}, or send it elsewhere")])


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit."""
    arguments = sys.argv[1:] if args is None else args
    if "--debug" not in arguments:
        sys.excepthook = _say_internal_error
    try:
        code = cli.main(args=arguments, prog_name="gipspec", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):  # click makes the one of the other
        click.echo("interrupted; what was finished is kept", err=True)
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except GipError as error:
        show_problems(error.problems)
        code = FAILED
    except MemoryError:
        show_problems([problem("G451")])
        code = FAILED
    except BrokenPipeError:
        code = FAILED
    except OSError as error:
        stream = unwritten(error)
        if not stream:
            raise
        if stream == "stdout":
            _say_unwritten(error)
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)

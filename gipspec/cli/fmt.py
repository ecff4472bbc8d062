"""`gipspec fmt`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gipspec.cli.console import FAILED, FINE, show_problems
from gipspec.cli.places import writing


@click.command("fmt", epilog="Examples: gipspec fmt study.gip    gipspec fmt --check specs/*.gip")
@click.argument("specs", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file is not in canonical form.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print the result instead of writing it.")
def command(specs: tuple[Path, ...], check: bool, to_stdout: bool) -> int:
    """Bring specs into their canonical form; comments are kept. `-` reads stdin and prints."""
    code = FINE
    for spec in specs:
        code = max(code, _format(spec, check, to_stdout or str(spec) == "-"))
    return code


def _format(spec: Path, check: bool, to_stdout: bool) -> int:
    from gipspec.engine.atomic import write_atomically
    from gipspec.lang.load import read_source
    from gipspec.lang.parser import parse
    from gipspec.lang.printer import format_file
    from gipspec.source import Source

    source = Source.of("stdin", sys.stdin.read()) if str(spec) == "-" else read_source(spec)
    file, problems = parse(source)
    if problems:
        show_problems(problems)
        click.echo(f"{source.name}: left as it is", err=True)
        return FAILED
    text = format_file(file)
    if to_stdout:
        click.echo(text, nl=False)
    elif check:
        if text != source.text:
            click.echo(f"{spec} would change", err=True)
            return FAILED
    elif text != source.text:
        with writing(spec, "check the rights of the file and its folder"):
            write_atomically(spec, text.encode("utf-8"))
        click.echo(f"{spec} changed", err=True)
    return FINE

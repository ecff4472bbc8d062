"""`gipspec new`."""

from __future__ import annotations

from pathlib import Path

import click

from gipspec.cli.console import FINE
from gipspec.diagnostics import GipError, problem


@click.command("new", epilog="Examples: gipspec new study.gip    gipspec new study.gip --data panel.dta")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), help="A data file whose columns to list.")
def command(spec: Path, data: Path | None) -> int:
    """Write a first spec: an example that runs, or a frame for a data file."""
    from gipspec.data.schema import read_schema
    from gipspec.engine.atomic import write_atomically
    from gipspec.lang.starter import starter
    from gipspec.lang.study import DataSource

    spec = spec if spec.suffix else spec.with_suffix(".gip")
    if spec.exists():
        raise GipError(problem("G506", path=spec))
    schema = read_schema(DataSource(path=str(data))) if data else None
    named = _relative(data, spec) if data else ""
    try:
        write_atomically(spec, starter(schema, named).encode("utf-8"))
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise GipError(problem("G501", path=spec, reason=reason, remedy="choose another folder")) from None
    click.echo(f"wrote {spec}; next: gipspec run {spec}" if not data else f"wrote {spec}; fill in its lines")
    return FINE


def _relative(data: Path, spec: Path) -> str:
    try:
        return data.resolve().relative_to(spec.parent.resolve()).as_posix()
    except ValueError:
        return data.resolve().as_posix()

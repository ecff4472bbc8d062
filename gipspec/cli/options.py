"""Arguments and options that several commands have, said once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gipspec.cli.completion import complete_models
from gipspec.diagnostics import nearest

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
FORMATS = "docx,html,md,typ,csv,xlsx,standalone"


def read_formats(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the formats of `--format docx,html --format md`; a usage error names those that there are."""
    from gipspec.lang.vocabulary import TABLE_FORMATS

    names = [name.strip() for text in given for name in text.split(",") if name.strip()]
    for name in names:
        if name not in TABLE_FORMATS:
            guess = nearest(name, TABLE_FORMATS)
            hint = f"did you mean '{guess}'?" if guess else f"the formats are {', '.join(TABLE_FORMATS)}"
            raise click.BadParameter(f"there is no format '{name}'; {hint}")
    return tuple(dict.fromkeys(names))


def read_folder(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Return a folder that is there or can be made; a usage error where a file stands in its place."""
    try:
        first = next((p for p in (path, *path.parents) if p.exists()), None) if path else None
    except OSError as error:
        raise click.BadParameter(f"'{path}': {(error.strerror or 'it cannot be read').lower()}") from None
    if first is not None and not first.is_dir():
        raise click.BadParameter(f"'{first}' is a file")
    return path


def one_out(out: Path | None, specs: tuple[Path, ...]) -> None:
    """Refuse one folder of outputs for several studies: one that is asked for, and that of equal names."""
    if out is not None and len(specs) > 1:
        raise click.UsageError("--out names the folder of one study; leave it away for several specs")
    first: dict[str, Path] = {}
    for spec in specs:
        other = first.setdefault(spec.stem.casefold(), spec)
        if spec.absolute() != other.absolute():
            raise click.UsageError(
                f"{other} and {spec} have one folder of outputs, out/{other.stem}; "
                "rename one, or name them one at a time, with a folder for each: --out FOLDER"
            )


def as_json(what: str) -> Decorator:
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON on stdout.")


def draft(more: str = "") -> Decorator:
    return click.option("--draft", is_flag=True, help=f"One repetition of everything{more}.")


spec: Decorator = click.argument("spec", type=click.Path(path_type=Path))
any_spec: Decorator = click.argument("spec", type=click.Path(path_type=Path), required=False)
specs: Decorator = click.argument("specs", nargs=-1, required=True, type=click.Path(path_type=Path))
out: Decorator = click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=read_folder,
    metavar="FOLDER",
    help="Folder of the outputs [default: out/<study>].",
)
store: Decorator = click.option(
    "--store",
    type=click.Path(path_type=Path),
    callback=read_folder,
    metavar="FOLDER",
    help="Folder of finished fits [default: .gipspec].",
)
templates: Decorator = click.option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Folder of templates of your own.",
)
select: Decorator = click.option(
    "--select",
    multiple=True,
    shell_complete=complete_models,
    metavar="NAME",
    help="Only models, fans or tables of this name (* and ? match).",
)
formats: Decorator = click.option(
    "--format",
    "formats",
    multiple=True,
    callback=read_formats,
    metavar="FORMATS",
    help=f"Formats of tables beside LaTeX: {FORMATS}.",
)

"""`gipspec clean`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.console import FINE, print_json
from gipspec.cli.places import check_spec, store_folder, writing

if TYPE_CHECKING:
    from gipspec.engine.clean import Cleaning, Fit

_SECONDS = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {"b": 1, **{f"{p}b": 1000 ** (i + 1) for i, p in enumerate("kmgt")}}
_BYTES |= {f"{p}ib": 1024 ** (i + 1) for i, p in enumerate("kmgt")}


def read_age(context: click.Context, parameter: click.Parameter, text: str | None) -> float | None:
    """Return the seconds of `30d`, `12h`, `2w` or `90m`."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([mhdw])", text.strip().lower())
    if not found:
        raise click.BadParameter(f"'{text}' is no age; write one such as 30d, 12h or 2w")
    return float(found[1]) * _SECONDS[found[2]]


def read_size(context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    """Return the bytes of `2GB`, `500MB` or `1.5GiB`."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?b)", text.strip().lower())
    if not found or found[2] not in _BYTES:
        raise click.BadParameter(f"'{text}' is no size; write one such as 2GB or 500MB")
    return int(float(found[1]) * _BYTES[found[2]])


@click.command(
    "clean",
    epilog="Examples: gipspec clean study.gip --older 30d    gipspec clean --max-size 2GB --dry-run",
)
@options.any_spec
@options.store
@click.option(
    "--older", callback=read_age, metavar="AGE", help="Remove what was not used for so long: 30d, 12h."
)
@click.option(
    "--max-size", "most", callback=read_size, metavar="SIZE", help="Remove until so much is left: 2GB."
)
@click.option("--all", "everything", is_flag=True, help="Remove all finished fits.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and leave it.")
@options.as_json("what is removed and kept")
def command(
    spec: Path | None,
    store: Path | None,
    older: float | None,
    most: int | None,
    everything: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Remove finished fits and estimates from the store beside a spec, those used longest ago first.

    The next run fits again what it misses, and gives the same results. The ledger of runs stays.
    """
    from gipspec.engine.clean import carry_out, choose

    if older is None and most is None and not everything:
        raise click.UsageError("say what to remove: --older 30d, --max-size 2GB or --all")
    if spec is not None and store is None:
        check_spec(spec)
    folder = store_folder(spec or Path("study.gip"), store)
    with writing(folder, "check the rights of the folder"):
        cleaning = choose(folder, older=older, most=most, everything=everything)
        if not dry_run:
            carry_out(cleaning)
    if not folder.exists():
        click.echo(f"there is no store at {folder}", err=True)
    if as_json:
        print_json({"store": str(folder), "dry_run": dry_run, **_data(cleaning)})
    else:
        word = "would free" if dry_run else "freed"
        click.echo(f"{word} {size_text(cleaning.freed)} of {_entries(cleaning.removed)} in {folder}")
        click.echo(f"{size_text(cleaning.remaining)} of {_entries(cleaning.kept)} stay")
    return FINE


def _data(cleaning: Cleaning) -> dict[str, object]:
    return {
        "removed": {**_counts(cleaning.removed), "bytes": cleaning.freed},
        "kept": {**_counts(cleaning.kept), "bytes": cleaning.remaining},
        "leftovers": len(cleaning.left),
    }


def _counts(entries: tuple[Fit, ...]) -> dict[str, int]:
    made = sum(entry.made for entry in entries)
    return {"fits": len(entries) - made, "estimates": made}


def _entries(entries: tuple[Fit, ...]) -> str:
    """Return `12 fits and 2 estimates`."""
    counts = _counts(entries)
    return " and ".join(f"{n} {name if n != 1 else name[:-1]}" for name, n in counts.items())


def size_text(size: int) -> str:
    """Return a size in the unit that suits it: `1.2 MB`."""
    value, unit = float(size), "B"
    for bigger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, bigger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"

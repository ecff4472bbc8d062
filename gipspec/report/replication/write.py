"""A replication package: a folder from which another author repeats the study."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gipspec.diagnostics import GipError, problem
from gipspec.engine import Results, Run
from gipspec.engine.atomic import write_atomically
from gipspec.lang.load import read_source
from gipspec.lang.study import Study
from gipspec.report.files import unwritable
from gipspec.report.lock import Lock
from gipspec.report.replication.contents import contents_of
from gipspec.report.replication.methods import works_of
from gipspec.report.replication.readme import About, readme
from gipspec.report.replication.references import bibtex

STATEMENT = "DATA.md"  # beside the spec: what the authors say of their data
READERS = {
    ".dta": "pandas",
    ".xlsx": "openpyxl",
    ".parquet": "pyarrow",
    ".sav": "pyreadstat",
}


def write_replication(
    folder: Path,
    spec: Path,
    study: Study,
    results: Results,
    lock: Lock,
    out: Path,
    runs: tuple[Run, ...] = (),
    *,
    with_data: bool = False,
    templates: Path | None = None,
) -> tuple[str, ...]:
    """Write a package into a new folder and return the names of its files.

    It holds the spec and what it includes, the outputs in `out` of its last run, the data where asked for,
    `requirements.txt`, `references.bib` and a README. Raises GipError: G506 where the folder holds something,
    G531 where the outputs are not those of the run, G532 for paths that are not relative, G008 for a
    statement that is not UTF-8, G501 where a file cannot be written, G502 when a template fails.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GipError(problem("G506", path=folder))
    contents = contents_of(spec, study.data, out, lock)
    requirements = requirements_of(study, lock)
    works = works_of(study, results)
    data = Path(study.data.path) if study.data.path else None
    files = {**contents.programs, **contents.outputs}
    if with_data and data is not None:
        files[contents.data] = data.read_bytes()
    about = About(
        study=study,
        results=results,
        lock=lock,
        contents=contents,
        works=works,
        runs=runs,
        requirements=requirements,
        data_size=data.stat().st_size if data is not None else 0,
        with_data=with_data and data is not None,
        statement=_statement(spec.parent / STATEMENT),
    )
    files["README.md"] = readme(about, templates).encode("utf-8")
    files["references.bib"] = bibtex(works).encode("utf-8")
    files["requirements.txt"] = "".join(f"{line}\n" for line in requirements).encode("utf-8")
    for name, content in files.items():
        try:
            write_atomically(folder / name, content)
        except OSError as error:
            raise GipError(unwritable(folder / name, error)) from None
    return tuple(sorted(files))


def _statement(path: Path) -> str:
    return read_source(path).text.strip() if path.is_file() else ""


def requirements_of(study: Study, lock: Lock) -> tuple[str, ...]:
    """Return the packages of a run, and those that carry its data, read them or draw, with their versions."""
    found = {name: number for name, number in lock.versions if number != "absent"}
    data = study.data
    needed = [data.package or READERS.get(Path(data.path).suffix.lower(), "")]
    needed += ["matplotlib"] if study.figures else []
    for package in needed:
        with suppress(PackageNotFoundError, ValueError):  # ValueError where the name is empty
            found.setdefault(package, version(package))
    return tuple(f"{name}=={number}" for name, number in sorted(found.items()))

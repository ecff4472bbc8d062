"""What a replication package holds, and where: the layout of the project, below one folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from gipspec.diagnostics import GipError, problem
from gipspec.lang.load import read_source
from gipspec.lang.parser import parse
from gipspec.lang.study import DataSource
from gipspec.lang.syntax import DataStatement, IncludeStatement, Text
from gipspec.report.lock import Lock, sha256
from gipspec.report.page import NAME as PAGE
from gipspec.report.restore import stale


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Files of a package by their path in it; `spec` and `data` (empty for that of a package) as well.

    `programs` are the spec and what it includes, `outputs` what the run wrote.
    """

    spec: str
    data: str
    programs: dict[str, bytes]
    outputs: dict[str, bytes]


def contents_of(spec: Path, data: DataSource, out: Path, lock: Lock) -> Contents:
    """Gather the files of a package.

    Raises GipError: G532 where a path of the spec leads nowhere in a package, G531 where an output is not
    what the run wrote.
    """
    programs = dict(_programs(spec))
    files = [*programs, *([Path(data.path)] if data.path else [])]
    root = Path(os.path.commonpath([f.resolve().parent for f in files]))
    places = {f: f.resolve().relative_to(root).as_posix() for f in files}
    return Contents(
        spec=places[spec],
        data=places[Path(data.path)] if data.path else "",
        programs={places[f]: text for f, text in programs.items()},
        outputs={f"out/{lock.study}/{name}": text for name, text in _outputs(out, lock).items()},
    )


def _programs(spec: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield the spec and what it includes, each once. Paths that are not relative lead nowhere elsewhere."""
    waiting, seen = [spec], set[Path]()
    while waiting:
        path = waiting.pop()
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        file, _ = parse(read_source(path))
        for statement in file.statements:
            match statement:
                case IncludeStatement(path=Text() as named):
                    _relative(named)
                    waiting.append(path.parent / named.value)
                case DataStatement(origin=Text() as named):
                    _relative(named)
        yield path, path.read_bytes()


def _relative(named: Text) -> None:
    if PurePosixPath(named.value).is_absolute() or PureWindowsPath(named.value).is_absolute():
        remedy = "name it by its path from the spec, so that the package runs elsewhere"
        raise GipError(problem("G532", named.span, path=named.value, remedy=remedy))


def _outputs(out: Path, lock: Lock) -> dict[str, bytes]:
    """Return the outputs of the run, each with the hash that the lock has of it, the lock and the page."""
    found: dict[str, bytes] = {}
    for name, digest in lock.outputs:
        path = out / name
        data = path.read_bytes() if path.is_file() else b""
        if sha256(data) != digest:
            raise GipError(stale(out, f"{name} is not what the run wrote"))
        found[name] = data
    for name in ("gipspec.lock", PAGE):
        if (out / name).is_file():
            found[name] = (out / name).read_bytes()
    return dict(sorted(found.items()))

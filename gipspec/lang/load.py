"""Reading a spec with everything that it includes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gipspec.diagnostics import GipError, Problem, nearest, problem
from gipspec.lang.parser import parse
from gipspec.lang.syntax import DataStatement, IncludeStatement, SpecFile, Statement, Text
from gipspec.source import Source, Span

MOST_INCLUDES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A parsed spec: `statements` of the file and of what it includes, in the place of each `include`."""

    source: Source
    folder: Path
    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...]


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a spec file.

    Raises GipError: G507 where it cannot be read, G008 where it is not UTF-8.
    """
    shown = name or path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        others = [p.name for p in path.parent.glob("*.gip")] if path.parent.is_dir() else []
        guess = nearest(path.name, others)
        remedy = f"did you mean {guess}?" if guess else "look at the name and the folder"
        raise GipError(problem("G507", path=path, reason=reason, remedy=remedy)) from None
    try:
        return Source.of(shown, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise GipError(problem("G008", name=shown, offset=error.start)) from None


def load_spec(path: Path) -> Spec:
    """Read and parse a spec and its includes.

    Raises GipError where the file itself cannot be read; problems of its text are in the result.
    """
    return load_source(read_source(path), path.parent, path)


def load_source(source: Source, folder: Path, path: Path | None = None) -> Spec:
    """Parse spec text; `folder` is where includes and data are looked for."""
    file, problems = parse(source)
    found = list(problems)
    chain = (path.resolve(),) if path else ()
    statements = _spread(file, folder, chain, found)
    return Spec(source=source, folder=folder, statements=tuple(statements), problems=tuple(found))


def files_of(path: Path) -> frozenset[Path]:
    """Return the files that a study is made of, resolved: its spec, what it includes, the data beside it.

    What cannot be read or parsed names no further file; data sets of packages are left out.
    """
    found: set[Path] = set()
    waiting = [path]
    while waiting and len(found) < MOST_INCLUDES:
        spec = waiting.pop()
        if spec.resolve() in found:
            continue
        found.add(spec.resolve())
        try:
            statements = parse(read_source(spec))[0].statements
        except GipError:
            continue
        waiting += [spec.parent / s.path.value for s in statements if isinstance(s, IncludeStatement)]
        data = [
            s.origin.value for s in statements if isinstance(s, DataStatement) and isinstance(s.origin, Text)
        ]
        found |= {(path.parent / name).resolve() for name in data if "\0" not in name}
    return frozenset(found)


def includes_of(source: Source, folder: Path) -> Iterator[tuple[Span, Path]]:
    """Yield the files that a text includes, each once, with the place in the text that brings it in.

    `folder` is where its includes are looked for. What cannot be read or parsed names no further file.
    """
    seen: set[Path] = set()
    waiting = [(place, folder / name) for place, name in _includes(source)]
    while waiting and len(seen) < MOST_INCLUDES:
        place, path = waiting.pop(0)
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        yield place, path
        try:
            inner = read_source(path)
        except GipError:
            continue
        waiting += [(place, path.parent / name) for _, name in _includes(inner)]


def _includes(source: Source) -> list[tuple[Span, str]]:
    statements = parse(source)[0].statements
    return [(s.path.span, s.path.value) for s in statements if isinstance(s, IncludeStatement)]


def _spread(file: SpecFile, folder: Path, chain: tuple[Path, ...], found: list[Problem]) -> list[Statement]:
    statements: list[Statement] = []
    for statement in file.statements:
        if not isinstance(statement, IncludeStatement):
            statements.append(statement)
            continue
        target = folder / statement.path.value
        span = statement.path.span
        if target.resolve() in chain:
            reason, remedy = "it includes itself", "take one of the `include` lines away"
            found.append(_refused(span, target, reason, remedy))
        elif len(chain) >= MOST_INCLUDES:
            found.append(problem("G007", span, what="the depth of includes", bound=MOST_INCLUDES))
        else:
            statements += _included(target, span, chain, found)
    return statements


def _included(target: Path, span: Span, chain: tuple[Path, ...], found: list[Problem]) -> list[Statement]:
    try:
        source = read_source(target)
    except GipError as error:
        inner = error.problems[0]
        remedy = inner.help or "look at the name and the folder"
        found.append(_refused(span, target, inner.message.rpartition(": ")[2], remedy))
        return []
    file, problems = parse(source)
    found += problems
    return _spread(file, target.parent, (*chain, target.resolve()), found)


def _refused(span: Span, target: Path, reason: str, remedy: str) -> Problem:
    return problem("G006", span, path=target.name, reason=reason, remedy=remedy)

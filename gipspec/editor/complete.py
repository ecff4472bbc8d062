"""What may be written at a place of a spec: columns, models, options and their values, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gipspec.data.locate import ENDINGS
from gipspec.diagnostics import CODES
from gipspec.editor.context import Context, context_at
from gipspec.editor.document import Document
from gipspec.lang.notation import print_name
from gipspec.lang.statements import STATEMENTS
from gipspec.lang.vocabulary import (
    DATA_OPTIONS,
    FIGURE_OPTIONS,
    FUNCTIONS,
    LEARNERS,
    OPTIONS,
    TABLE_OPTIONS,
    ExhibitOption,
    Kind,
    OptionEntry,
    describe,
)
from gipspec.lang.vocabulary.explain import printed
from gipspec.lang.vocabulary.kinds import (
    Columns,
    LearnerValue,
    Moderator,
    SampleValue,
    Several,
    Share,
    Terms,
    Variable,
    Whole,
    WholeOrColumn,
    Word,
    YesNo,
)
from gipspec.source import Span

PATHS = {"data": ENDINGS, "include": (".gip",)}  # the files that a statement can name
MOST_FILES = 200
USED = "a name that this spec uses"

Sort = Literal[
    "word", "column", "set", "model", "option", "value", "function", "learner", "parameter", "file", "rule"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A word that fits: `text` is written, `detail` says briefly what it is, `meaning` in a sentence."""

    text: str
    sort: Sort
    detail: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions:
    """What fits at a place: a chosen one replaces `span`, the word written so far.

    `quoted` tells that this word begins with a backtick.
    """

    span: Span
    quoted: bool
    items: tuple[Completion, ...]


def complete(document: Document, offset: int) -> Completions:
    """Return what may stand at an offset and begins with the word there, whatever its case."""
    context = context_at(document.source, offset)
    quoted = context.prefix.startswith("`")
    wanted = context.prefix.lstrip("`").casefold()
    items = (
        c
        for c in _items(document, context)
        if c.text.lstrip("`").casefold().startswith(wanted)
        and not (c.detail == USED and c.text.strip("`") == context.prefix.strip("`"))
    )
    closed = quoted and document.source.text.startswith("`", offset)  # as editors close a backtick themselves
    span = Span(source=document.source, start=context.start, end=offset + closed)
    return Completions(span=span, quoted=quoted, items=tuple(dict.fromkeys(items)))


def _items(document: Document, context: Context) -> Iterator[Completion]:
    match context.wanted:
        case "statement":
            yield from (Completion(text=w, sort="word", detail=line) for w, line in STATEMENTS.items())
            yield from _models(document)
            yield from _columns(document)
            yield from _functions()
        case "option":
            yield from _options(_option_table(context.statement))
        case "value":
            entry = _option_table(context.statement).get(context.option)
            if entry is not None:
                yield from _values(document, entry.kind)
        case "expression":
            yield from _columns(document, sets=context.statement not in ("let", "sample"))
            yield from _functions()
        case "column":
            yield from _columns(document, lets=context.statement != "panel")
        case "head":
            yield from _models(document)
            yield from _columns(document)
            yield from _functions()
        case "model":
            yield from _models(document)
        case "learner":
            yield from _learners(document)
        case "parameter":
            yield from _parameters(document, context.call)
        case "rule":
            yield from (
                Completion(text=c, sort="rule", detail=CODES[c].meaning) for c in CODES if c.startswith("A")
            )
        case "path":
            yield from _files(document.path, Path(context.prefix), PATHS[context.statement])


def _option_table(statement: str) -> Mapping[str, OptionEntry | ExhibitOption]:
    tables: dict[str, Mapping[str, OptionEntry | ExhibitOption]] = {
        "table": TABLE_OPTIONS,
        "figure": FIGURE_OPTIONS,
        "data": DATA_OPTIONS,
    }
    return tables.get(statement, OPTIONS)


def _options(table: Mapping[str, OptionEntry | ExhibitOption]) -> Iterator[Completion]:
    for entry in table.values():
        yield Completion(
            text=f"{entry.name}=",
            sort="option",
            detail=f"default: {entry.default}" if entry.default else "",
            meaning=f"{entry.meaning}; takes {describe(entry.kind)}",
        )


def _values(document: Document, kind: Kind) -> Iterator[Completion]:
    match kind:
        case Word(words=words) | Several(words=words):
            yield from _words(words)
        case YesNo():
            yield from _words(("yes", "no"))
        case Whole(none=none) | Share(none=none):
            yield from _words([none] if none else [])
        case LearnerValue():
            yield from _learners(document)
        case SampleValue():
            for name, place in document.defined("sample").items():
                yield Completion(text=print_name(name), sort="set", detail=_line(place.span))
            yield from _columns(document)
        case Columns(none=none):
            yield from _words([none] if none else [])
            yield from _columns(document)
        case WholeOrColumn():
            yield from _columns(document)
        case Terms():
            yield from _columns(document, sets=True)
            yield from _functions()
        case Variable() | Moderator():
            yield from _columns(document)
            yield from _functions()


def _words(words: Iterable[str]) -> Iterator[Completion]:
    return (Completion(text=word, sort="value") for word in words)


def _columns(document: Document, *, lets: bool = True, sets: bool = False) -> Iterator[Completion]:
    """Offer derived columns, sets where they are legal, and the columns of the data.

    Where the data cannot be read these are the names that the spec uses already.
    """
    defined = document.defined("column")
    for name, place in defined.items():
        if sets if place.word == "set" else lets:
            sort: Sort = "set" if place.word == "set" else "column"
            yield Completion(text=print_name(name), sort=sort, detail=_line(place.span))
    for column in document.columns():
        yield Completion(text=print_name(column.name), sort="column", detail=column.label or column.kind)
    if document.loaded.schema is None:
        used = {s.name for s in document.symbols if s.kind == "column"} - defined.keys()
        yield from (Completion(text=print_name(name), sort="column", detail=USED) for name in sorted(used))


def _functions() -> Iterator[Completion]:
    for entry in FUNCTIONS.values():
        arguments = ", ".join(entry.positional) + (", ..." if entry.repeats else "")
        yield Completion(
            text=entry.name, sort="function", detail=f"{entry.name}({arguments})", meaning=entry.meaning
        )


def _learners(document: Document) -> Iterator[Completion]:
    for name, place in document.defined("learner").items():
        yield Completion(text=print_name(name), sort="learner", detail=_line(place.span))
    for entry in LEARNERS.values():
        yield Completion(text=entry.name, sort="learner", detail=entry.library, meaning=entry.meaning)


def _parameters(document: Document, learner: str) -> Iterator[Completion]:
    for parameter in LEARNERS[learner].parameters:
        yield Completion(
            text=f"{parameter.name}=",
            sort="parameter",
            detail=f"default: {printed(parameter.default)}",
            meaning=parameter.meaning,
        )
    if learner == "stack":
        yield from _learners(document)


def _models(document: Document) -> Iterator[Completion]:
    study = document.loaded.study
    for name, place in document.defined("model").items():
        yield Completion(text=print_name(name), sort="model", detail=_line(place.span))
    for model in study.models if study else ():
        if model.variant:
            yield Completion(text=model.name, sort="model", detail=f"one of {model.family}")


def _files(spec: Path, written: Path, endings: tuple[str, ...]) -> Iterator[Completion]:
    """Offer other files with these endings below the folder of the spec, as far as the path is written."""
    folder = spec.parent
    inner = folder / (written if written.name == "" or (folder / written).is_dir() else written.parent)
    try:
        found = sorted(p for p in inner.iterdir() if _fits(p, endings) and p != spec)[:MOST_FILES]
    except OSError:
        return
    for path in found:
        text = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
        yield Completion(text=text + ("/" if path.is_dir() else ""), sort="file")


def _fits(path: Path, endings: tuple[str, ...]) -> bool:
    if path.is_dir():
        return not path.name.startswith(".")
    return path.suffix.lower() in endings


def _line(span: Span) -> str:
    """Return the line in which a name is defined."""
    return span.source.line_text(span.line).strip()

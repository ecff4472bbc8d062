"""Changes of a text that an editor may ask for: rename, lay out, apply what a message suggests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gipspec.diagnostics import Problem
from gipspec.editor.document import Document
from gipspec.editor.symbols import Symbol
from gipspec.lang.notation import can_be_named, print_name, quote
from gipspec.lang.parser import parse
from gipspec.lang.printer import format_file
from gipspec.source import Source, Span


class RefusedError(Exception):
    """Raised where a change cannot be made; its text tells the user why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Put `text` in the place of `span`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A suggestion of a message that an editor can apply."""

    title: str
    problem: Problem
    edit: Edit


def apply(text: str, edits: tuple[Edit, ...]) -> str:
    """Apply edits that do not overlap, in any order."""
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def renamed_at(document: Document, offset: int) -> Symbol | None:
    """Return the name at an offset where it is one that this spec defines, which can be renamed."""
    symbol = document.symbol_at(offset)
    definition = document.definition(symbol) if symbol else None
    return symbol if definition and definition.span.source == document.source else None


def rename(document: Document, offset: int, new: str) -> tuple[Edit, ...]:
    """Give a name that this spec defines another, wherever it stands, members of its fan included.

    Raises RefusedError where nothing at the offset can be renamed, or the new name is taken or none.
    """
    symbol = renamed_at(document, offset)
    if symbol is None:
        raise RefusedError("names that this spec defines can be renamed, and no others")
    if not can_be_named(new) or (symbol.kind == "model" and "." in new):
        raise RefusedError(f"`{new}` cannot be a name")
    taken = document.defined(symbol.kind)
    columns = {c.name for c in document.columns()} if symbol.kind == "column" else set()
    if new != symbol.root and (new in taken or new in columns):
        raise RefusedError(f"`{new}` is there already")
    places = [s for s in document.places(symbol) if s.span.source == document.source]
    return tuple(
        Edit(span=place.span, text=print_name(new + place.name.removeprefix(place.root))) for place in places
    )


def lay_out(text: str) -> str:
    """Return a text in its canonical form; one with mistakes comes back as it is."""
    file, problems = parse(Source.of("", text))
    return text if problems else format_file(file)


def fixes(problems: tuple[Problem, ...], source: Source) -> Iterator[Fix]:
    """Return what can be applied of the suggestions of problems in a text."""
    for found in problems:
        if found.instead and found.span is not None and found.span.source == source:
            edit = Edit(span=found.span, text=_written(found))
            yield Fix(title=f"Write `{found.instead}`", problem=found, edit=edit)


def _written(found: Problem) -> str:
    """Spell a suggestion the way its place needs it: a mark, a text or a name."""
    if not any(ch.isalnum() for ch in found.instead):
        return found.instead
    quoted = found.span is not None and found.span.text.startswith('"')
    return quote(found.instead) if quoted else print_name(found.instead)

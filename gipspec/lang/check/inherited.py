"""Conflicts with an option that a line has from the line that it varies, in terms of what it can write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gipspec.diagnostics import Note, Problem
from gipspec.lang.syntax import ModelStatement, Name, Option, Variation
from gipspec.lang.vocabulary import OPTIONS, Kind
from gipspec.lang.vocabulary.kinds import Word, Words

Check = Callable[[Mapping[str, Option]], list[Problem]]


def on_the_line(
    found: Problem,
    statement: ModelStatement,
    options: Mapping[str, Option],
    defaults: Mapping[str, Option],
    check: Check,
) -> Problem:
    """Return a conflict of options (G208) at the line that has it, with a remedy that the line can follow.

    `options` are all that hold for the line; `check` returns the problems of others in their place.
    """
    head = statement.head
    if found.code != "G208" or found.span is None or not isinstance(head, Variation):
        return found
    place = found.span
    for name, option in options.items():
        far = not option.span.within(statement.span) and option is not defaults.get(name)
        if far and place.within(option.span):
            note = Note(text=f"`{name}=` is given here", span=option.span)
            moved = replace(found, span=head.span, notes=(*found.notes, note))
            return moved if name == "model" else replace(moved, help=_remedy(head, option, options, check))
    return found


def _remedy(head: Variation, option: Option, options: Mapping[str, Option], check: Check) -> str:
    name, base = option.name.text, head.span.text
    for word in _words(OPTIONS[name].kind):
        trial = replace(option, value=Name(text=word, span=option.value.span))
        if not any(p.span and p.span.within(option.span) for p in check({**options, name: trial})):
            return f"it comes with `{base}`: add `; {name}={word}` to this line"
    return f"it comes with `{base}`: vary a line without it, or write the formula anew"


def _words(kind: Kind) -> Iterator[str]:
    """Yield the words that an option takes, of which one may ask for nothing."""
    match kind:
        case Word(words=words):
            yield from words
        case Words():
            yield "no"
        case _:
            yield from filter(None, [getattr(kind, "none", "")])

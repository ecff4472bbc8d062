"""The text of a spec with its words marked, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape as escaped

from gipspec.lang.statements import STATEMENTS
from gipspec.lang.vocabulary import FUNCTIONS, LEARNERS
from gipspec.report.escape import visible
from gipspec.report.formats.html import Html
from gipspec.report.page.places import Places, anchor, line_anchor, link_to
from gipspec.source import Source

_WORD = re.compile(
    r"""
      (?P<comment> \#.* )
    | (?P<text>    "[^"\\]*(?:\\.[^"\\]*)*" )
    | (?P<quoted>  `[^`]*` )
    | (?P<option>  [^\W\d][\w.]* (?=[ \t]*=(?!=)) )
    | (?P<name>    [^\W\d][\w.]* )
    | (?P<number>  \d+(?:\.\d+)?%? )
    | (?P<sign>    <- | ~ | \| | ;)
    | (?P<other>   . )
    """,
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not", "in", "yes", "no", "none"})
_CLASSES = {"comment": "co", "text": "st", "option": "op", "number": "nu", "sign": "si"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a spec; `estimates` links to what it asks for, with `count` of them, and `what` names it."""

    number: int
    anchor: str
    link: str
    text: Html
    estimates: str = ""
    count: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the spec and its lines."""

    name: str
    lines: tuple[Line, ...]


def spec_files(sources: tuple[Source, ...], places: Places, counts: dict[str, int]) -> tuple[File, ...]:
    """Return the files of a spec; `counts` are the estimates of each model, by name, in order."""
    asked: dict[tuple[str, int], list[str]] = {}
    for name in counts:
        if span := places.spans.get(name):
            asked.setdefault((span.source.name, span.line), []).append(name)
    files: list[File] = []
    for i, source in enumerate(sources):
        found = {line: names for (file, line), names in asked.items() if file == source.name}
        files.append(File(name=source.name, lines=tuple(_lines(i, source, found, counts))))
    return tuple(files)


def _lines(file: int, source: Source, asked: dict[int, list[str]], counts: dict[str, int]) -> Iterator[Line]:
    for number, text in enumerate(source.text.removesuffix("\n").split("\n"), start=1):
        names = asked.get(number, [])
        identifier = line_anchor(file, number)
        yield Line(
            number=number,
            anchor=identifier,
            link=link_to(identifier),
            text=highlight(text),
            estimates=link_to(anchor("model", names[0])) if names else "",
            count=sum(counts[name] for name in names),
            what=names[0] if len(names) == 1 else names[0].partition(".")[0] if names else "",
        )


def highlight(line: str) -> Html:
    """Return a line of spec as HTML: words of the language in `<span>`s, all text escaped."""
    return Html("".join(_marked(line)))


def _marked(line: str) -> Iterator[str]:
    begins, before = True, ""
    for found in _WORD.finditer(visible(line.expandtabs(4))):
        kind, text = found.lastgroup or "other", found.group()
        marked = _CLASSES.get(kind, "")
        if kind in ("name", "option") and begins and text in STATEMENTS:
            marked = "kw"
        elif kind == "name" and (text in LEARNERS or text in FUNCTIONS):
            marked = "fn"
        elif kind == "name" and text in _WORDS:
            marked = "kw"
        elif kind == "option" and before == "kw":
            marked = ""
        begins = begins and text.isspace()
        before = before if text.isspace() else marked
        safe = escaped(text, quote=True)
        yield f'<span class="{marked}">{safe}</span>' if marked else safe

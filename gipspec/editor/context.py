"""Where in a spec the cursor stands: what may be written there, read from a text that need not parse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gipspec.lang.scanner import Scan, scan
from gipspec.lang.statements import STATEMENTS
from gipspec.lang.vocabulary import LEARNERS
from gipspec.source import Source

Wanted = Literal[
    "statement",
    "option",
    "value",
    "expression",
    "column",
    "learner",
    "parameter",
    "model",
    "head",
    "rule",
    "path",
    "",
]

_WORD = re.compile(r"`[^`\n]*$|[^\W\d][\w.]*$")
_MASKED = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|`[^`\n]*`')
_OPEN_TEXT = re.compile(r'"[^"\n]*$')
_CALL = re.compile(r"([^\W\d]\w*)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is wanted at a place.

    `prefix` is what is written of the word already, which starts at `start`. `statement` is the word that
    begins the statement, "" for a model; `option` the option whose value is wanted, `call` the function or
    learner whose argument is.
    """

    wanted: Wanted
    prefix: str = ""
    start: int
    statement: str = ""
    option: str = ""
    call: str = ""


def context_at(source: Source, offset: int) -> Context:
    """Return the context of an offset; wanted is empty within comments and titles."""
    pieces = scan(source)
    if any(c.span.start < offset <= c.span.end for c in pieces.comments):
        return Context(wanted="", start=offset)
    before = _statement_before(pieces, source, offset)
    text = _MASKED.sub(lambda m: "x" * len(m.group()), before)
    word = _statement_word(text)
    if quote := _OPEN_TEXT.search(text):
        path = word in ("data", "include")
        start = offset - len(quote.group()) + 1
        return Context(
            wanted="path" if path else "",
            prefix=before[len(before) - (offset - start) :],
            start=start,
            statement=word,
        )
    prefix = found.group() if (found := _WORD.search(text)) else ""
    start = offset - len(prefix)
    wanted, option, call = _wanted(text[: len(text) - len(prefix)], word)
    return Context(
        wanted=wanted,
        prefix=before[len(before) - len(prefix) :],
        start=start,
        statement=word,
        option=option,
        call=call,
    )


def _statement_before(pieces: Scan, source: Source, offset: int) -> str:
    """Return the text of the statement up to the cursor; empty where a new one would begin."""
    begun = [s.span for s in pieces.stretches if s.span.start <= offset]
    if not begun:
        return ""
    last = begun[-1]
    text = source.text[last.start : offset]
    if offset > last.end and "\n" in source.text[last.end : offset] and not _goes_on(text):
        return ""
    return text


def _goes_on(text: str) -> bool:
    last = text.rpartition("\n")[2]
    return last[:1].isspace() or _depth(text) > 0


def _depth(text: str) -> int:
    return sum(text.count(ch) for ch in "([") - sum(text.count(ch) for ch in ")]")


def _statement_word(text: str) -> str:
    first = re.match(r"([a-z]+)\s", text)
    rest = text[first.end() :] if first else ""
    if first is None or first.group(1) not in STATEMENTS or rest.startswith(("<-", "~")):
        return ""
    return first.group(1)


def _wanted(head: str, word: str) -> tuple[Wanted, str, str]:
    """Say what may follow `head`, the statement up to the word that is being written."""
    if not head.strip():
        return "statement", "", ""
    segments = _split(head, ";")
    if len(segments) > 1 or word == "defaults":
        segment = segments[-1] if len(segments) > 1 else head.partition("defaults")[2]
        name, equals, value = segment.partition("=")
        if not equals:
            return "option", "", ""
        call = _open_call(value)
        if call in LEARNERS:
            return _argument(value), name.strip(), call
        return "value", name.strip(), call
    return (*_in_body(head, word), _open_call(head))


def _in_body(head: str, word: str) -> tuple[Wanted, str]:
    match word:
        case "let" | "set" | "sample":
            return ("expression" if "=" in head else ""), ""
        case "learner":
            if "=" not in head:
                return "", ""
            return (_argument(head) if _open_call(head) in LEARNERS else "learner"), ""
        case "panel" | "label":
            return "column", ""
        case "table" | "figure":
            return ("model" if ":" in head else ""), ""
        case "audit":
            words = head.split()
            return ("model" if len(words) > 2 else "rule" if len(words) == 2 else ""), ""
        case "data" | "include" | "study":
            return "", ""
        case _:
            body = head.partition("<-")[2] if "<-" in head else head
            return ("expression" if "~" in body else "head"), ""


def _argument(value: str) -> Wanted:
    """Within the brackets of a learner: behind `=` stands a value, elsewhere a parameter or a member."""
    inner = value[value.rfind("(") + 1 :].rpartition(",")[2]
    return "" if "=" in inner else "parameter"


def _open_call(text: str) -> str:
    """Return the name of the innermost call whose bracket is open."""
    closed = 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] in ")]":
            closed += 1
        elif text[at] in "([":
            if closed == 0:
                found = _CALL.search(text[:at]) if text[at] == "(" else None
                return found.group(1) if found else ""
            closed -= 1
    return ""


def _split(text: str, mark: str) -> list[str]:
    """Cut at the marks that stand outside brackets."""
    parts, depth, start = [], 0, 0
    for at, ch in enumerate(text):
        depth += (ch in "([") - (ch in ")]")
        if ch == mark and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]

"""Cut the text of a spec into statements and comments.

An indented line, or one inside open brackets, continues the statement above it. Cutting comes before parsing,
so that a mistake in one statement never hides the mistakes of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gipspec.diagnostics import Problem, problem
from gipspec.lang.statements import STATEMENTS
from gipspec.lang.syntax import Comment
from gipspec.source import Source, Span

_PLAIN_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
FULL_WIDTH = {chr(ord(ch) + 0xFEE0): ch for ch in _PLAIN_MARKS} | {
    "“": '"', "”": '"', "„": '"', "‘": '"', "’": '"', "「": '"', "」": '"', "《": '"', "》": '"',
    "＇": '"', "。": ".", "、": ",", "【": "[", "】": "]", "〔": "[", "〕": "]", "〜": "~", "\u3000": " ",
}  # fmt: skip

_NAME = r"(?:[^\W\d][\w.\u0300-\u036f]*|`[^`\n]+`)"
_CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
_BLANK = r"[ \t\u00a0]"

_PIECE = re.compile(
    rf"""
      (?P<newline>  \n )
    | (?P<blank>    {_BLANK}+ )
    | (?P<comment>  \#[^\n]* )
    | (?P<text>     "[^"\\\n]*(?:\\.[^"\\\n]*)*" )
    | (?P<quoted>   `[^`\n]*` )
    | (?P<half>     ["`][^\n]* )
    | (?P<opener>   [(\[] )
    | (?P<closer>   [)\]] )
    | (?P<wide>     [{re.escape("".join(FULL_WIDTH))}] )
    | (?P<control>  [{_CONTROL}] )
    | (?P<other>    [^\n \t\u00a0#"`()\[\]{re.escape("".join(FULL_WIDTH))}{_CONTROL}]+ )
    """,
    re.VERBOSE,
)
_FORBIDDEN = re.compile(f"[{_CONTROL}]")

# What can only be the beginning of a statement: within brackets two names never stand side by side.
_STATEMENT_START = re.compile(
    rf"""
      {_NAME}{_BLANK}*<-(?![0-9.])
    | [^\s\#"][^\#"\n]*~
    | (?:study|data|include){_BLANK}+"
    | data{_BLANK}+{_NAME}{_BLANK}*::
    | (?:{"|".join(STATEMENTS)}){_BLANK}+(?!(?:and|or|not|in)\b){_NAME}
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The text of one statement, and the problem that already shows before parsing it."""

    span: Span
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A text in pieces; `problems` are those of comments, which belong to no statement."""

    stretches: tuple[Stretch, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Open:
    """A statement that is being read."""

    start: int
    end: int
    problem: Problem | None = None
    brackets: list[Span] = field(default_factory=list)


def scan(source: Source) -> Scan:
    """Cut a source into statements and comments. Never raises: a mistake becomes a problem of its stretch."""
    return _Scanner(source).run()


class _Scanner:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: _Open | None = None
        self.stretches: list[Stretch] = []
        self.comments: list[Comment] = []
        self.problems: list[Problem] = []

    def run(self) -> Scan:
        line_start, code_on_line = 0, False
        for kind, span in self._pieces():
            if kind == "newline":
                line_start, code_on_line = span.end, False
            elif kind == "comment":
                self._comment(span, trailing=code_on_line)
            elif kind != "blank":
                if not code_on_line:
                    self._line(span, indented=span.start > line_start)
                code_on_line = True
                self._code(kind, span)
        self._close()
        return Scan(
            stretches=tuple(self.stretches), comments=tuple(self.comments), problems=tuple(self.problems)
        )

    def _pieces(self) -> Iterator[tuple[str, Span]]:
        for found in _PIECE.finditer(self.source.text):
            yield found.lastgroup or "", Span(source=self.source, start=found.start(), end=found.end())

    def _comment(self, span: Span, *, trailing: bool) -> None:
        self.comments.append(
            Comment(span=span, text=span.text[1:].removeprefix(" ").rstrip(), trailing=trailing)
        )
        if found := _forbidden(span):
            self.problems.append(found)

    def _line(self, first: Span, *, indented: bool) -> None:
        """Meet the first code of a line: it goes on with the open statement, or begins the next one."""
        if self.open is not None:
            in_brackets = bool(self.open.brackets)
            if indented or (in_brackets and not _STATEMENT_START.match(self.source.text, first.start)):
                return
            self._close()
        self.open = _Open(start=first.start, end=first.end)
        if indented:
            self._report(problem("G004", first))

    def _code(self, kind: str, span: Span) -> None:
        if self.open is None:
            raise AssertionError("a line of code opens a statement")
        self.open.end = span.end
        match kind:
            case "opener":
                self.open.brackets.append(span)
            case "closer":
                del self.open.brackets[-1:]
            case "wide":
                self._report(problem("G003", span, found=span.text, plain=FULL_WIDTH[span.text]))
            case "half":
                self._half(span)
            case "text" | "quoted" | "control":
                if found := _forbidden(span):
                    self._report(found)

    def _half(self, span: Span) -> None:
        """Meet a quote that its line does not close: the damage ends with the line."""
        if self.open is None:
            raise AssertionError("a line of code opens a statement")
        mark = span.text[0]
        what = "quote" if mark == '"' else "backtick"
        opener = Span(source=self.source, start=span.start, end=span.start + 1)
        self._report(problem("G002", opener, what=what, close=f"`{mark}`" if mark == '"' else "backtick"))
        self.open.brackets.clear()

    def _report(self, found: Problem) -> None:
        if self.open is not None and self.open.problem is None:
            self.open.problem = found

    def _close(self) -> None:
        if self.open is None:
            return
        if self.open.brackets:
            opener = self.open.brackets[-1]
            self._report(
                problem("G002", opener, what="bracket", close="`)`" if opener.text == "(" else "`]`")
            )
        span = Span(source=self.source, start=self.open.start, end=self.open.end)
        self.stretches.append(Stretch(span=span, problem=self.open.problem))
        self.open = None


def _forbidden(span: Span) -> Problem | None:
    """Return the problem of the first control character, if there is one."""
    found = _FORBIDDEN.search(span.text)
    if found is None:
        return None
    place = Span(source=span.source, start=span.start + found.start(), end=span.start + found.end())
    return problem(
        "G001",
        place,
        found=f"the control character U+{ord(found.group()):04X}",
        expected="text that can be read",
        remedy="remove the character",
    )

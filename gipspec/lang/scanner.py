"""Cut the text of a spec into statements and comments.

An indented line, or one inside open brackets, continues the statement above it. Cutting comes before parsing,
so that a mistake in one statement never hides the mistakes of the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

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
_OTHER = rf"""[^\n \t\u00a0\#"`()\[\]{re.escape("".join(FULL_WIDTH))}{_CONTROL}]"""

_PIECE = re.compile(
    rf"""
      (?P<newline>  \n )
    | (?P<blank>    {_BLANK}+ )
    | (?P<crossing> (?<=\w) \#+ (?=\w) )
    | (?P<comment>  \#[^\n]* )
    | (?P<text>     "[^"\\\n]*(?:\\.[^"\\\n]*)*" )
    | (?P<quoted>   `[^`\n]*` )
    | (?P<half>     ["`][^\n]* )
    | (?P<opener>   [(\[] )
    | (?P<closer>   [)\]] )
    | (?P<wide>     [{re.escape("".join(FULL_WIDTH))}] )
    | (?P<control>  [{_CONTROL}] )
    | (?P<other>    {_OTHER}+ (?: {_BLANK}+ {_OTHER}+ )* )
    """,
    re.VERBOSE,
)
_WORD_BEFORE, _WORD_BEHIND = re.compile(r"[\w.]+\Z"), re.compile(r"[\w.]+")
LONGEST_WORD = 100  # that a message repeats
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

    def report(self, found: Problem) -> None:
        """Keep the first problem: the others may come of it."""
        self.problem = self.problem or found


def scan(source: Source) -> Scan:
    """Cut a source into statements and comments. Never raises: a mistake becomes a problem of its stretch."""
    return _Scanner(source).run()


def begins_statement(place: Span) -> bool:
    """Tell whether the text from a place on can only be a new statement."""
    return _STATEMENT_START.match(place.source.text, place.start) is not None


class _Scanner:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: _Open | None = None
        self.stretches: list[Stretch] = []
        self.comments: list[Comment] = []
        self.problems: list[Problem] = []

    def run(self) -> Scan:
        line_start, code_on_line = 0, False
        for found in _PIECE.finditer(self.source.text):
            kind = found.lastgroup or ""
            if kind == "newline":
                line_start, code_on_line = found.end(), False
                continue
            if kind == "blank":
                continue
            span = Span(source=self.source, start=found.start(), end=found.end())
            if kind == "comment":
                self._comment(span, trailing=code_on_line)
            else:
                statement = self._statement_of(span, line_start, first=not code_on_line)
                statement.end = span.end
                _take(statement, kind, span)
                code_on_line = True
        self._close()
        return Scan(
            stretches=tuple(self.stretches), comments=tuple(self.comments), problems=tuple(self.problems)
        )

    def _comment(self, span: Span, *, trailing: bool) -> None:
        self.comments.append(
            Comment(span=span, text=span.text[1:].removeprefix(" ").rstrip(), trailing=trailing)
        )
        if found := _forbidden(span):
            self.problems.append(found)

    def _statement_of(self, span: Span, line_start: int, *, first: bool) -> _Open:
        """Return the statement that a piece belongs to; the first piece of a line may begin a new one."""
        indented = span.start > line_start
        if self.open is not None and (not first or indented or self._goes_on(self.open, span)):
            return self.open
        self._close()
        self.open = _Open(start=span.start, end=span.end)
        if indented:
            word = span.text.split()[0] if span.text.strip() else span.text
            self.open.report(problem("G004", replace(span, end=span.start + len(word))))
        return self.open

    def _goes_on(self, statement: _Open, first: Span) -> bool:
        return bool(statement.brackets) and not begins_statement(first)

    def _close(self) -> None:
        if self.open is None:
            return
        if self.open.brackets:
            opener = self.open.brackets[-1]
            close = "`)`" if opener.text == "(" else "`]`"
            self.open.report(problem("G002", opener, what="bracket", close=close))
        span = Span(source=self.source, start=self.open.start, end=self.open.end)
        self.stretches.append(Stretch(span=span, problem=self.open.problem))
        self.open = None


def _take(statement: _Open, kind: str, span: Span) -> None:
    """Note what a piece of code does to its statement."""
    match kind:
        case "opener":
            statement.brackets.append(span)
        case "closer":
            del statement.brackets[-1:]
        case "wide":
            statement.report(
                problem(
                    "G003", span, instead=FULL_WIDTH[span.text], found=span.text, plain=FULL_WIDTH[span.text]
                )
            )
        case "half":
            opener = Span(source=span.source, start=span.start, end=span.start + 1)
            what, close = ("quote", '`"`') if opener.text == '"' else ("backtick", "backtick")
            statement.report(problem("G002", opener, what=what, close=close))
            statement.brackets.clear()  # what closes them may stand in the text: the damage ends here
        case "crossing":
            statement.report(_crossing(span))
        case "text" | "quoted" | "control":
            if found := _forbidden(span):
                statement.report(found)


def _crossing(span: Span) -> Problem:
    """Return the problem of `a##b` and `a#b`, the interactions of Stata."""
    text = span.source.text
    before = _WORD_BEFORE.search(text[max(0, span.start - LONGEST_WORD) : span.start])
    behind = _WORD_BEHIND.match(text[span.end : span.end + LONGEST_WORD])
    left, right = (found.group() if found else "" for found in (before, behind))
    if left[:1].isdigit():
        return problem("G009", span, found=span.text, help="a comment needs a blank in front of `#`")
    mark = ":" if span.text == "#" else " * "
    formula = f"{_term(left)}{mark}{_term(right)}"
    return problem("G009", span, instead=mark.strip(), found=span.text, formula=formula)


def _term(word: str) -> str:
    """Return `x` for `c.x`, and `factor(x)` for `i.x`."""
    kind, dot, column = word.partition(".")
    if not dot or kind not in ("c", "i"):
        return word
    return column if kind == "c" else f"factor({column})"


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

"""Say in an economist's words where a statement stopped making sense, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from gipspec.diagnostics import Problem, nearest, problem
from gipspec.lang.build import Leaf
from gipspec.lang.scanner import begins_statement
from gipspec.lang.statements import MODEL, STATEMENTS
from gipspec.lang.vocabulary import OPTIONS
from gipspec.lang.vocabulary.aliases import advice, alias
from gipspec.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where parsing stopped.

    `found` is the token (of kind "" for a character of no token), None at the end of the statement; `first`
    and `last` are the statement's first token and the last one before `found`; `open` are the kinds of the
    tokens that wait for what follows; `accepts` names the terminals that could have stood here.
    """

    statement: Span
    place: Span
    found: Leaf | None
    first: Leaf | None
    last: Leaf | None
    open: tuple[str, ...]
    accepts: frozenset[str]

    @property
    def follows_first(self) -> bool:
        return self.first is not None and self.last == self.first

    @property
    def before(self) -> str:
        """The statement up to the culprit."""
        return self.statement.text[: self.place.start - self.statement.start]

    @property
    def rest(self) -> str:
        """The statement from the culprit on."""
        return self.statement.text[self.place.start - self.statement.start :]

    @property
    def found_kind(self) -> str:
        return "$END" if self.found is None else self.found.kind


WORDS = frozenset(word.upper() for word in STATEMENTS)
NAMES = WORDS | {"NAME", "QUOTED_NAME"}
RELATIONS = frozenset({"EQ", "NE", "LT", "LE", "GT", "GE", "IN"})

_NAME_NEXT = re.compile(r",\s*([^\W\d][\w.]*|`[^`\n]+`)")
_OPTION_NEXT = re.compile(_NAME_NEXT.pattern + r"\s*=(?!=)")

_BEGINNINGS = (
    "a statement begins with a word such as `let` or `table`, with `name <-`, "
    "or with a formula `outcome ~ treatment | controls`"
)

_SLIPS = {
    "&": "write `and`",
    "!": "write `not`, or `!=` for unequal",
    "'": 'write double quotes: `"`',
    "{": "write round brackets",
    "}": "write round brackets",
    "$": "write the name of the column alone",
    "@": "put a name with odd characters in backticks",
    "\\": "put a name with odd characters in backticks; a statement goes on in an indented line",
    "?": "`gipspec explain` answers questions",
    "−": "write `-`",
    "–": "write `-`",
    "—": "write `-`",
    "×": "write `*`",
    "÷": "write `/`",
    "≤": "write `<=`",
    "≥": "write `>=`",
    "≠": "write `!=`",
    "…": "write `..`",
}

_MARKS = {
    "ARROW": "`<-`",
    "TILDE": "`~`",
    "BAR": "`|`",
    "EQUALS": "`=`",
    "COLON": "`:`",
    "PACKAGE_MARK": "`::`",
    "COMMA": "`,`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "SEMICOLON": "`;`",
    "$END": "the end of the statement",
}


def explain(stop: Stop) -> Problem:
    """Return the problem of a statement that could not be parsed."""
    for mistake in _MISTAKES:
        if found := mistake(stop):
            return found
    return _unexpected(stop, _expected(stop), _shape(stop))


# ---------------------------------------------------------------- the usual mistakes, most telling first


def _no_beginning(stop: Stop) -> Problem | None:
    if stop.first is None and stop.found is not None and stop.found.text not in {*_SLIPS, "`"}:
        return problem("G005", stop.place, found=stop.found.text, remedy=_BEGINNINGS)
    return None


def _unknown_word(stop: Stop) -> Problem | None:
    """`tabel main ...`: a name, and behind it what cannot follow a name."""
    if stop.first is None or not stop.follows_first or stop.first.kind != "NAME":
        return None
    if stop.found_kind not in NAMES | {"TEXT", "NUMBER"}:
        return None
    near = _nearest_word(stop.first.text)
    if near is None and ("~" in stop.rest or "|" in stop.rest or ";" in stop.rest):
        return None  # a model that lacks its `~`, or a variation that lacks its `<-` or `;`
    remedy = f"did you mean `{near}`, as in `{STATEMENTS[near]}`?" if near else _BEGINNINGS
    return problem("G005", stop.first.span, instead=near, found=stop.first.text, remedy=remedy)


def _nearest_word(word: str) -> str | None:
    """Prefer words with the same first letter, which is seldom mistyped."""
    alike = [known for known in STATEMENTS if known[0] == word[0].lower()]
    return nearest(word, alike) or nearest(word, STATEMENTS)


def _indented_statement(stop: Stop) -> Problem | None:
    """A new statement in an indented line: to the language it goes on with the one above."""
    margin = stop.before.rpartition("\n")[2]
    if stop.found is not None and "\n" in stop.before and not margin.strip() and begins_statement(stop.place):
        remedy = "an indented line continues the statement above it: remove the indent to begin a new one"
        return _unexpected(stop, _expected(stop), remedy)
    return None


def _file_without_quotes(stop: Stop) -> Problem | None:
    """`data panel.dta`."""
    if (
        stop.first is None
        or stop.last is None
        or stop.first.kind != "DATA"
        or "PACKAGE_MARK" not in stop.accepts
    ):
        return None
    path = re.split(r"[\s;]", stop.statement.text[stop.last.span.start - stop.statement.start :])[0]
    remedy = f'write `data "{path}"`, or `data package::dataset`'
    return problem(
        "G001", stop.last.span, found=f"`{stop.last.text}`", expected="a text in quotes", remedy=remedy
    )


def _panel_at_the_margin(stop: Stop) -> Problem | None:
    if (
        stop.found_kind == "TEXT"
        and stop.first is not None
        and stop.follows_first
        and stop.first.kind == "PANEL"
    ):
        return _unexpected(stop, _expected(stop), "the panels of a table stand in indented lines below it")
    return None


def _panel_without_its_word(stop: Stop) -> Problem | None:
    """`table main: "A. All" (base)`."""
    written = re.match(r'"[^"\n]*"\s*\([^()]*\)?', stop.rest)
    if stop.first is None or stop.first.kind != "TABLE" or stop.found_kind != "TEXT" or written is None:
        return None
    return _unexpected(stop, "`panel` or a name", f"a panel of a table reads `panel {written[0]}`")


def _effect_of_units(stop: Stop) -> Problem | None:
    """`y ~ d | x + (1|city)`."""
    among_controls = "TILDE" in stop.open and "BAR" in stop.open and "LPAR" in stop.open
    if stop.found_kind != "BAR" or not among_controls or not re.search(r"\(\s*[01]\s*$", stop.before):
        return None
    unit = re.match(r"\|\s*([^\W\d]\w*)", stop.rest)
    remedy = f"effects of units are removed by an option: `; fe={unit[1] if unit else 'city'}`"
    return _unexpected(stop, _expected(stop), remedy)


def _option_without_value(stop: Stop) -> Problem | None:
    """`; robust`."""
    if stop.found_kind not in ("$END", "SEMICOLON") or stop.last is None or stop.last.kind not in NAMES:
        return None
    if stop.accepts != {"EQUALS"} or not {"SEMICOLON", "DEFAULTS"} & {*stop.open}:
        return None
    name = stop.last.text
    of_model = stop.first is not None and stop.first.kind not in WORDS - {"DEFAULTS"}
    remedy = advice(name, OPTIONS) if of_model else ""
    if of_model and name in OPTIONS and not remedy:
        remedy = f"an option has a value, as in `{OPTIONS[name].example}`"
    return _unexpected(stop, "`=` and a value", remedy or _shape(stop))


def _options_of_stata(stop: Stop) -> Problem | None:
    """`y ~ d | x, robust`, `y ~ d | x, cluster(city)`."""
    written = re.match(r",\s*([^\W\d]\w*)\s*(?:\(\s*(\w+)\s*\))?", stop.rest)
    if stop.found_kind != "COMMA" or "TILDE" not in stop.open or "LPAR" in stop.open or written is None:
        return None
    word, value = written.groups()
    option = word if word in OPTIONS else alias(word, OPTIONS)
    remedy = advice(word, OPTIONS) or advice(value or "", OPTIONS)
    if option and value and not remedy:
        remedy = f"options stand behind `;`: `; {option}={value}`"
    return _unexpected(stop, "`;`", remedy) if remedy else None


def _second_bar(stop: Stop) -> Problem | None:
    if stop.found_kind == "BAR" and "BAR" in stop.open and "$END" in stop.accepts:
        return problem(
            "G218",
            stop.place,
            reason="a formula has one `|`",
            remedy="effects to remove are an option: `; fe=city + year`",
        )
    return None


def _bar_for_or(stop: Stop) -> Problem | None:
    if stop.found_kind == "BAR" and "OR" in stop.accepts and "TILDE" not in stop.accepts:
        return _unexpected(stop, _expected(stop), "write `or` between conditions")
    return None


def _missing_declaration(stop: Stop) -> Problem | None:
    """`lngdp = log(gdp)`."""
    if stop.found_kind == "EQUALS" and stop.first is not None and stop.follows_first:
        name = stop.first.text
        remedy = (
            f"write `let {name} = ...` for a column, `set {name} = ...` for a list of terms, "
            f"`{name} <- ...` for a model"
        )
        return _unexpected(stop, _expected(stop), remedy)
    return None


def _equals_sign(stop: Stop) -> Problem | None:
    if stop.found_kind == "EQUALS" and "EQ" in stop.accepts:
        return _unexpected(stop, _expected(stop), "write `==` to compare")
    if stop.found_kind == "EQ" and "EQUALS" in stop.accepts:
        return _unexpected(stop, "`=`", "write `=` to give a value, `==` to compare")
    return None


def _missing_semicolon(stop: Stop) -> Problem | None:
    """`recent <- base sample=recent`, `defaults folds=5, reps=5`."""
    behind = stop.rest[len(stop.place.text) :].lstrip()
    is_option = stop.found_kind in NAMES and behind.startswith("=") and not behind.startswith("==")
    if "SEMICOLON" in stop.accepts and (is_option or stop.found_kind == "COMMA"):
        return _unexpected(stop, "`;`", "options are set apart by `;`, as in `; folds=5; reps=5`")
    return None


def _comma_for_plus(stop: Stop) -> Problem | None:
    """`y ~ d | lngdp, density`, `set controls = lngdp, density`, `; fe=city, year`."""
    if stop.found_kind != "COMMA" or "PLUS" not in stop.accepts or _OPTION_NEXT.match(stop.rest):
        return None
    name = stop.last.text if stop.last is not None and stop.last.kind in NAMES else "lngdp"
    behind = _NAME_NEXT.match(stop.rest)
    joined = f"`{name} + {behind[1] if behind else 'density'}`"
    first = stop.first.kind if stop.first is not None else ""
    if "SEMICOLON" in stop.open or first == "DEFAULTS":
        remedy = f"write {joined} or `[a, b]` for several values, and `;` in front of another option"
        return _unexpected(stop, "`+` or `;`", remedy)
    if "TILDE" in stop.open or first == "SET":
        return _unexpected(stop, "`+`", f"terms are joined by `+`: {joined}")
    return None


def _chained_comparison(stop: Stop) -> Problem | None:
    if stop.found_kind in RELATIONS and RELATIONS & {*stop.open} and "AND" in stop.accepts:
        return _unexpected(stop, _expected(stop), "join two comparisons: `2010 <= year and year <= 2015`")
    return None


def _double_star(stop: Stop) -> Problem | None:
    if stop.found_kind == "STAR" and stop.last is not None and stop.last.kind == "STAR":
        return _unexpected(stop, _expected(stop), "write `^` for a power")
    return None


def _percent_word(stop: Stop) -> Problem | None:
    percent = stop.found_kind == "PERCENT_MARK"
    if stop.rest.startswith("%in%") or (percent and stop.before.endswith("%in")):
        return _unexpected(stop, _expected(stop), "write `in`")
    return None


def _slip(stop: Stop) -> Problem | None:
    if stop.found is not None and stop.found.text in _SLIPS:
        return _unexpected(stop, _expected(stop), _SLIPS[stop.found.text])
    return None


def _wide_digit(stop: Stop) -> Problem | None:
    if stop.found is not None and stop.found.kind == "" and stop.found.text.isdecimal():
        return _unexpected(stop, _expected(stop), f"write `{int(stop.found.text)}`")
    return None


_MISTAKES: tuple[Callable[[Stop], Problem | None], ...] = (
    _wide_digit,
    _no_beginning,
    _indented_statement,
    _unknown_word,
    _file_without_quotes,
    _panel_at_the_margin,
    _panel_without_its_word,
    _effect_of_units,
    _option_without_value,
    _options_of_stata,
    _second_bar,
    _bar_for_or,
    _missing_declaration,
    _equals_sign,
    _comma_for_plus,
    _missing_semicolon,
    _chained_comparison,
    _double_star,
    _percent_word,
    _slip,
)


# ---------------------------------------------------------------- the words of a message


def _unexpected(stop: Stop, expected: str, remedy: str) -> Problem:
    return problem("G001", stop.place, found=_found(stop), expected=expected, remedy=remedy)


def _found(stop: Stop) -> str:
    if stop.found is None:
        return "the end of the statement"
    text = stop.found.text
    if text == "`":
        return "a backtick without a name"
    if not text.isprintable():
        return f"the invisible character U+{ord(text[0]):04X}"
    return f"`{text}`" if len(text) <= 40 else f"`{text[:39]}…`"


def _expected(stop: Stop) -> str:
    accepts, last = stop.accepts, stop.last.kind if stop.last else ""
    if stop.follows_first and last in WORDS:
        accepts &= {"NAME", "TEXT"}
    if "TILDE" in accepts and "NUMBER" not in accepts:
        return "`<-` or `~`" if "ARROW" in accepts else "`~`"
    if "NAME" in accepts and (last in ("SEMICOLON", "DEFAULTS")):
        return "an option such as `folds=5`"
    words = []
    if "NUMBER" in accepts:
        words.append(_VALUES.get(last, "a name or an expression"))
    else:
        words += ["a name"] if "NAME" in accepts else []
        words += ["a text in quotes"] if "TEXT" in accepts else []
        words += [mark for kind, mark in _MARKS.items() if kind in accepts - _operators(accepts)]
        if "PLUS" in accepts and not accepts & {"RPAR", "RSQB"}:
            words.insert(0, "an operator such as `+`")
    return _either(words)


_VALUES = {"ARROW": "a formula or the name of a model", "EQUALS": "a value"}


def _operators(accepts: frozenset[str]) -> frozenset[str]:
    """`:` is an operator wherever `+` is one."""
    return frozenset({"COLON"}) if "PLUS" in accepts else frozenset()


def _either(words: list[str]) -> str:
    *others, final = words or ["nothing more"]
    return f"{', '.join(others)} or {final}" if others else final


def _shape(stop: Stop) -> str:
    """Show what such a statement looks like."""
    kind = stop.first.kind if stop.first is not None else ""
    if kind in WORDS and not {"TILDE", "ARROW"} & {*stop.open}:
        return f"such a line reads `{STATEMENTS[kind.lower()]}`"
    return f"a model reads `{MODEL}`"

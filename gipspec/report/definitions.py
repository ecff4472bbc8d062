"""The table of definitions: what each variable is, how it is made, from which columns (exhibit two)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gipspec.lang.check.expressions import names_in
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Study, TableRequest
from gipspec.lang.syntax import Call, Expr, Name, Unary
from gipspec.report.cells import EMPTY, Cell, Text
from gipspec.report.names import english_list
from gipspec.report.options import TableOptions
from gipspec.report.styles import Style
from gipspec.report.table import Block, HeaderCell, HeaderRow, Room, Row

HEADS = {
    "role": "Role",
    "symbol": "Symbol",
    "definition": "Definition",
    "source": "Columns of the data",
    "unit": "Unit",
}
ROOMS = {"role": 12, "symbol": 14, "definition": 36, "source": 18, "unit": 14}
AS_IT_IS = "As in the data"
TRANSFORMED = frozenset({"log", "ln", "logs", "standardised", "standardized", "index"})  # these are no units
UNIT = re.compile(r"(.*\S)\s*[(（]([^()（）]+)[)）]\s*")
WORDS = {
    "log": "natural logarithm of {0}",
    "log1p": "natural logarithm of one plus {0}",
    "sqrt": "square root of {0}",
    "abs": "absolute value of {0}",
    "lag": "{0}, a period earlier",
    "lead": "{0}, a period later",
    "diff": "change of {0} since the period before",
    "standardize": "{0}, standardised",
    "rank": "rank of {0}",
    "square": "square of {0}",
}
INDICES = {
    "entropy": "index of {0}, with entropy weights",
    "pca": "first principal component of {0}",
    "topsis": "closeness to the ideal in {0} (TOPSIS), with entropy weights",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """What is known of the variables of a study: labels, lets, the roles that models give them."""

    labels: Mapping[str, str]
    lets: Mapping[str, Expr]
    roles: Mapping[str, str]

    def label(self, name: str) -> str:
        """Return the label without its unit."""
        unit = self._unit(name)
        return unit[1] if unit else self.labels.get(name, name)

    def unit(self, name: str) -> str:
        """Return what stands in parentheses at the end of a label."""
        unit = self._unit(name)
        return unit[2] if unit else ""

    def _unit(self, name: str) -> re.Match[str] | None:
        found = UNIT.fullmatch(self.labels.get(name, ""))
        return found if found and found[2].casefold() not in TRANSFORMED else None

    def source(self, name: str) -> tuple[str, ...]:
        """Return the columns of the data behind a variable, in the order of their first use."""
        if name not in self.lets:
            return (name,)
        return tuple(dict.fromkeys(c for n in names_in(self.lets[name]) for c in self.source(n.text)))

    def definition(self, name: str) -> str:
        """Say in words how a variable is made; its expression where there are none for it."""
        if name not in self.lets:
            return AS_IT_IS
        text = self._words(self.lets[name])
        return text[:1].upper() + text[1:]

    def _words(self, expr: Expr) -> str:
        match expr:
            case Name(text=text):
                return self.label(text)
            case Call(function=function, arguments=arguments) if function in INDICES:
                signed = [a.value for a in arguments if a.name is None]
                return INDICES[function].format(english_list([self._signed(e) for e in signed]))
            case Call(function=function, arguments=(argument,)) if function in WORDS:
                return WORDS[function].replace("{0}", self._words(argument.value))
            case _:
                return print_expr(expr)

    def _signed(self, expr: Expr) -> str:
        if isinstance(expr, Unary) and expr.op in "+-":
            return f"{self._words(expr.operand)} ({'+' if expr.op == '+' else '−'})"
        return self._words(expr)


def dictionary_of(study: Study, labels: Mapping[str, str]) -> Dictionary:
    """Gather labels, lets and roles of a study's variables."""
    roles: dict[str, str] = {}
    for model in study.models:
        for name, role in _roles(model):
            roles.setdefault(name, role)
    for let in study.lets:
        if isinstance(let.value, Call) and let.value.function in INDICES:
            for indicator in names_in(let.value):
                roles.setdefault(indicator.text, "Indicator")
    if study.panel:
        roles |= {study.panel.unit: "Unit", study.panel.time: "Period"}
    return Dictionary(labels=labels, lets={let.name: let.value for let in study.lets}, roles=roles)


def _roles(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the roles of variables in a model, the one that names it best first."""
    settings = model.settings
    parts: tuple[tuple[str, tuple[Expr, ...]], ...] = (
        ("Outcome", (model.outcome,)),
        ("Treatment", model.treatments),
        ("Instrument", settings.iv),
        ("Mediator", settings.via),
        ("Moderator", (settings.het,) if settings.het else ()),
        ("Control", tuple(f for term in model.controls for f in term.factors)),
    )
    for role, exprs in parts:
        for name in (n.text for expr in exprs for n in names_in(expr)):
            yield name, role


def definition_blocks(
    request: TableRequest, dictionary: Dictionary, options: TableOptions, style: Style
) -> tuple[tuple[Block, ...], tuple[tuple[int, Room], ...]]:
    """Return the blocks of a table of definitions, and the room of its columns of text."""
    names = [name for panel in request.panels for name in panel.members]
    columns = options.stats or _usual(names, dictionary, titled=any(p.title for p in request.panels))
    header = HeaderRow(
        stub=Text(text="Variable"), cells=tuple(HeaderCell(cell=Text(text=HEADS[c])) for c in columns)
    )
    renamed = dict(options.rename)
    blocks = tuple(
        Block(
            title=style.panel(panel.title),
            header=(header,) if i == 0 else (),
            rows=tuple(
                Row(
                    stub=Text(text=renamed.get(name) or dictionary.label(name)),
                    cells=tuple(_cell(column, name, dictionary) for column in columns),
                )
                for name in panel.members
            ),
        )
        for i, panel in enumerate(request.panels)
    )
    return blocks, tuple((i, Room(characters=ROOMS[column])) for i, column in enumerate(columns))


def _usual(names: list[str], dictionary: Dictionary, *, titled: bool) -> tuple[str, ...]:
    """Leave out what says nothing: roles under panels of the user's own, units that no label has."""
    silent = {"role"} if titled or not any(n in dictionary.roles for n in names) else set()
    silent |= set() if any(dictionary.unit(n) for n in names) else {"unit"}
    return tuple(column for column in HEADS if column not in silent)


def _cell(column: str, name: str, dictionary: Dictionary) -> Cell:
    text = {
        "role": dictionary.roles.get(name, ""),
        "symbol": name,
        "definition": dictionary.definition(name),
        "source": ", ".join(dictionary.source(name)),
        "unit": dictionary.unit(name),
    }[column]
    return Text(text=text) if text else EMPTY

"""The rows of a panel: headings, coefficients, footer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import groupby

from gipspec.engine.results import Estimate, TableInference
from gipspec.recipe import NuisanceFit
from gipspec.report.analyses import MEASURES
from gipspec.report.assumptions import F_ROW
from gipspec.report.cells import DASH, EMPTY, Cell, Coefficient, Interval, Mark, Number, Text
from gipspec.report.columns import DIFFERENCE, Column
from gipspec.report.groups import comparison_readers
from gipspec.report.names import joined_label
from gipspec.report.options import TableOptions
from gipspec.report.table import HeaderCell, HeaderRow, Row
from gipspec.report.together import adjusted_p

ROLES = (
    *("outcome", "outcome, untreated", "outcome, treated", "outcome, unassigned", "outcome, assigned"),
    *("treatment", "treatment, unassigned", "treatment, assigned", "mediator"),
    *("mediator, untreated", "mediator, treated", "instrument"),
)
P_DIGITS = 3  # of further p-values and shares
SQUARE = re.compile(r"^square\(|\^\s*[2-9]")


def header_rows(
    columns: tuple[Column, ...], moderators: tuple[str, ...], labels: tuple[Cell, ...], width: int
) -> tuple[HeaderRow, ...]:
    """Return outcomes and moderators (one heading over neighbours that share it), numbers, what differs."""
    outcomes = _spanning([(outcome_of(c), "") for c in columns])
    rows = [_padded(outcomes, width, len(columns))]
    if any(moderators):
        over = _spanning([(text, c.member) for text, c in zip(moderators, columns, strict=True)])
        rows.append(_padded(over, width, len(columns)))
    numbers = [HeaderCell(cell=Text(text=f"({c.number})")) for c in columns]
    rows.append(_padded(numbers, width, len(columns)))
    if any(label != EMPTY for label in labels):
        rows.append(_padded([HeaderCell(cell=label) for label in labels], width, len(columns)))
    return tuple(rows)


def _spanning(headings: list[tuple[str, str]]) -> list[HeaderCell]:
    """Put one heading over neighbours that share it; the second part of a pair tells models apart."""
    cells: list[HeaderCell] = []
    for (text, _), group in groupby(headings):
        span = len(list(group))
        cells.append(HeaderCell(cell=Text(text=text) if text else EMPTY, span=span, rule=bool(text)))
    return cells


def outcome_of(column: Column) -> str:
    """Return the label of the outcome, or its name; empty for a difference of two outcomes."""
    return column.first.outcome_label or column.first.outcome


def _padded(cells: list[HeaderCell], width: int, used: int) -> HeaderRow:
    return HeaderRow(stub=EMPTY, cells=(*cells, *(HeaderCell(cell=EMPTY) for _ in range(width - used))))


def padded(row: Row, width: int) -> Row:
    """Return the row with empty cells up to the table's width."""
    missing = width - len(row.cells)
    return Row(stub=row.stub, cells=(*row.cells, *(EMPTY for _ in range(missing))), kind=row.kind)


def coefficient_rows(
    columns: tuple[Column, ...], options: TableOptions, together: TableInference | None = None
) -> tuple[Row, ...]:
    """Return two lines a term: the coefficients, and what stands in parentheses below them.

    Adjusted p-values (`together`) take a third one, in square brackets.
    """
    terms: dict[str, str] = {}
    for column in columns:
        for term, e in column.estimates:
            if term not in terms or column.contrast is None:
                terms.setdefault(term, e.term_label)
    rows: list[Row] = []
    for term, label in terms.items():
        found = [c.of(term) for c in columns]
        cells = tuple(_coefficient(e, options, together) for e in found)
        rows.append(Row(stub=Text(text=label), cells=cells))
        rows.append(Row(stub=EMPTY, cells=tuple(_below(e, options) for e in found), kind="below"))
        if options.adjust != "none":
            cells = tuple(_adjusted(e, together) for e in found)
            rows.append(Row(stub=EMPTY, cells=cells, kind="below"))
    return tuple(rows)


def _coefficient(e: Estimate | None, options: TableOptions, together: TableInference | None) -> Cell:
    if e is None:
        return EMPTY
    p = adjusted_p(together, e) if options.stars else None
    return Coefficient(value=e.coef * _scale(e, options), digits=options.digits, p=p)


def _below(e: Estimate | None, options: TableOptions) -> Cell:
    if e is None:
        return EMPTY
    if options.below == "ci":
        low, high = (bound * _scale(e, options) for bound in e.ci)
        return Interval(low=low, high=high, digits=options.digits)
    value = {"se": e.se * _scale(e, options), "t": e.t, "p": e.p}[options.below]
    return Number(value=value, digits=options.digits, brackets="()")


def _adjusted(e: Estimate | None, together: TableInference | None) -> Cell:
    if e is None:
        return EMPTY
    return Number(value=adjusted_p(together, e), digits=P_DIGITS, brackets="[]")


def _scale(e: Estimate, options: TableOptions) -> float:
    """A share has no units that a factor could change."""
    return 1.0 if e.kind == "share" else options.scale


Reader = Callable[[Column], Cell]


def footer_rows(
    columns: tuple[Column, ...], everywhere: tuple[Column, ...], labels: Mapping[str, str], digits: int
) -> tuple[Row, ...]:
    """Return the footer of a panel in the genre's order; `everywhere` are the columns of all panels."""
    readers = comparison_readers(everywhere)
    readers.append((Text(text="Controls"), _fitted(_linear_controls)))
    if any(_squares(c.first) for c in everywhere):
        readers.append((Text(text="Controls, squared"), _fitted(lambda c: Mark(on=_squares(c.first)))))
    readers += [
        (Text(text=f"{joined_label(effect, labels)} effects"), _fitted(_has_effect(effect)))
        for effect in effects_of(everywhere)
    ]
    readers += [
        (Text(text="Learner"), _fitted(lambda c: Text(text=c.first.learner))),
        (Text(text="Folds"), _fitted(lambda c: _count_or_text(c.first.folds))),
        (Text(text="Repeated splits"), _fitted(lambda c: _count(c.first.reps))),
        (Text(text="Observations"), lambda c: _count(c.first.n)),
    ]
    if any(c.first.units != c.first.n for c in everywhere):
        readers.append((Text(text="Units"), lambda c: _count(c.first.units)))
    readers.append((Text(text=F_ROW), _measure("first_stage_f", 1)))
    readers += [(Text(text=label), _measure(name, P_DIGITS)) for label, name in MEASURES]
    readers += _quality_readers(everywhere, labels, digits)
    rows = (
        Row(stub=stub, cells=tuple(reader(c) for c in columns), kind="footer") for stub, reader in readers
    )
    return tuple(row for row in rows if any(cell != DASH for cell in row.cells))


def _measure(name: str, digits: int) -> Reader:
    """Read a further number of a column; a dash where it has none."""

    def read(column: Column) -> Cell:
        value = dict(column.first.measures).get(name)
        return DASH if value is None else Number(value=value, digits=digits)

    return read


def _fitted(reader: Reader) -> Reader:
    """A difference of two estimates has no controls, learner or folds of its own."""
    return lambda c: DASH if is_difference(c) else reader(c)


def is_difference(column: Column) -> bool:
    return column.contrast is not None or DIFFERENCE in (column.first.model, column.first.kind)


def effects_of(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the effects of any column, in the order of their first appearance."""
    return tuple(dict.fromkeys(name for c in columns if not is_difference(c) for name in c.first.fe))


def _has_effect(effect: str) -> Reader:
    """A model that takes effects up among its features must not claim to have removed them."""
    return lambda c: (
        Text(text="features")
        if effect in c.first.fe and c.first.fe_method == "means"
        else Mark(on=effect in c.first.fe)
    )


def is_square(control: str) -> bool:
    """Tell whether a control is a square or a higher power: `square(x)`, `x^2`. A `poly` is a control."""
    return SQUARE.search(control) is not None


def _squares(e: Estimate) -> bool:
    return any(is_square(c) for c in e.controls)


def _linear_controls(column: Column) -> Cell:
    return Mark(on=any(not is_square(c) for c in column.first.controls))


def _count(value: int) -> Cell:
    return Number(value=value, digits=0)


def _count_or_text(value: int | str) -> Cell:
    return Text(text=value) if isinstance(value, str) else _count(value)


def _quality_readers(
    everywhere: tuple[Column, ...], labels: Mapping[str, str], digits: int
) -> list[tuple[Cell, Reader]]:
    """R² out of fold of each nuisance; a line each where a model has several of a kind."""
    readers: list[tuple[Cell, Reader]] = []
    for role in ROLES:
        targets = tuple(dict.fromkeys(f.target for c in everywhere for f in _fits(c, role)))
        if any(len({f.target for f in _fits(c, role)}) > 1 for c in everywhere):
            arm = role[role.index(",") :] if "," in role else ""
            readers += [
                (_r2_label(joined_label(t, labels) + arm), _fitted(_r2(role, t, digits))) for t in targets
            ]
        elif targets:
            readers.append((_r2_label(role), _fitted(_r2(role, None, digits))))
    return readers


def _r2_label(of: str) -> Cell:
    return Text(text=f"R², {of}")


def _fits(column: Column, role: str) -> list[NuisanceFit]:
    return [f for _, e in column.estimates for f in e.nuisances if f.role == role]


def _r2(role: str, target: str | None, digits: int) -> Reader:
    def read(column: Column) -> Cell:
        for fit in _fits(column, role):
            metrics = dict(fit.metrics)
            if target in (None, fit.target) and "r2" in metrics:
                return Number(value=metrics["r2"], digits=max(2, min(digits, 3)))
        return DASH

    return read


__all__ = [
    "coefficient_rows",
    "effects_of",
    "footer_rows",
    "header_rows",
    "is_difference",
    "is_square",
    "outcome_of",
    "padded",
]

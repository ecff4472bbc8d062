"""The rows of a panel: headings, and coefficients with what stands below or beside them."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from gipspec.engine.results import Estimate, TableInference
from gipspec.report.cells import EMPTY, Cell, Coefficient, Interval, Number, Text
from gipspec.report.columns import Column
from gipspec.report.decimals import significant
from gipspec.report.options import TableOptions, matches
from gipspec.report.table import HeaderCell, HeaderRow, Row
from gipspec.report.together import adjusted_p

P_DIGITS = 3  # of adjusted p-values
BESIDE = {"se": "Std. error", "t": "t statistic", "p": "p-value", "ci": "Interval"}


def header_rows(
    columns: tuple[Column, ...],
    moderators: tuple[str, ...],
    labels: tuple[Cell, ...],
    options: TableOptions,
    width: int,
) -> tuple[HeaderRow, ...]:
    """Return outcomes and moderators (one heading over neighbours that share it), numbers, what differs.

    `names=` of a table come before what sets columns apart; with `beside=` each column becomes two.
    """
    named = dict(options.names)
    labels = tuple(
        Text(text=named[c.member]) if c.member in named else label
        for c, label in zip(columns, labels, strict=True)
    )
    outcomes = _spanning([(outcome_of(c), "") for c in columns])
    rows = [_padded(outcomes, width, len(columns))]
    if any(moderators):
        over = _spanning([(text, c.member) for text, c in zip(moderators, columns, strict=True)])
        rows.append(_padded(over, width, len(columns)))
    if options.numbers:
        numbers = [HeaderCell(cell=Text(text=f"({c.number})")) for c in columns]
        rows.append(_padded(numbers, width, len(columns)))
    if any(label != EMPTY for label in labels):
        rows.append(_padded([HeaderCell(cell=label) for label in labels], width, len(columns)))
    return tuple(rows) if options.beside == "none" else _beside(rows, len(columns), options)


def _beside(rows: list[HeaderRow], used: int, options: TableOptions) -> tuple[HeaderRow, ...]:
    """Spread headings over pairs of columns, and say what stands in each."""
    spread = [
        replace(row, cells=tuple(replace(head, span=head.span * 2) for head in row.cells)) for row in rows
    ]
    pair = (HeaderCell(cell=Text(text="Estimate")), HeaderCell(cell=Text(text=BESIDE[options.beside])))
    count = sum(head.span for head in rows[0].cells) if rows else used
    blank = (HeaderCell(cell=EMPTY),) * (2 * (count - used))
    return (*spread, HeaderRow(stub=EMPTY, cells=(*pair * used, *blank)))


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
    return replace(row, cells=(*row.cells, *(EMPTY,) * (width // row.span - len(row.cells))))


def coefficient_rows(
    columns: tuple[Column, ...], options: TableOptions, together: TableInference | None = None
) -> tuple[Row, ...]:
    """Return the lines of each term: the coefficients, and what stands below them.

    Adjusted p-values (`together`) take a line more, in square brackets. With `beside=` each column has two
    cells.
    """
    rows: list[Row] = []
    for term, label in _terms(columns, options).items():
        found = [c.of(term) for c in columns]
        coefficients = [_coefficient(e, options, together) for e in found]
        beside = [_under(e, options.beside, options) for e in found]
        rows.append(Row(stub=Text(text=label), cells=_in_pairs(coefficients, beside, options)))
        lines = [[_under(e, what, options) for e in found] for what in options.below]
        if options.adjust != "none":
            lines.append([_adjusted(e, together) for e in found])
        blank: list[Cell] = [EMPTY] * len(found)
        rows += [Row(stub=EMPTY, cells=_in_pairs(line, blank, options), kind="below") for line in lines]
    return tuple(rows)


def _terms(columns: tuple[Column, ...], options: TableOptions) -> dict[str, str]:
    """Return the terms with their labels, those that `order=` names first."""
    labels: dict[str, str] = {}
    terms: list[str] = []
    for column in columns:
        labels = {term: e.term_label for term, e in column.estimates} | labels
        terms = _with(terms, [term for term, _ in column.estimates])
    named = dict(options.rename)
    first = dict.fromkeys(t for pattern in options.order for t in terms if matches(t, (pattern,)))
    return {term: named.get(term, labels[term]) for term in (*first, *(t for t in terms if t not in first))}


def _with(terms: list[str], others: list[str]) -> list[str]:
    """Add the terms of another column where they stand there: event times of two windows are in one order."""
    merged = list(terms)
    at = next((merged.index(t) for t in others if t in merged), len(merged))
    for term in others:
        if term in merged:
            at = merged.index(term) + 1
        else:
            merged.insert(at, term)
            at += 1
    return merged


def _in_pairs(cells: list[Cell], beside: list[Cell], options: TableOptions) -> tuple[Cell, ...]:
    if options.beside == "none":
        return tuple(cells)
    return tuple(cell for pair in zip(cells, beside, strict=True) for cell in pair)


def digits_of(value: float, options: TableOptions) -> int:
    """Return the decimals of a value: those of the table, or what its significant digits take."""
    return significant(value, options.significant) if options.significant else options.digits


def _coefficient(e: Estimate | None, options: TableOptions, together: TableInference | None) -> Cell:
    if e is None:
        return EMPTY
    p = adjusted_p(together, e) if options.stars else None
    value = e.coef * _scale(e, options)
    return Coefficient(value=value, digits=digits_of(value, options), p=p, levels=options.stars)


def _under(e: Estimate | None, what: str, options: TableOptions) -> Cell:
    """Return what stands below or beside a coefficient."""
    if e is None or what == "none":
        return EMPTY
    if what == "ci":
        low, high = (bound * _scale(e, options) for bound in e.ci)
        digits = max(digits_of(low, options), digits_of(high, options))
        return Interval(low=low, high=high, digits=digits)
    if what == "se":
        value = e.se * _scale(e, options)
        return Number(value=value, digits=digits_of(value, options), brackets=options.brackets)
    value = e.t if what == "t" else e.p
    return Number(value=value, digits=options.digits, brackets=options.brackets)


def _adjusted(e: Estimate | None, together: TableInference | None) -> Cell:
    if e is None:
        return EMPTY
    return Number(value=adjusted_p(together, e), digits=P_DIGITS, brackets="[]")


def _scale(e: Estimate, options: TableOptions) -> float:
    """A share has no units that a factor could change."""
    return 1.0 if e.kind == "share" else options.scale

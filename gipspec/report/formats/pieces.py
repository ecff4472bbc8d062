"""Cells as pieces of typeset text, for formats that have no mathematics."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.report.cells import Cell, Coefficient, Empty, Interval, Math, Number
from gipspec.report.decimals import fixed
from gipspec.report.escape import one_line
from gipspec.report.printed import is_finite, plain_cell
from gipspec.report.table import Table

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Text that is printed as it stands; `raised` for stars."""

    text: str
    raised: bool = False


def pieces_of(cell: Cell) -> tuple[Piece, ...]:
    """Return the pieces of a cell, none for an empty one."""
    if is_dash(cell):
        return (Piece(text=DASH),)
    match cell:
        case Coefficient(value=value, digits=digits, stars=stars):
            number = Piece(text=_number(value, digits))
            return (number, Piece(text="*" * stars, raised=True)) if stars else (number,)
        case Number(value=value, digits=digits, brackets=brackets):
            return (Piece(text=brackets[:1] + _number(value, digits) + brackets[1:]),)
        case Interval(low=low, high=high, digits=digits):
            return (Piece(text=f"[{_number(low, digits)}, {_number(high, digits)}]"),)
        case Math(plain="-"):
            return (Piece(text=MINUS),)
        case _:
            text = plain_cell(cell)
            return (Piece(text=text),) if text else ()


def text_of(cell: Cell) -> str:
    """Return the pieces of a cell in one."""
    return "".join(p.text for p in pieces_of(cell))


def is_dash(cell: Cell) -> bool:
    """Tell whether a cell prints as a dash: it is not applicable, or not finite."""
    match cell:
        case Empty(dash=dash):
            return dash
        case Number() | Coefficient():
            return not is_finite(cell)
        case Interval(low=low, high=high):
            return not (is_finite(low) and is_finite(high))
        case _:
            return False


def _number(value: float, digits: int) -> str:
    text = fixed(value, digits, group=",")
    return MINUS + text[1:] if text.startswith("-") else text


def title_of(table: Table) -> str:
    """Return what stands over a table: its title, or its name where it has none."""
    title = table.title or table.name
    title = title.upper() if table.style.title_look == "caps" else title
    return one_line(f"{title}{' (DRAFT)' if table.draft else ''}")


def notes_of(table: Table) -> str:
    """Return the notes of a table as one paragraph."""
    return " ".join(text_of(note) for note in table.notes)


def origin_of(table: Table) -> str:
    """Return the sentence that says what a table was made from."""
    p = table.provenance
    return one_line(
        f"Table {table.name} of {p.spec}, made by gipspec {p.version} from {p.data} (sha256 {p.data_hash})."
    )

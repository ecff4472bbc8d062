"""One cell as LaTeX: each type has its own rule, and only `Text` holds what a user wrote."""

from __future__ import annotations

from gipspec.report.cells import TICK, Cell, Coefficient, Empty, Interval, Mark, Math, Number, Raw, Text
from gipspec.report.decimals import fixed
from gipspec.report.escape import Latex, escape
from gipspec.report.lines import wrap
from gipspec.report.printed import is_finite

DASHES = Latex("--")
MINUS = r"\gipminus "  # takes no width, so that digits stay below digits


def cell_latex(cell: Cell) -> Latex:
    """Return the LaTeX of a cell."""
    match cell:
        case Empty(dash=dash):
            return DASHES if dash else Latex("")
        case Text(text=text):
            return escape(text)
        case Math(latex=source):
            return Latex(f"${source}$")
        case Raw(latex=source):
            return Latex(source)
        case Mark():
            return Latex(r"\ensuremath{\checkmark}") if cell.text == TICK else escape(cell.text)
        case Number() | Coefficient() if not is_finite(cell):
            return DASHES
        case Number(value=value, digits=digits, brackets=""):
            return _number(value, digits, "$-$")
        case Number(value=value, digits=digits, brackets=brackets):
            return Latex(
                brackets[0] + _number(value, digits, "$-$" if brackets == "[]" else MINUS) + brackets[1]
            )
        case Coefficient(value=value, digits=digits, stars=stars):
            marks = f"\\gipstars{{{'*' * stars}}}" if stars else ""
            return Latex(_number(value, digits, MINUS) + marks)
        case Interval(low=low, high=high, digits=digits):
            if not (is_finite(low) and is_finite(high)):
                return DASHES
            return Latex(f"{{[}}{_number(low, digits, '$-$')}, {_number(high, digits, '$-$')}{{]}}")


def _number(value: float, digits: int, minus: str) -> Latex:
    text = fixed(value, digits, group=",")
    return Latex(minus + text[1:] if text.startswith("-") else text)


def broken(cell: Cell, width: int, place: str, align: str, *, hang: bool = False) -> Latex:
    """Break a long text over lines of about `width` characters, in a box of its own; `hang` indents them."""
    if not isinstance(cell, Text):
        return cell_latex(cell)
    lines = wrap(cell.text, width)
    if len(lines) == 1:
        return escape(lines[0])
    body = (r" \\ \quad " if hang else r" \\ ").join(escape(x) for x in lines)
    return Latex(f"\\begin{{tabular}}[{place}]{{@{{}}{align}@{{}}}}{body}\\end{{tabular}}")


def integer_part(cell: Coefficient | Number) -> str:
    """Return the printed digits before the decimal point, without sign."""
    return fixed(abs(cell.value), cell.digits, group=",").split(".")[0]


def aligned_number(cell: Cell, widest: str) -> Latex:
    """Write a cell; a number gets room on its left up to the widest integer part of its column."""
    if widest and isinstance(cell, Coefficient | Number) and is_finite(cell):
        room = widest[: len(widest) - len(integer_part(cell))]
        return Latex((f"\\phantom{{{room}}}" if room else "") + cell_latex(cell))
    return cell_latex(cell)

"""Rounding for print: one rule for every format.

A float is rounded from its shortest decimal form (the digits that `repr` shows and `results.json` holds),
half to even. The printed digits are thus those a reader would get from `results.json`, on every machine.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

LARGE = 1e12


def fixed(value: float, digits: int, *, group: str = "") -> str:
    """Return `value` with `digits` decimals, ASCII minus, `group` between thousands; scientific from 1e12 on.

    Raises ValueError for a value that is not finite.
    """
    if not math.isfinite(value):
        raise ValueError("only finite numbers can be printed")
    style = f"{',' if group else ''}.{digits}{'e' if abs(value) >= LARGE else 'f'}"
    with localcontext() as context:
        context.rounding = ROUND_HALF_EVEN
        text = format(Decimal(repr(float(value))), style)
    return text.removeprefix("-").replace(",", group) if value == 0 else text.replace(",", group)


def p_value(p: float) -> str:
    """Return `p = 0.031` or `p < 0.001`, for a sentence; a p-value that is not known is said to be so."""
    if not math.isfinite(p):
        return "p not known"
    return "p < 0.001" if p < 0.001 else f"p = {fixed(p, 3)}"


def significant(value: float, digits: int) -> int:
    """Return the decimals with which a value has so many significant digits once it is rounded; none is 0."""
    if value == 0 or not math.isfinite(value):
        return max(0, digits - 1)
    with localcontext() as context:
        context.prec, context.rounding = digits, ROUND_HALF_EVEN
        rounded = +Decimal(repr(float(value)))
    return max(0, digits - 1 - rounded.adjusted())


def percent(share: float) -> str:
    """Return a share as a percentage without trailing zeros: 0.01 is `1%`, 0.975 is `97.5%`."""
    value = Decimal(repr(float(share))) * 100
    return f"{value.normalize():f}%"

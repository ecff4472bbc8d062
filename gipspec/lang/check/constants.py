"""Arguments that are written out: numbers, breaks, signs and scales, known before the data are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gipspec.diagnostics import Problem, problem
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Panel
from gipspec.lang.syntax import Argument, Call, Each, Expr, Name, Unary
from gipspec.lang.vocabulary import FUNCTIONS, describe
from gipspec.lang.vocabulary.kinds import Share, Whole

MOST_PERIODS = 1000
MOST_GROUPS = 1000
CUBIC = 3.0  # the degree of a spline unless told

_PERIODS = Whole(low=1, high=MOST_PERIODS)
CONSTANTS: Mapping[str, Mapping[str, Whole | Share]] = {
    "round": {"digits": Whole(low=-15, high=15)},
    "lag": {"k": _PERIODS},
    "lead": {"k": _PERIODS},
    "diff": {"k": _PERIODS},
    "winsor": {"share": Share(low=0, high=0.5)},
    "cut": {"groups": Whole(low=2, high=MOST_GROUPS)},
    "poly": {"degree": Whole(low=1, high=20)},
    "bs": {"degree": Whole(low=1, high=10), "df": Whole(low=1, high=100)},
}
SCALED = frozenset(entry.name for entry in FUNCTIONS.values() if "scale" in entry.named)


def named_arguments(call: Call) -> list[tuple[str, Argument]]:
    """Return the arguments of a call with their names; one that is repeated has the last name."""
    names = FUNCTIONS[call.function].positional
    positional = [argument for argument in call.arguments if argument.name is None]
    placed = [(names[min(at, len(names) - 1)], argument) for at, argument in enumerate(positional)]
    return placed + [(a.name, a) for a in call.arguments if a.name is not None]


def is_written_out(call: Call, argument: Argument) -> bool:
    """Tell whether an argument is a number or a word of the language, and no column."""
    legal = {"scale"} if call.function in SCALED else CONSTANTS.get(call.function, {})
    return bool(legal) and any(given is argument and name in legal for name, given in named_arguments(call))


def check_constants(call: Call, panel: Panel | None) -> list[Problem]:
    """Return the problems of what a call has written out, in the words of the data room.

    They are G207 for numbers and breaks, G214 for the signs of an index, G204 and G110 for its scale.
    """
    if call.function in SCALED:
        return [*_signs(call), *_scale(call, panel)]
    given = {name: argument.value for name, argument in named_arguments(call)}
    limits = dict(CONSTANTS.get(call.function, {}))
    degree = constant(given["degree"]) if "degree" in given else CUBIC
    if call.function == "bs" and degree is not None and _legal(degree, limits["degree"]):
        limits["df"] = Whole(low=int(degree), high=100)
    return [
        found
        for name, kind in limits.items()
        if name in given and (found := _number(call, name, given[name], kind)) is not None
    ]


def _number(call: Call, name: str, value: Expr, kind: Whole | Share) -> Problem | None:
    if call.function == "cut" and isinstance(value, Each):
        breaks = [constant(item) for item in value.items]
        known = [b for b in breaks if b is not None]
        rising = len(known) == len(breaks) and known == sorted(set(known))
        return None if rising else _wrong(call, "breaks are numbers in rising order, written out")
    number = constant(value)
    if number is not None and _legal(number, kind):
        return None
    return _wrong(call, f"`{name}` is {describe(kind)}, written out")


def _legal(number: float, kind: Whole | Share) -> bool:
    if isinstance(kind, Share):
        return kind.low < number < kind.high
    return number.is_integer() and kind.low <= number <= kind.high


def _wrong(call: Call, reason: str) -> Problem:
    entry = FUNCTIONS[call.function]
    remedy = f"for example: `{entry.example}`"
    return problem("G207", call.span, name=entry.name, reason=reason, remedy=remedy)


def _signs(call: Call) -> Iterator[Problem]:
    for argument in call.arguments:
        value = argument.value
        if argument.name is None and not (isinstance(value, Unary) and value.op in ("+", "-")):
            yield problem("G214", value.span, name=print_expr(value))


def _scale(call: Call, panel: Panel | None) -> Iterator[Problem]:
    for value in (a.value for a in call.arguments if a.name == "scale"):
        word = value.text if isinstance(value, Name) else ""
        if word == "all":
            continue
        if panel is None:
            yield problem("G110", value.span, what="`scale=year`")
        elif word not in ("year", panel.time):
            remedy = "use `scale=year`, or leave it away to scale over all rows"
            yield problem("G204", value.span, found=value.span.text, name="scale", remedy=remedy)

"""How many treatments, instruments and quantiles a model takes, and whose mean effect it estimates."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.diagnostics import Problem, problem
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Settings, Term
from gipspec.lang.syntax import Each, Expr, Option
from gipspec.source import Span

SINGLE = frozenset({"irm", "pliv", "iivm", "did", "qte", "apo"})  # models of one treatment
MOST_QUANTILES = 99
# words that `target=` takes; of the other models the one that changes nothing, "ate"
TARGETS = {"irm": ("ate", "att"), "iivm": ("late",), "did": ("att",)}


def arity_conflicts(
    settings: Settings,
    options: Mapping[str, Option],
    defaults: Mapping[str, Option],
    treatments: tuple[Expr, ...],
    controls: tuple[Term, ...],
    where: Span,
) -> list[Problem]:
    """Refuse several treatments or instruments where there is room for one, and targets of another model.

    What a `defaults` statement gives applies where it suits.
    """
    found: list[Problem] = []
    model = f"model={settings.model}"
    if settings.model in SINGLE and len(treatments) > 1:
        what, remedy = f"{len(treatments)} treatments", "make a line for each treatment"
        remedy += "" if controls else "; controls stand behind `|`"
        found.append(problem("G208", _place(options, where), option=model, what=what, remedy=remedy))
    if settings.model == "iivm" and len(settings.iv) > 1:
        what, remedy = f"{len(settings.iv)} instruments", "name one, or use `model=pliv`"
        found.append(problem("G208", options["iv"].value.span, option=model, what=what, remedy=remedy))
    if settings.model == "qte" and "quantiles" in options:
        found += _quantiles(settings.quantiles, options["quantiles"])
    target = options.get("target")
    suits = TARGETS.get(settings.model, ("ate",))
    if target is not None and target is not defaults.get("target") and _word(target) not in suits:
        words = " or ".join(f"`target={word}`" for word in suits)
        option = f"target={_word(target)}"
        remedy = f"write {words}, or leave it away"
        found.append(problem("G208", target.span, option=option, what=f"`{model}`", remedy=remedy))
    return found


def _quantiles(quantiles: tuple[float, ...], option: Option) -> list[Problem]:
    """Refuse more quantiles than percentiles, and one that is there already, up to six decimals."""
    if len(quantiles) > MOST_QUANTILES:
        expected, remedy = f"it takes at most {MOST_QUANTILES} numbers", "name fewer"
        count = f"{len(quantiles)} numbers"
        return [
            problem(
                "G203", option.value.span, name="quantiles", found=count, expected=expected, remedy=remedy
            )
        ]
    items = option.value.items if isinstance(option.value, Each) else (option.value,)
    places = dict(zip((round(q, 6) for q in reversed(quantiles)), reversed(items), strict=True))
    repeated = [item for q, item in zip(quantiles, items, strict=True) if places[round(q, 6)] is not item]
    return [problem("G211", item.span, name=print_expr(item)) for item in repeated]


def _place(options: Mapping[str, Option], where: Span) -> Span:
    for name in ("model", "iv"):
        if name in options:
            return options[name].span
    return where


def _word(option: Option) -> str:
    return print_expr(option.value)

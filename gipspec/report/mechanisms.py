"""How a note says what direct and indirect effects are, and what they rest on (docs/statistics.md)."""

from __future__ import annotations

from gipspec.report.columns import Column
from gipspec.report.decimals import percent
from gipspec.report.phrases import column_list

KINDS = frozenset({"total", "direct", "indirect", "share", "effect on mediator", "slope"})

LINEAR = (
    "The direct effect is the coefficient of the treatment with the mediator as a second treatment, the "
    "indirect effect the total less the direct one; both are causal if, given controls and effects, the "
    "treatment is as good as random, the mediator too once the treatment is given, and they do not interact"
)
INTERACTIVE = (
    "Direct and indirect effects are from efficient scores (Farbmacher et al. 2022); they are causal if, "
    "given the controls, the treatment is as good as random, and the mediator too once the treatment is "
    "given. The direct effect keeps the mediator as it is with (treated) or without (untreated) the "
    "treatment; the indirect effect changes the mediator alone, under treatment (treated) or without it "
    "(untreated)"
)
EFFECT = "The effect on the mediator is in units of the mediator."
SHARE = "The share mediated is {what} over the total effect."
BOUNDED = "Weights of direct and indirect effects are bounded in up to {share} of the observations."
SUMS = "Each entry is a median over splits of its own, so that they need not add up exactly."


def is_mechanism(column: Column) -> bool:
    return any(e.kind in KINDS and not e.moderator for _, e in column.estimates)


def mechanism_sentences(columns: tuple[Column, ...]) -> list[str]:
    """Return what a reader of a table with mechanisms must know; nothing without such columns."""
    shown = tuple(c for c in columns if is_mechanism(c))
    kinds = {e.kind for c in shown for _, e in c.estimates}
    found: list[str] = []
    for model, text in (("plr", LINEAR), ("irm", INTERACTIVE)):
        numbers = [c.number for c in shown if c.first.model == model]
        if numbers and kinds & {"direct", "indirect", "share"}:
            where = "" if len(numbers) == len(shown) else f" ({column_list(numbers)})"
            found.append(f"{text}{where}.")
    if "share" in kinds:
        interactive = any(c.first.model == "irm" for c in shown)
        what = "the mean of both indirect effects" if interactive else "the indirect effect"
        found.append(SHARE.format(what=what))
    if "effect on mediator" in kinds:
        found.append(EFFECT)
    trimmed = max((dict(e.measures).get("trimmed", 0.0) for c in shown for _, e in c.estimates), default=0.0)
    if trimmed > 0:
        found.append(BOUNDED.format(share=percent(round(trimmed, 4))))
    if len(kinds) > 1 and any(c.first.reps > 1 for c in shown):
        found.append(SUMS)
    return found

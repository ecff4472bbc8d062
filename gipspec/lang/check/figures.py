"""Kinds of figures: which models each can show, and which one a figure has that names none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.lang.check.moderators import is_pooled
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model
from gipspec.lang.syntax import Binary, Call
from gipspec.lang.vocabulary import FIGURE_KINDS
from gipspec.source import Span

Suits = Callable[[Model], bool]
MOST_LINES = 12  # models beyond which a figure that names no kind is a specification curve


def is_product(model: Model) -> bool:
    """Tell whether the treatments are d and d × w, as `d * w` makes them."""
    match model.treatments:
        case (d, Binary(op="*", left=left)):
            return print_expr(left) == print_expr(d)
        case _:
            return False


def has_groups(model: Model) -> bool:
    return model.settings.het is not None and not has_tree(model)


def has_tree(model: Model) -> bool:
    het = model.settings.het
    return isinstance(het, Call) and het.function == "policytree"


def has_arms(model: Model) -> bool:
    """Tell whether a model has arms of its own: no placebo has, nor what is made of common nuisances."""
    settings = model.settings
    return not settings.placebo and (settings.het is None or not (has_tree(model) or is_pooled(settings)))


def has_one_effect(model: Model) -> bool:
    settings = model.settings
    return settings.het is None and not settings.via and settings.model not in ("qte", "apo")


# A kind that is not here shows any model; those of OF_DIFFERENCES show differences of models too.
SUITS: dict[str, Suits] = {
    "event": lambda m: m.settings.model == "did",
    "placebo": lambda m: m.settings.placebo > 0,
    "sensitivity": lambda m: m.settings.sensitivity is not None,
    "marginal": lambda m: is_product(m) or has_groups(m),
    "groups": has_groups,
    "quantiles": lambda m: m.settings.model == "qte",
    "curve": has_one_effect,
    "overlap": has_arms,
    "balance": lambda m: has_arms(m) and m.settings.model != "pliv",
    "calibration": lambda m: has_arms(m) and m.settings.model not in ("plr", "pliv"),
    "tree": has_tree,
}
OF_DIFFERENCES = ("coefficients",)

# In this order a figure takes the first kind that all of its models suit.
INFERRED: tuple[tuple[str, Suits], ...] = (
    ("event", SUITS["event"]),
    ("placebo", SUITS["placebo"]),
    ("sensitivity", SUITS["sensitivity"]),
    ("marginal", is_product),
    ("groups", has_groups),
    ("tree", has_tree),
    ("quantiles", SUITS["quantiles"]),
)


def kind_of(models: Iterable[Model | None]) -> str:
    """Return the kind of a figure whose line names none; None stands for a difference of models."""
    shown = list(models)
    for kind, suits in INFERRED:
        if shown and all(m is not None and suits(m) for m in shown):
            return kind
    many = len(shown) > MOST_LINES and all(m is not None and has_one_effect(m) for m in shown)
    return "curve" if many else "coefficients"


def unsuited(kind: str, name: str, models: Iterable[Model | None], span: Span) -> Iterator[Problem]:
    """Yield the problem (G540) of the first of the models of a name that a kind cannot show."""
    suits = SUITS.get(kind)
    entry = FIGURE_KINDS[kind]
    for model in models:
        fine = kind in OF_DIFFERENCES if model is None else suits is None or suits(model)
        if not fine:
            what = f"`{model.name}`" if model is not None else "a difference of models"
            yield problem(
                "G540", span, kind=kind, name=name, what=what, needs=entry.needs, remedy=entry.remedy
            )
            return

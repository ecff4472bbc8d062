"""What a recipe makes of the cross-fits: estimates, and series of numbers for figures."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.diagnostics import Problem
from gipspec.estimate import Aggregate, Influence

# kinds of estimates that a table shows only where `keep=` names them
ON_REQUEST = frozenset({"slope", "marginal", "potential quantile", "level", "cohort", "period"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NuisanceFit:
    """Out-of-fold fit of one nuisance, the mean over repetitions.

    `role` is "outcome", "treatment" and the like; `target` the variable, `metrics` pairs such as ("r2", 0.41)
    or, for a classifier, ("log_loss", .5), ("auc", .7); `weights` are those of a stack, by member.
    """

    role: str
    target: str
    learner: str
    metrics: tuple[tuple[str, float], ...]
    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers for a figure: columns of equal length.

    `kind` says what they are ("placebo", "marginal", "contour", "tree", "event", "quantiles", "gate"; those
    of `gipspec.recipe.support`); `key` is what follows the model's name in theirs, or else the kind does.
    """

    key: str
    kind: str
    columns: tuple[tuple[str, tuple[float | str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One estimate of a model.

    `key` is what follows the model's name in the name of the estimate (`openness.high`, `indirect`, `-2`),
    empty for the one estimate of a plain model. `kind` is what it is an estimate of: "effect", "group",
    "difference", "total", "direct", "indirect", "share", "event", "quantile", "level" and the like. `term` is
    the row of a table that it stands in; groups of a `moderator` stand beside each other in columns that are
    called by `group`. `measures` are further numbers by name (`first_stage_f`).
    """

    key: str = ""
    kind: str = "effect"
    outcome: str
    treatment: str
    term: str
    term_label: str
    moderator: str = ""
    group: str = ""
    aggregate: Aggregate
    influence: Influence
    n: int
    units: int
    clusters: int
    cluster: tuple[str, ...]
    fe_method: str
    excluded: int
    rows_lost: tuple[tuple[str, int], ...]
    nuisances: tuple[NuisanceFit, ...]
    residual_share: float = float("nan")
    effects_share: float = float("nan")
    measures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """All that a model yields; `problems` are warnings about it that only its estimation could tell."""

    found: tuple[Found, ...]
    series: tuple[Series, ...] = ()
    problems: tuple[Problem, ...] = ()

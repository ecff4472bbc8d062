"""From what recipes found to estimates with all that is reported about them (docs/statistics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, nearest, problem
from gipspec.engine.results import Estimate, NamedSeries
from gipspec.estimate import difference
from gipspec.lang.check import term_text
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Contrast, Model, Settings
from gipspec.plan import describe_settings
from gipspec.recipe import Found, Made
from gipspec.source import Span

T = TypeVar("T")


def assemble(model: Model, made: Made, dataset: Dataset) -> tuple[Estimate, ...]:
    """Name what a model's recipe found, and add what the spec says of it."""
    return tuple(_estimate(model, one, dataset) for one in made.found)


def name_series(model: Model, made: Made) -> tuple[NamedSeries, ...]:
    """Name the series of a model: `fake.placebo`."""
    return tuple(
        NamedSeries(name=_name(model, s.key or s.kind), model_name=model.name, series=s) for s in made.series
    )


def _name(model: Model, key: str) -> str:
    return f"{model.name}.{key}" if key else model.name


def _estimate(model: Model, one: Found, dataset: Dataset) -> Estimate:
    settings, inference = model.settings, one.aggregate
    return Estimate(
        name=_name(model, one.key),
        model_name=model.name,
        family=model.family,
        variant=model.variant,
        choice=model.choice,
        model=settings.model,
        key=one.key,
        kind=one.kind,
        outcome=one.outcome,
        outcome_label=dataset.labels.get(one.outcome, ""),
        treatment=one.treatment,
        term=one.term,
        term_label=one.term_label,
        moderator=one.moderator,
        group=one.group,
        coef=inference.coef,
        se=inference.se,
        t=inference.t,
        p=inference.p,
        ci=inference.ci,
        level=settings.level,
        n=one.n,
        units=one.units,
        clusters=one.clusters,
        cluster=one.cluster,
        learner=_learners(settings),
        folds=settings.folds,
        reps=settings.reps,
        fe=tuple(":".join(e) for e in settings.fe),
        fe_method=one.fe_method,
        sample=_sample(model),
        excluded=one.excluded,
        winsor=settings.winsor,
        controls=tuple(term_text(t) for t in model.controls),
        nuisances=one.nuisances,
        spread=inference.spread,
        residual_share=one.residual_share,
        effects_share=one.effects_share,
        rows_lost=one.rows_lost,
        line=model.line,
        measures=one.measures,
        settings=tuple(describe_settings(model).items()),
        influence=one.influence,
    )


def _learners(settings: Settings) -> str:
    """Return one label where all nuisances have the same learner, otherwise that of each."""
    used = [settings.learner_y, settings.learner_d]
    used += [settings.learner_z] if settings.iv else []
    used += [settings.learner_m] if settings.via else []
    if all(learner == used[0] for learner in used):
        return used[0].label
    return " / ".join(learner.label for learner in used)


def _sample(model: Model) -> str:
    sample = model.settings.sample
    if sample is None:
        return "all rows"
    return sample.name or print_expr(sample.condition)


def compare(contrast: Contrast, estimates: Sequence[Estimate]) -> Estimate | None:
    """Return the difference of two estimates; None where one of them failed, which is reported there.

    Raises GipError: G101 for an estimate that its model does not have, G108 for a model with several, G413
    for different clusters.
    """
    a = _side(contrast.left, contrast.left_span, estimates)
    b = _side(contrast.right, contrast.right_span, estimates)
    if a is None or b is None:
        return None
    found, influence = difference(a.influence, b.influence, a.level)
    return replace(
        a,
        name=contrast.name,
        model_name=contrast.name,
        family=contrast.name,
        variant="",
        choice="",
        model="difference",
        key="",
        kind="difference",
        outcome=_shared(a.outcome, b.outcome, ""),
        outcome_label=_shared(a.outcome_label, b.outcome_label, ""),
        treatment=_shared(a.treatment, b.treatment, ""),
        moderator="",
        group="",
        term=f"{a.name} - {b.name}",
        term_label=f"{a.name} − {b.name}",
        coef=found.coef,
        se=found.se,
        t=found.t,
        p=found.p,
        ci=found.ci,
        spread=found.spread,
        n=max(a.n, b.n),
        units=max(a.units, b.units),
        clusters=min(len(names) for names in influence.clusters),
        learner=_shared(a.learner, b.learner, ""),
        folds=_shared(a.folds, b.folds, ""),
        reps=len(influence.theta),
        fe=_shared(a.fe, b.fe, ()),
        fe_method=_shared(a.fe_method, b.fe_method, ""),
        sample=_shared(a.sample, b.sample, ""),
        excluded=min(a.excluded, b.excluded),
        winsor=_shared(a.winsor, b.winsor, 0.0),
        controls=_shared(a.controls, b.controls, ()),
        nuisances=(),
        residual_share=float("nan"),
        effects_share=float("nan"),
        rows_lost=(),
        line=contrast.line,
        measures=(),
        settings=(),
        influence=influence,
    )


def _shared(left: T, right: T, blank: T) -> T:
    """Return what both estimates have in common, and `blank` where they differ."""
    return left if left == right else blank


def _side(name: str, span: Span | None, estimates: Sequence[Estimate]) -> Estimate | None:
    """Find the estimate that a name addresses: its own, or its model's, if that has one only."""
    own = [e for e in estimates if e.name == name] or [e for e in estimates if e.model_name == name]
    if len(own) == 1:
        return own[0]
    of_model = own or [e for e in estimates if name.startswith(f"{e.model_name}.")]
    if not of_model:
        return None
    names = [e.name for e in of_model]
    members = ", ".join(f"`{n}`" for n in names)
    if own:
        raise GipError(problem("G108", span, name=name, count=len(own), what="estimates", members=members))
    guess = nearest(name, names)
    remedy = f"did you mean `{guess}`?" if guess else f"the estimates are {members}"
    raise GipError(problem("G101", span, kind="estimate", name=name, remedy=remedy))

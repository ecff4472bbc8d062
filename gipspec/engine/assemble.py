"""From cross-fitted predictions to estimates with all that is reported about them (DESIGN 4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.prepare import Prepared
from gipspec.engine.results import Estimate, NuisanceFit
from gipspec.estimate import (
    Aggregate,
    Clusters,
    Influence,
    Split,
    aggregate,
    correct_by_unit,
    difference,
    plr,
    stack_influence,
)
from gipspec.lang.check import term_text
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Contrast, Learner, Model
from gipspec.learn import CrossFit, fit_quality
from gipspec.plan import describe_settings

Array = NDArray[np.float64]
T = TypeVar("T")


def assemble(
    prepared: Prepared, fits: Sequence[Sequence[CrossFit]], dataset: Dataset
) -> tuple[Estimate, ...]:
    """Estimate a model from its cross-fits: `fits[r]` are those of repetition r, in the order of the targets.

    Raises GipError G407, G408 or G411.
    """
    model, design = prepared.model, prepared.design
    clusters = _clusters(prepared)
    names = [target.name for target in prepared.targets[1:]]
    by_rep: list[tuple[Split, ...]] = []
    shares: list[Array] = []
    for rep in fits:
        m_hat = np.column_stack([fit.prediction for fit in rep[1:]])
        if design.correct_by_unit:
            m_hat = np.column_stack(
                [correct_by_unit(m_hat[:, j], design.d[:, j], design.unit) for j in range(m_hat.shape[1])]
            )
        by_rep.append(
            plr(
                design.y,
                design.d,
                rep[0].prediction,
                m_hat,
                clusters,
                names=names,
                outcome=prepared.targets[0].name,
            )
        )
        shares.append(np.var(design.d - m_hat, axis=0) / np.var(design.d, axis=0))
    nuisances = _nuisances(prepared, fits)
    share = np.mean(shares, axis=0)
    named = clusters if clusters.dimensions else Clusters.of_rows(_rows(prepared))
    return tuple(
        _estimate(
            prepared,
            dataset,
            j,
            aggregate([splits[j] for splits in by_rep], model.settings.level),
            stack_influence([splits[j] for splits in by_rep], named),
            nuisances,
            float(share[j]),
        )
        for j in range(len(names))
    )


def _rows(prepared: Prepared) -> NDArray[np.int64]:
    return prepared.data.rows[prepared.design.rows]


def _clusters(prepared: Prepared) -> Clusters:
    design = prepared.design
    return Clusters(
        dimensions=tuple(name for name, _, _ in design.clusters),
        names=tuple(names for _, names, _ in design.clusters),
        codes=tuple(codes for _, _, codes in design.clusters),
    )


def _nuisances(prepared: Prepared, fits: Sequence[Sequence[CrossFit]]) -> tuple[NuisanceFit, ...]:
    found = []
    for i, target in enumerate(prepared.targets):
        qualities = [dict(fit_quality(target.values, rep[i].prediction, rep[i].task)) for rep in fits]
        weights = [dict(rep[i].weights) for rep in fits]
        found.append(
            NuisanceFit(
                role=target.role,
                target=target.name,
                learner=target.learner.label,
                metrics=_means(qualities),
                weights=_means(weights),
            )
        )
    return tuple(found)


def _means(rows: Sequence[dict[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple((name, float(np.mean([row[name] for row in rows]))) for name in rows[0])


def _estimate(
    prepared: Prepared,
    dataset: Dataset,
    j: int,
    found: Aggregate,
    influence: Influence,
    nuisances: tuple[NuisanceFit, ...],
    residual_share: float,
) -> Estimate:
    model, design, settings = prepared.model, prepared.design, prepared.model.settings
    treatment = prepared.targets[1 + j].name
    outcome = prepared.targets[0].name
    several = len(model.treatments) > 1
    n = len(design.y)
    return Estimate(
        name=f"{model.name}.{treatment}" if several else model.name,
        model_name=model.name,
        family=model.family,
        variant=model.variant,
        choice=model.choice,
        model=settings.model,
        outcome=outcome,
        outcome_label=dataset.labels.get(outcome, ""),
        treatment=treatment,
        term=treatment,
        term_label=_term_label(treatment, dataset),
        coef=found.coef,
        se=found.se,
        t=found.t,
        p=found.p,
        ci=found.ci,
        level=settings.level,
        n=n,
        units=int(np.unique(design.unit).size),
        clusters=min((int(np.unique(codes).size) for _, _, codes in design.clusters), default=n),
        cluster=tuple(name for name, _, _ in design.clusters),
        learner=_learners(settings.learner_y, settings.learner_d),
        folds=settings.folds,
        reps=settings.reps,
        fe=tuple(":".join(e) for e in settings.fe),
        fe_method=settings.fe_method if settings.fe else "none",
        sample=_sample(model),
        excluded=len(dataset.frame) - prepared.data.n_candidates,
        winsor=settings.winsor,
        controls=tuple(term_text(t) for t in model.controls),
        nuisances=tuple(n for n in nuisances if n.role == "outcome" or n.target == treatment),
        spread=found.spread,
        residual_share=residual_share,
        effects_share=design.effects_share,
        rows_lost=prepared.data.rows_lost,
        line=model.line,
        settings=tuple(describe_settings(model).items()),
        influence=influence,
    )


def _learners(learner_y: Learner, learner_d: Learner) -> str:
    if learner_y == learner_d:
        return learner_y.label
    return f"{learner_y.label} / {learner_d.label}"


def _sample(model: Model) -> str:
    sample = model.settings.sample
    if sample is None:
        return "all rows"
    return sample.name or print_expr(sample.condition)


def _term_label(treatment: str, dataset: Dataset) -> str:
    parts = [dataset.labels.get(part, part) for part in treatment.split(":")]
    return " × ".join(parts)


def compare(contrast: Contrast, estimates: Sequence[Estimate]) -> Estimate | None:
    """Return the difference of two estimates; None where one of them failed, which is reported there.

    Raises GipError G108 for a model with several treatments, G413 for different clusters.
    """
    left = [e for e in estimates if e.model_name == contrast.left]
    right = [e for e in estimates if e.model_name == contrast.right]
    if not left or not right:
        return None
    for side in (left, right):
        if len(side) > 1:
            raise GipError(_several(side, contrast))
    a, b = left[0], right[0]
    found, influence = difference(a.influence, b.influence, a.level)
    return replace(
        a,
        name=contrast.name,
        model_name=contrast.name,
        family=contrast.name,
        variant="",
        choice="",
        model="difference",
        outcome=_shared(a.outcome, b.outcome, ""),
        outcome_label=_shared(a.outcome_label, b.outcome_label, ""),
        treatment=_shared(a.treatment, b.treatment, ""),
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
        settings=(),
        influence=influence,
    )


def _shared(left: T, right: T, blank: T) -> T:
    """Return what both estimates have in common, and `blank` where they differ."""
    return left if left == right else blank


def _several(side: Sequence[Estimate], contrast: Contrast) -> Problem:
    members = ", ".join(f"`{e.name}`" for e in side)
    return problem("G108", contrast.span, name=side[0].model_name, count=len(side), members=members)

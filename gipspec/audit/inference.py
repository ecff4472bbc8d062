"""Rules on standard errors and splits."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.engine import Estimate
from gipspec.lang.study import Model, Study

FEW_CLUSTERS = 30


def unclustered(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A03: a panel without clusters at all; coarser clusters than the unit are the user's choice."""
    if study.panel and not model.settings.cluster:
        yield problem("A03", name=model.name, unit=study.panel.unit)


def one_split(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A04: an estimate that rests on one random split."""
    if model.settings.reps == 1 and isinstance(model.settings.folds, int):
        yield problem("A04")


def few_clusters(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A10: fewer clusters than the normal approximation needs (Cameron, Gelbach and Miller 2008)."""
    if estimate.cluster and estimate.clusters < FEW_CLUSTERS:
        yield problem("A10", clusters=estimate.clusters)

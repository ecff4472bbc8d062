"""Rules on what the learners achieved."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.engine import Estimate
from gipspec.lang.study import Model, Study

WORSE = -0.05  # out-of-fold R² of a learner that adds noise; about nought means nothing was there to learn
LITTLE = 0.05  # share of the treatment's variation that controls should leave at least


def no_better_than_the_mean(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A06: an out-of-fold R² clearly below nought, for a model that has controls."""
    if not model.controls:
        return
    for nuisance in estimate.nuisances:
        r2 = dict(nuisance.metrics).get("r2", 0.0)
        if r2 < WORSE:
            yield problem("A06", target=nuisance.target, r2=f"{r2:.3f}")


def little_variation_left(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A07: a treatment that the controls nearly determine."""
    if estimate.residual_share < LITTLE:
        yield problem("A07", share=f"{estimate.residual_share:.1%}")

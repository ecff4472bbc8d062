"""Rules on what the learners achieved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gipspec.audit.remedies import amended
from gipspec.diagnostics import Finding, finding
from gipspec.lang.study import Model, Study

if TYPE_CHECKING:
    from gipspec.engine import Estimate

WORSE = -0.05  # out-of-fold R² of a learner that adds noise; about nought means nothing was there to learn
LITTLE = 0.05  # share of the treatment's variation that controls should leave at least
OPTIONS = {
    "outcome": "learner_y",
    "treatment": "learner_d",
    "instrument": "learner_z",
    "mediator": "learner_m",
}


def no_better_than_the_mean(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A06: an out-of-fold R² clearly below nought, for a model that has controls."""
    if not model.controls:
        return
    scores = {(n.role, n.target): dict(n.metrics).get("r2", 0.0) for n in estimate.nuisances}
    bad = {key: r2 for key, r2 in scores.items() if r2 < WORSE}
    if not bad:
        return
    (_, target), r2 = min(bad.items(), key=lambda item: item[1])
    options = [OPTIONS.get(role.split(",")[0].split()[0], "") for role, _ in bad]
    yield finding(
        "A06",
        target=target,
        r2=f"{r2:.3f}",
        measures=tuple((f"r2.{target}", r2) for (_, target), r2 in bad.items()),
        remedy=amended(model, (), **dict.fromkeys(options, "lasso")) if all(options) else None,
    )


def little_variation_left(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A07: a treatment that the controls nearly determine."""
    share = estimate.residual_share
    if share < LITTLE:
        yield finding("A07", share=f"{share:.1%}", measures=(("residual_share", share),))

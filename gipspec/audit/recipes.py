"""Rules on how effects are removed and samples are cut."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.engine import Estimate
from gipspec.lang.study import Learner, Model, Study
from gipspec.lang.vocabulary import LEARNERS

SATURATED = 0.05  # share of the treatment's variation that effects should leave at least


def effects_as_dummies(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A01: dummies of units among the features, the field's habit (DESIGN 4.2)."""
    settings = model.settings
    if estimate.fe_method == "dummies":
        worst = settings.learner_y if _has_tree(settings.learner_y) else settings.learner_d
        yield problem("A01", learner=worst.label)


def _has_tree(learner: Learner) -> bool:
    return LEARNERS[learner.name].tree or any(_has_tree(m) for m in learner.members)


def sample_without_effect(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A14: a sample that removes no row."""
    if model.settings.sample is not None and estimate.excluded == 0:
        yield problem("A14", name=model.name)


def effects_saturate(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A16: effects that leave hardly any variation of the treatment."""
    if model.settings.fe and estimate.effects_share < SATURATED:
        yield problem("A16", share=f"{estimate.effects_share:.1%}")


def no_unit_effects(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A19: a panel whose units keep what is constant in them."""
    if study.panel and not any(study.panel.unit in effect for effect in model.settings.fe):
        yield problem("A19")

"""Going through the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gipspec.audit import inference, nuisances, recipes
from gipspec.diagnostics import Problem, sort_problems
from gipspec.engine import Estimate, Results
from gipspec.lang.study import Model, Study

Rule = Callable[[Study, Model, Estimate], Iterator[Problem]]

RULES: dict[str, Rule] = {
    "A01": recipes.effects_as_dummies,
    "A03": inference.unclustered,
    "A04": inference.one_split,
    "A06": nuisances.no_better_than_the_mean,
    "A07": nuisances.little_variation_left,
    "A10": inference.few_clusters,
    "A14": recipes.sample_without_effect,
    "A16": recipes.effects_saturate,
    "A19": recipes.no_unit_effects,
}


def review(study: Study, results: Results) -> tuple[Problem, ...]:
    """Return the findings on the estimates of a run, each with the place of its model.

    A finding that several models of one line share is reported once.
    """
    found: dict[tuple[str, str, str], Problem] = {}
    for model in study.models:
        for estimate in results.of_model(model.name):
            for code, rule in RULES.items():
                if results.draft and code == "A04":
                    continue
                for finding in rule(study, model, estimate):
                    placed = finding.at(model.span).about(model.name)
                    found.setdefault((code, model.family, placed.message), placed)
    return sort_problems(found.values())

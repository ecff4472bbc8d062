"""Going through the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gipspec.audit import adoption, comparisons, identification, inference, nuisances, recipes, roles
from gipspec.diagnostics import Problem, sort_problems
from gipspec.engine import Estimate, Results
from gipspec.lang.study import Model, Study

Rule = Callable[[Study, Model, Estimate], Iterator[Problem]]

RULES: dict[str, Rule] = {
    "A01": recipes.effects_as_dummies,
    "A03": inference.unclustered,
    "A04": inference.one_split,
    "A05": roles.mediator_among_controls,
    "A06": nuisances.no_better_than_the_mean,
    "A07": nuisances.little_variation_left,
    "A09": comparisons.groups_without_difference,
    "A10": inference.few_clusters,
    "A12": roles.index_component,
    "A11": identification.heavy_cuts,
    "A13": adoption.staggered_adoption,
    "A14": recipes.sample_without_effect,
    "A15": identification.weak_instrument,
    "A16": recipes.effects_saturate,
    "A19": recipes.no_unit_effects,
    "A20": identification.unit_effects_stay,
}


def review(study: Study, results: Results) -> tuple[Problem, ...]:
    """Return the findings on the estimates of a run, one for each rule, with the place of its first model
    in the order of names, so that the order of lines changes nothing.

    What other models share is said in the subject, so that a habit of a whole study is reported once.
    """
    first: dict[str, Problem] = {}
    models: dict[str, list[str]] = {}
    for model in sorted(study.models, key=lambda m: m.name):
        for estimate in results.of_model(model.name):
            for code, rule in RULES.items():
                if results.draft and code == "A04":
                    continue
                for finding in rule(study, model, estimate):
                    first.setdefault(code, finding.at(model.span))
                    models.setdefault(code, []).append(model.name)
    return sort_problems(p.about(_subject(models[code])) for code, p in first.items())


def _subject(names: list[str]) -> str:
    """Name the first models of a finding, and count the rest."""
    distinct = list(dict.fromkeys(names))
    shown = ", ".join(distinct[:3])
    return shown if len(distinct) <= 3 else f"{shown} and {len(distinct) - 3} more"

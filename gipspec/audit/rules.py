"""The table of rules: what each needs to see. Their words stand in `gipspec.diagnostics.codes`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from gipspec.audit import (
    adoption,
    comparisons,
    exhibits,
    identification,
    indices,
    inference,
    nuisances,
    recipes,
    roles,
    samples,
)
from gipspec.diagnostics import CODES, Finding
from gipspec.lang.study import Model, Study

if TYPE_CHECKING:
    from gipspec.data import Dataset
    from gipspec.engine import Estimate, Results, Run

OnStudy = Callable[[Study], Iterator[Finding]]
OnModels = Callable[[Study, Sequence[Model]], Iterator[Finding]]
OnModel = Callable[[Study, Model], Iterator[Finding]]
OnData = Callable[[Study, Model, "Dataset"], Iterator[Finding]]
OnAllData = Callable[[Study, Sequence[Model], "Dataset"], "Iterator[tuple[Model, Finding]]"]
OnEstimate = Callable[[Study, Model, "Estimate"], Iterator[Finding]]
OnResults = Callable[[Study, Sequence[Model], "Results"], "Iterator[tuple[Model, Finding]]"]
OnTables = Callable[[Study, "Results", exhibits.Stars], Iterator[Finding]]
OnRuns = Callable[[Study, "Results", "tuple[Run, ...]"], Iterator[Finding]]

# Known before a run, from the spec alone.
STUDY_RULES: dict[str, OnStudy] = {"A11": identification.heavy_tails_of_lets, "A26": indices.scaled_by_year}
COMPARISONS: dict[str, OnModels] = {
    "A05": roles.mediator_among_controls,
    "A09": comparisons.groups_without_difference,
    "A25": roles.three_steps,
}
MODEL_RULES: dict[str, OnModel] = {
    "A01": recipes.effects_as_dummies,
    "A02": inference.split_clusters,
    "A03": inference.unclustered,
    "A04": inference.one_split,
    "A05": roles.made_of_the_model,
    "A08": recipes.squares_for_trees,
    "A11": identification.heavy_winsorising,
    "A12": roles.index_component,
    "A19": recipes.no_unit_effects,
    "A20": identification.unit_effects_stay,
    "A28": roles.moderator_after_treatment,
    "A29": identification.selected_on_outcome,
    "A30": identification.treatment_as_instrument,
    "A31": roles.lagged_outcome,
    "A32": inference.few_draws,
}
# Known once the data are read.
DATA_RULES: dict[str, OnData] = {
    "A01": recipes.names_of_units,
    "A02": inference.folds_split_clusters,
}
DATA_COMPARISONS: dict[str, OnAllData] = {"A03": inference.clusters_below_assignment}
# Known from the estimates of a run, its tables, and the ledger.
ESTIMATE_RULES: dict[str, OnEstimate] = {
    "A06": nuisances.no_better_than_the_mean,
    "A07": nuisances.little_variation_left,
    "A10": inference.few_clusters,
    "A11": identification.heavy_trimming,
    "A13": adoption.staggered_adoption,
    "A15": identification.weak_instrument,
    "A16": recipes.effects_saturate,
}
RESULT_COMPARISONS: dict[str, OnResults] = {"A14": samples.samples_without_effect}
TABLE_RULES: dict[str, OnTables] = {"A17": exhibits.unverifiable_stars}
RUN_RULES: dict[str, OnRuns] = {"A18": exhibits.tried_and_not_shown, "A27": exhibits.searched_tails}

_OURS = {
    *STUDY_RULES,
    *COMPARISONS,
    *MODEL_RULES,
    *DATA_RULES,
    *DATA_COMPARISONS,
    *ESTIMATE_RULES,
    *RESULT_COMPARISONS,
    *TABLE_RULES,
    *RUN_RULES,
}
RULES = tuple(sorted(code for code in CODES if code.startswith("A")))
RAISED = frozenset(RULES) - _OURS  # by the recipes, which see the rows
STATIC = frozenset({*STUDY_RULES, *COMPARISONS, *MODEL_RULES}) - {"A01", "A02", "A03", "A11"}

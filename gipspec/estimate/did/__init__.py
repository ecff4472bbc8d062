"""Difference-in-differences of several periods with staggered adoption, after Callaway and Sant'Anna (2021).

In order: `adoption` finds cohorts, `find_cells` the pairs of cohort and period that can be estimated,
`cell_effect` and `stack_cells` make effects of the cells' predictions, `summarize` aggregates them to event
time, cohort or period, `split_of` and `effect_influence` sum influence to clusters, as `joint_band` and
`difference` need it, and `pre_trend` tests the event times before adoption.
"""

from gipspec.estimate.did.adoption import NEVER, Adoption, adoption, to_wide
from gipspec.estimate.did.cells import Cell, Cells, LeftOut, find_cells, outcome_change
from gipspec.estimate.did.inference import effect_influence, pre_trend, split_of
from gipspec.estimate.did.score import CellEffect, Effects, cell_effect, stack_cells
from gipspec.estimate.did.summary import Summary, summarize

__all__ = [
    "NEVER",
    "Adoption",
    "Cell",
    "CellEffect",
    "Cells",
    "Effects",
    "LeftOut",
    "Summary",
    "adoption",
    "cell_effect",
    "effect_influence",
    "find_cells",
    "outcome_change",
    "pre_trend",
    "split_of",
    "stack_cells",
    "summarize",
    "to_wide",
]

"""Difference-in-differences of several periods with staggered adoption, after Callaway and Sant'Anna (2021).

In order: `adoption` finds cohorts, `find_cells` the pairs of cohort and period that can be estimated,
`stack_cells` makes effects of the cells' predictions, `summarize` aggregates them to event time, cohort or
period, `split_of` sums influence to clusters, `joint_band` and `pre_trend` test several event times at once.
"""

from gipspec.estimate.did.adoption import NEVER, Adoption, adoption, to_wide
from gipspec.estimate.did.cells import Cell, Cells, LeftOut, find_cells, outcome_change
from gipspec.estimate.did.inference import Band, joint_band, pre_trend, split_of
from gipspec.estimate.did.score import CellEffect, Effects, cell_effect, stack_cells
from gipspec.estimate.did.summary import Summary, summarize

__all__ = [
    "NEVER",
    "Adoption",
    "Band",
    "Cell",
    "CellEffect",
    "Cells",
    "Effects",
    "LeftOut",
    "Summary",
    "adoption",
    "cell_effect",
    "find_cells",
    "joint_band",
    "outcome_change",
    "pre_trend",
    "split_of",
    "stack_cells",
    "summarize",
    "to_wide",
]

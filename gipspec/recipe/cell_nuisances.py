"""The nuisances of a staggered design: the change of the outcome without treatment, and the propensity.

A cell holds few units. Trees, which find by themselves what differs between cells, therefore learn one
function over all of them, with base and period, or period and cohort, among the features. Other learners
learn the change of the outcome anew for each base and period, and the propensity for each cohort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.data.design import MOST_CELLS
from gipspec.diagnostics import GipError, problem
from gipspec.estimate.did import Cell, outcome_change
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary import LEARNERS
from gipspec.learn import CrossFit
from gipspec.recipe.staggered import Staggered
from gipspec.recipe.work import Array, Codes, Flags, Nuisance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slot:
    """Where the predictions for a cell's units stand: in which nuisance, at which positions (n,)."""

    nuisance: int
    at: Codes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellNuisances:
    """Nuisances, and for each cell the slot of the outcome's change and that of the propensity."""

    nuisances: tuple[Nuisance, ...]
    outcome: tuple[Slot, ...]
    treatment: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Block:
    """Rows of a nuisance that serve the `cells` at these positions: `units` (n,), sorted, and their target.

    `pair` is base and period, whose controls are features. `codes` tell the block from others to a learner
    that sees several; for the propensity period and cohort do, which determine the base. Trees learn the
    blocks of one `pool` together, other learners those of one `part` of it.
    """

    cells: tuple[int, ...]
    units: Codes
    target: Array
    teach: Flags | None
    pair: tuple[int, int]
    codes: tuple[int, int]
    pool: int | None
    part: int


def cell_nuisances(design: Staggered) -> CellNuisances:
    """List the nuisances of a design.

    Features are the controls in base and period: what they say of the change of an outcome that depends on
    controls as they are. The treatment must not move them (Caetano, Callaway, Payne and Rodrigues 2022).
    """
    piece, settings = design.piece, design.piece.model.settings
    changes, own = _learned(design, "outcome", piece.outcome, settings.learner_y, _changes(design))
    adoption, other = _learned(
        design, "treatment", piece.treatments[0], settings.learner_d, _memberships(design)
    )
    return CellNuisances(
        nuisances=(*changes, *adoption),
        outcome=own,
        treatment=tuple(Slot(nuisance=slot.nuisance + len(changes), at=slot.at) for slot in other),
    )


def learned_together(learner: Learner) -> bool:
    """Tell whether a learner sees all cells at once: trees do, and stacks that hold some."""
    return LEARNERS[learner.name].tree or any(learned_together(m) for m in learner.members)


def _changes(design: Staggered) -> list[_Block]:
    """Return a block for each base and period: their controls, the same for all cohorts, teach.

    Where units of a cohort that is not treated yet are controls of others at the same time, they must not
    teach what is compared with themselves: such a cell has a block and a pool of its own.
    """
    members: dict[tuple[int | None, int, int], list[int]] = {}
    for k, cell in enumerate(design.cells.cells):
        members.setdefault((_apart(design, cell), cell.base, cell.period), []).append(k)
    blocks: list[_Block] = []
    for (pool, base, period), at in members.items():
        here = [design.cells.cells[k] for k in at]
        units = np.unique(np.concatenate([cell.units for cell in here]))
        treated = np.concatenate([cell.units[cell.treated] for cell in here])
        whole = replace(here[0], units=units, treated=np.isin(units, treated))
        blocks.append(
            _Block(
                cells=tuple(at),
                units=units,
                target=outcome_change(whole, design.y, design.periods),
                teach=~whole.treated,
                pair=(base, period),
                codes=(base, period),
                pool=pool,
                part=len(blocks),
            )
        )
    return blocks


def _apart(design: Staggered, cell: Cell) -> int | None:
    """Return the cohort of a cell whose units are controls of other cells with its base and period."""
    settings = design.piece.model.settings
    until = max(cell.period, cell.base) + settings.anticipation
    return cell.cohort if settings.control == "notyet" and cell.cohort > until else None


def _memberships(design: Staggered) -> list[_Block]:
    """Return a block for each cell, whose target is who belongs to the cohort."""
    return [
        _Block(
            cells=(k,),
            units=cell.units,
            target=cell.treated.astype(np.float64),
            teach=None,
            pair=(cell.base, cell.period),
            codes=(cell.period, cell.cohort),
            pool=None,
            part=cell.cohort,
        )
        for k, cell in enumerate(design.cells.cells)
    ]


def _learned(
    design: Staggered, role: str, name: str, learner: Learner, blocks: Sequence[_Block]
) -> tuple[tuple[Nuisance, ...], tuple[Slot, ...]]:
    """Return the nuisances of blocks, and the slot of every cell."""
    together = learned_together(learner) and design.x.shape[2] > 0
    groups: dict[int | None, list[_Block]] = {}
    for block in blocks:
        groups.setdefault(block.pool if together else block.part, []).append(block)
    nuisances: list[Nuisance] = []
    slots: dict[int, Slot] = {}
    for group in groups.values():
        start = 0
        for block in group:
            for k in block.cells:
                at = start + np.searchsorted(block.units, design.cells.cells[k].units)
                slots[k] = Slot(nuisance=len(nuisances), at=at)
            start += len(block.units)
        nuisances.append(_nuisance(design, role, name, learner, group))
    return tuple(nuisances), tuple(slots[k] for k in range(len(design.cells.cells)))


def _nuisance(
    design: Staggered, role: str, name: str, learner: Learner, blocks: Sequence[_Block]
) -> Nuisance:
    units = np.concatenate([block.units for block in blocks])
    _check_size(len(units), 2 * design.x.shape[2] + 2)
    teachers = [block.teach for block in blocks if block.teach is not None]
    x = _distinct(np.concatenate([_controls(design, block) for block in blocks]))
    codes = np.repeat([block.codes for block in blocks], [len(block.units) for block in blocks], axis=0)
    codes = _distinct(codes.astype(np.float64))
    return Nuisance(
        role=role,
        name=name,
        learner=learner,
        x=np.column_stack([x, codes]),
        target=np.concatenate([block.target for block in blocks]),
        unit=design.unit[units],
        folds=None if design.folds is None else design.folds[units],
        categorical=tuple(range(x.shape[1], x.shape[1] + codes.shape[1])),
        teach=np.concatenate(teachers) if teachers else None,
    )


def _check_size(rows: int, features: int) -> None:
    if rows * features > MOST_CELLS:
        what = f"{features} features of {rows:,} comparisons between units"
        remedy = "use a learner without trees, which learns them in parts, or fewer controls"
        raise GipError(problem("G007", what=what, bound=f"{MOST_CELLS:,} cells", help=remedy))


def _controls(design: Staggered, block: _Block) -> Array:
    """Return the controls in base and period, (n, 2p)."""
    at = np.searchsorted(design.periods, block.pair)
    return np.column_stack([design.x[block.units, column] for column in at])


def _distinct(columns: Array) -> Array:
    """Leave out columns that are constant or repeat an earlier one, as controls that never change do."""
    kept: dict[bytes, int] = {}
    for k, column in enumerate(columns.T):
        if np.ptp(column) > 0:
            kept.setdefault((column + 0.0).tobytes(), k)
    return columns[:, list(kept.values())]


def predicted(rep: Sequence[CrossFit], slot: Slot) -> Array:
    """Return the predictions (n,) for a cell's units from the cross-fits of one repetition."""
    return rep[slot.nuisance].prediction[slot.at]

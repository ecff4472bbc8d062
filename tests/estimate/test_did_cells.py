"""Cohorts and cells against lists written by hand, and the rule for controls on random designs."""

from __future__ import annotations

import numpy as np
import pytest

from gipspec.estimate.did import NEVER, LeftOut, adoption, find_cells, outcome_change, to_wide

PERIODS = np.arange(1, 6)
NAN = np.nan


def seen(units: int, periods: int = 5) -> np.ndarray:
    return np.ones((units, periods), dtype=bool)


def pairs(found) -> dict[int, list[tuple[int, int]]]:
    """Return (period, base) of the cells, by cohort."""
    listed: dict[int, list[tuple[int, int]]] = {}
    for cell in found.cells:
        listed.setdefault(cell.cohort, []).append((cell.period, cell.base))
    return listed


def members(cell, treated: bool) -> list[int]:
    return cell.units[cell.treated == treated].tolist()


def test_cohorts_are_first_treated_periods():
    treatment = np.array(
        [
            [0, 0, 1, 1, 1],
            [0, 0, 0, 0, 0],
            [1, 1, 1, 1, 1],
            [0, 1, 1, 0, 0],  # ends
            [0, NAN, 1, 1, 1],  # 2004 or 2005?
            [NAN, NAN, NAN, NAN, 1],  # enters treated
            [NAN, NAN, NAN, NAN, NAN],
            [NAN, 1, 1, 1, 1],
            [0, NAN, NAN, 0, 0],
        ]
    )
    found = adoption(treatment, np.arange(2003, 2008))
    assert found.cohort.tolist() == [2005, NEVER, 2003, 2004, 2005, 2007, NEVER, 2004, NEVER]
    assert found.reverting.tolist() == [3]
    assert found.uncertain.tolist() == [4, 5, 7]


def test_long_columns_become_tables():
    table = to_wide(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1]), np.array([1, 0, 1]), (3, 2))
    np.testing.assert_array_equal(table, [[NAN, 1], [2, 3], [NAN, NAN]])


COHORT = np.array([3, 3, 4, 4, NEVER, NEVER])
BASES = {
    ("varying", 0): {3: [(2, 1), (3, 2), (4, 2), (5, 2)], 4: [(2, 1), (3, 2), (4, 3), (5, 3)]},
    ("varying", 1): {3: [(3, 1), (4, 1), (5, 1)], 4: [(3, 1), (4, 2), (5, 2)]},
    ("universal", 0): {3: [(1, 2), (3, 2), (4, 2), (5, 2)], 4: [(1, 3), (2, 3), (4, 3), (5, 3)]},
    ("universal", 1): {3: [(2, 1), (3, 1), (4, 1), (5, 1)], 4: [(1, 2), (3, 2), (4, 2), (5, 2)]},
}


@pytest.mark.parametrize(("base", "anticipation"), BASES)
def test_periods_and_bases(base, anticipation):
    found = find_cells(COHORT, PERIODS, seen(6), base=base, anticipation=anticipation)
    assert pairs(found) == BASES[base, anticipation]
    assert found.left_out == ()


def test_units_of_a_cell_and_its_outcome():
    found = find_cells(COHORT, PERIODS, seen(6), control="notyet")
    cell = next(c for c in found.cells if (c.cohort, c.period) == (3, 3))
    assert (members(cell, True), members(cell, False)) == ([0, 1], [2, 3, 4, 5])
    assert (cell.event, cell.first) == (0, 2)
    later = next(c for c in found.cells if (c.cohort, c.period) == (3, 4))
    assert (later.event, members(later, False)) == (1, [4, 5])
    y = np.arange(30.0).reshape(6, 5) ** 2
    assert outcome_change(later, y, PERIODS).tolist() == [3**2 - 1, 8**2 - 6**2, 23**2 - 21**2, 28**2 - 26**2]


@pytest.mark.parametrize("anticipation", [0, 1, 2])
@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("seed", range(5))
def test_not_yet_treated_controls_are_untreated_in_both_periods(seed, base, anticipation):
    """The definition, unit by unit: neither treated nor about to be, in the period or in the base."""
    rng = np.random.default_rng(seed)
    periods = np.arange(1, 9)
    cohort = rng.choice([2, 3, 4, 5, 6, 7, 8, NEVER], size=60)
    found = find_cells(
        cohort, periods, seen(60, 8), control="notyet", base=base, anticipation=anticipation, fewest=1
    )
    assert found.cells
    for cell in found.cells:
        free = [
            i
            for i in range(60)
            if cohort[i] == NEVER
            or (
                cohort[i] - anticipation > cell.period
                and cohort[i] - anticipation > cell.base
                and cohort[i] != cell.cohort
            )
        ]
        assert members(cell, False) == free
        assert members(cell, True) == np.flatnonzero(cohort == cell.cohort).tolist()
        assert cell.base < cell.cohort - anticipation


def test_cohorts_without_a_base_are_reported():
    cohort = np.array([1, 1, 1, 2, 2, NEVER, NEVER])
    found = find_cells(cohort, PERIODS, seen(7), anticipation=1)
    assert found.cells == ()
    assert found.left_out == (
        LeftOut(cohort=1, period=None, reason="base", count=3),
        LeftOut(cohort=2, period=None, reason="base", count=2),
    )


def test_a_cohort_of_one_unit_is_reported():
    found = find_cells(np.array([3, 4, 4, NEVER, NEVER]), PERIODS, seen(5))
    assert set(pairs(found)) == {4}
    assert found.left_out == (LeftOut(cohort=3, period=None, reason="treated", count=1),)


def test_nobody_never_treated():
    cohort = np.array([3, 3, 5, 5])
    never = find_cells(cohort, PERIODS, seen(4))
    assert never.cells == ()
    assert {(gone.reason, gone.count) for gone in never.left_out} == {("controls", 0)}
    assert len(never.left_out) == 8
    notyet = find_cells(cohort, PERIODS, seen(4), control="notyet")
    assert pairs(notyet) == {3: [(2, 1), (3, 2), (4, 2)], 5: [(2, 1)]}
    assert LeftOut(cohort=5, period=5, reason="controls", count=0) in notyet.left_out


def test_units_that_lack_a_period_are_not_in_the_cell():
    observed = seen(7)
    cohort = np.array([3, 3, 3, NEVER, NEVER, NEVER, 3])
    observed[0, 1] = observed[3, 3] = False
    observed[6] = False  # no row at all
    found = find_cells(cohort, PERIODS, observed)
    units = {cell.period: cell.units.tolist() for cell in found.cells}
    assert units == {2: [1, 2, 3, 4, 5], 3: [1, 2, 3, 4, 5], 4: [1, 2, 4, 5], 5: [1, 2, 3, 4, 5]}
    assert found.cohort.tolist() == [3, 3, 3, NEVER, NEVER, NEVER, NEVER]


def test_cells_that_gaps_leave_too_few_of():
    observed = seen(5)
    cohort = np.array([3, 3, NEVER, NEVER, NEVER])
    observed[0, 4] = False
    observed[2:4, 3] = False
    found = find_cells(cohort, PERIODS, observed)
    assert [cell.period for cell in found.cells] == [2, 3]
    assert found.left_out == (
        LeftOut(cohort=3, period=4, reason="controls", count=1),
        LeftOut(cohort=3, period=5, reason="treated", count=1),
    )


def test_every_training_set_needs_two_treated_units():
    cohort = np.array([3, 3, 3, 3, 4, 4, 4, NEVER, NEVER, NEVER, NEVER])
    apart = np.array([0, 0, 1, 1, 0, 1, 2, 0, 0, 1, 1])
    together = np.array([0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1])
    assert find_cells(cohort, PERIODS, seen(11), folds=[apart]).left_out == ()
    found = find_cells(cohort, PERIODS, seen(11), folds=[apart, together])
    assert set(pairs(found)) == {3}
    assert {(gone.cohort, gone.reason, gone.count) for gone in found.left_out} == {(4, "folds", 1)}


def test_every_training_set_needs_two_controls():
    cohort, fold = np.array([3, 3, 3, 3, NEVER, NEVER, NEVER]), np.array([0, 1, 0, 1, 0, 0, 1])
    found = find_cells(cohort, PERIODS, seen(7), folds=[fold])
    assert found.cells == ()
    assert {(gone.reason, gone.count) for gone in found.left_out} == {("folds", 1)}
    assert len(find_cells(cohort, PERIODS, seen(7)).cells) == 4


def test_there_are_no_more_folds_than_units():
    cohort = np.array([3, 3, 3, NEVER, NEVER, NEVER])
    assert find_cells(cohort, PERIODS, seen(6), folds=[np.arange(6)]).cells != ()
    found = find_cells(cohort, PERIODS, seen(6), folds=[np.array([0, 1, 2, 3, 4, 6])])
    assert found.cells == ()
    assert {(gone.reason, gone.count) for gone in found.left_out} == {("folds", 6)}


def test_a_window_of_event_time():
    found = find_cells(COHORT, PERIODS, seen(6), window=(-1, 1))
    assert pairs(found) == {3: [(2, 1), (3, 2), (4, 2)], 4: [(3, 2), (4, 3), (5, 3)]}


def test_differences_of_period_numbers_count():
    """Waves of 2000, 2002, 2004, 2008; a law of 2003 is first seen in 2004."""
    cohort, periods = np.array([2003, 2003, NEVER, NEVER]), np.array([2000, 2002, 2004, 2008])
    found = find_cells(cohort, periods, seen(4, 4))
    assert pairs(found) == {2003: [(2002, 2000), (2004, 2002), (2008, 2002)]}
    assert [cell.event for cell in found.cells] == [-1, 1, 5]
    early = find_cells(cohort, periods, seen(4, 4), anticipation=1)
    assert pairs(early) == {2003: [(2002, 2000), (2004, 2000), (2008, 2000)]}

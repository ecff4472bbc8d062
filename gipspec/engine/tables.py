"""Inference over all coefficients of a table: adjusted p-values, and joint tests of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.results import Estimate, JointTest, Results, TableInference
from gipspec.estimate import adjust_p, equality, joint_test
from gipspec.learn import derive_seed
from gipspec.source import Span

FEWEST = 2  # estimates of a joint test
Named = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFamily:
    """What a table asks of its estimates taken together.

    `estimates` are the names of those that it shows, in order, each once; `adjust` is "holm", "romano_wolf"
    or "none". `rows` are terms with the names of their estimates, differences left out, of which `wald` tests
    that they are "equal" or all "zero"; "no" for no test.
    """

    table: str
    estimates: tuple[str, ...]
    adjust: str = "none"
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wald: str = "no"
    span: Span | None = None


def infer_tables(
    results: Results, families: tuple[TableFamily, ...], seed: int, *, part: bool = False
) -> tuple[tuple[TableInference, ...], tuple[Problem, ...]]:
    """Return what the tables ask for, and the problems of those that cannot have it.

    Problems are G413 where estimates with different clusters stand in one table, and G433 where estimates of
    a row follow from each other; unless a `part` of the study ran, also G623 for a test without such a row.
    """
    by_name = {e.name: e for e in results}
    found: list[TableInference] = []
    problems: list[Problem] = []
    for family in families:
        try:
            adjusted = _adjusted(family, by_name, seed)
        except GipError as error:
            problems += [p.at(family.span).about(family.table) for p in error.problems]
            continue
        tests, failed = _tests(family, by_name)
        problems += [p.at(family.span).about(family.table) for p in failed]
        if family.wald != "no" and not part and all(len(names) < FEWEST for _, names in family.rows):
            problems.append(problem("G623", family.span, name=family.table))
        found.append(
            TableInference(
                table=family.table,
                estimates=family.estimates,
                adjust=family.adjust,
                p=adjusted,
                wald=family.wald,
                tests=tests,
            )
        )
    return tuple(found), tuple(problems)


def _adjusted(family: TableFamily, by_name: Mapping[str, Estimate], seed: int) -> Named:
    if family.adjust == "none":
        return ()
    influence = [by_name[name].influence for name in family.estimates]
    adjusted = adjust_p(influence, seed=derive_seed(seed, "romano_wolf"))
    values = adjusted.holm if family.adjust == "holm" else adjusted.romano_wolf
    return tuple(zip(family.estimates, values.tolist(), strict=True))


def _tests(
    family: TableFamily, by_name: Mapping[str, Estimate]
) -> tuple[tuple[JointTest, ...], list[Problem]]:
    if family.wald == "no":
        return (), []
    run = equality if family.wald == "equal" else joint_test
    found: list[JointTest] = []
    problems: list[Problem] = []
    for term, names in family.rows:
        if len(names) < FEWEST:
            continue
        try:
            test = run([by_name[name].influence for name in names])
        except GipError as error:
            problems += [_untested(p, names) for p in error.problems]
            continue
        found.append(JointTest(term=term, estimates=names, statistic=test.statistic, df=test.df, p=test.p))
    return tuple(found), problems


def _untested(found: Problem, names: tuple[str, ...]) -> Problem:
    """Speak of columns of a table where the test speaks of collinear treatments."""
    if found.code != "G411":
        return found
    *most, last = (f"`{name}`" for name in names)
    return problem("G433", names=f"{', '.join(most)} and {last}")

"""Groups in tables: a column each, the moderator above, differences with their p-values, notes."""

from __future__ import annotations

import dataclasses

import pytest
from report_factory import contrast, difference, estimate, grouped, panelled, request, results, study

from gipspec.engine.results import Estimate
from gipspec.report import build_table, latex_table, terminal_table
from gipspec.report.columns import MOST_COLUMNS
from gipspec.report.printed import plain_cell
from gipspec.report.table import Table

LABELS = (("openness", "Trade openness"), ("region", "Region"), ("city", "City"))


def halves(name: str = "hetero", moderator: str = "openness", **rest) -> list[Estimate]:
    low, high, less = grouped(name, moderator, {"low": "Low", "high": "High"}, **rest)
    low = dataclasses.replace(low, measures=(("moderator.up_to", 0.30117),))
    return [low, dataclasses.replace(high, measures=(("moderator.above", 0.30117),)), less]


def table(found: list[Estimate], *members: str, **options) -> Table:
    return build_table(request(*members, **options), results(found, labels=LABELS), study())


def printed(made: Table, stub: str) -> list[str]:
    (row,) = (r for r in made.lines() if plain_cell(r.stub) == stub)
    return [plain_cell(c) for c in row.cells]


def headings(made: Table, block: int = 0) -> list[list[tuple[str, int]]]:
    return [[(plain_cell(h.cell), h.span) for h in row.cells] for row in made.blocks[block].header]


def notes(made: Table) -> str:
    return " ".join(plain_cell(n) for n in made.notes)


def test_groups_take_columns_under_their_moderator_and_the_difference_names_them() -> None:
    made = table([estimate("base"), *halves()], "base", "hetero")
    assert headings(made) == [
        [("Industrial-chain resilience", 4)],
        [("", 1), ("Trade openness", 3)],
        [("(1)", 1), ("(2)", 1), ("(3)", 1), ("(4)", 1)],
        [("", 1), ("Low", 1), ("High", 1), ("(3) − (2)", 1)],
    ]
    assert printed(made, "Green industrial park") == ["0.052***", "0.050***", "0.060***", "0.010**"]
    assert printed(made, "Difference, p-value") == ["--", "--", "--", "0.046"]  # 2(1 - Φ(2))
    assert printed(made, "Controls") == ["Yes", "Yes", "Yes", "--"]
    assert printed(made, "Observations") == ["5,058", "1,000", "1,001", "5,058"]


def test_several_groups_each_differ_from_the_first_and_are_tested_together() -> None:
    groups = {"east": "East", "central": "Central", "west": "West"}
    made = table(grouped("hetero", "region", groups, measures=(("p_rw", 0.0567),)), "hetero")
    assert [text for text, _ in headings(made)[-1]] == ["East", "Central", "West", "(2) − (1)", "(3) − (1)"]
    assert printed(made, "Groups equal, p-value") == ["--", "--", "--", "0.032", "0.032"]
    assert printed(made, "Difference, adjusted p-value") == ["--", "--", "--", "0.057", "0.057"]
    assert "Wald test" in notes(made) and "Romano and Wolf" in notes(made)
    alone = table(halves(), "hetero")
    assert "Wald" not in notes(alone) and "Romano" not in notes(alone)
    assert "Groups equal, p-value" not in {plain_cell(r.stub) for r in alone.lines()}


def test_notes_say_where_groups_are_cut_and_how_they_are_estimated() -> None:
    text = notes(table(halves(), "hetero"))
    assert "Trade openness is cut at its median over the observations (Low up to 0.3012)." in text
    assert "Each group is estimated anew." in text
    both = table(halves() + halves("pool", by="pooled"), "hetero", "pool")
    assert "Each group is estimated anew in columns (1) and (2)." in notes(both)
    assert "the moderator among the controls in columns (4) and (5)." in notes(both)
    assert notes(both).count("Trade openness is cut") == 1


@pytest.mark.parametrize(("cluster", "scores"), [(("city",), "clustered scores"), ((), "scores")])
def test_notes_on_differences_say_clustered_where_errors_are(cluster: tuple[str, ...], scores: str) -> None:
    found = grouped("hetero", "region", {"a": "A", "b": "B"}, measures=(("p_rw", 0.05),))
    text = notes(table([dataclasses.replace(e, cluster=cluster) for e in found], "hetero"))
    assert f"Standard errors of differences are from the {scores} of both groups." in text
    assert f"(step-down of Romano and Wolf 2005, with {scores})" in text
    assert ("not clustered" in text) == (not cluster)


def test_what_else_varies_in_a_fan_stands_beside_the_moderator() -> None:
    found = halves("crossed.openness.rf", choice="openness, rf(trees=9, leaf=3)")
    found += halves("crossed.terciles_openness_.rf", choice="terciles(openness), rf(trees=9, leaf=3)")
    made = table(found, "crossed.openness.rf", "crossed.terciles_openness_.rf")
    assert headings(made)[1] == [("Trade openness, rf(trees=9, leaf=3)", 3)] * 2


@pytest.mark.parametrize(("models", "sizes"), [(3, [9]), (4, [9, 3]), (7, [9, 9, 3])])
def test_many_groups_stand_in_several_rows_of_columns(models: int, sizes: list[int]) -> None:
    found = [e for i in range(models) for e in halves(f"hetero.m{i}", f"m{i}")]
    made = table(found, *(f"hetero.m{i}" for i in range(models)))
    rows = [[h for h in block.header[-2].cells if plain_cell(h.cell)] for block in made.blocks]
    assert [len(row) for row in rows] == sizes
    assert plain_cell(rows[-1][-1].cell) == f"({3 * models})"
    assert max(sizes) <= MOST_COLUMNS and made.columns == max(sizes)


def test_a_model_of_many_groups_is_broken_too() -> None:
    groups = {f"g{i}": f"Group {i}" for i in range(8)}
    made = table(grouped("hetero", "region", groups), "hetero")
    assert [sum(h.span for h in block.header[0].cells if plain_cell(h.cell)) for block in made.blocks] == [
        9,
        6,
    ]
    assert [text for text, _ in headings(made, 1)[-1]][:2] == ["(3) − (1)", "(4) − (1)"]


def test_other_wide_tables_stay_as_they_are() -> None:
    found = [estimate(f"m{i}") for i in range(12)]
    assert len(table(found, *(e.name for e in found)).blocks) == 1


def test_terms_that_are_not_kept_are_no_missing_results() -> None:
    model = {"model_name": "pool", "variant": "", "choice": "", "moderator": "openness"}
    slope = estimate("pool.slope", kind="slope", term="slope", **model)
    made = table([*halves(), *halves("pool"), slope], "hetero", "pool", keep=("slope",))
    assert headings(made)[1] == [("Trade openness", 1)]
    assert "Not shown" not in notes(made)
    assert "one standard deviation of the moderator" in notes(made)
    assert all(plain_cell(r.stub) != "Difference, p-value" for r in made.lines())


def test_clusters_of_groups_are_a_range() -> None:
    low, high, less = halves()
    made = table(
        [dataclasses.replace(low, clusters=140), dataclasses.replace(high, clusters=141), less], "hetero"
    )
    assert "clustered by City (140 to 281 clusters)." in notes(made)


def test_a_difference_of_models_is_still_one() -> None:
    a, b = estimate("a"), estimate("b", 0.04)
    made = build_table(
        request("a", "b", "gap"),
        results([a, b, difference("gap", a, b)]),
        study(contrasts=(contrast("gap", "a", "b"),)),
    )
    assert [text for text, _ in headings(made)[-1]] == ["", "", "(1) − (2)"]
    assert all(plain_cell(r.stub) != "Difference, p-value" for r in made.lines())


def test_panels_keep_their_titles() -> None:
    found = [e for i in range(4) for e in halves(f"hetero.m{i}", f"m{i}")] + [estimate("base")]
    wanted = panelled(("A. Groups", tuple(f"hetero.m{i}" for i in range(4))), ("B. All", ("base",)))
    made = build_table(wanted, results(found, labels=LABELS), study())
    assert [b.title for b in made.blocks] == ["A. Groups", "", "B. All"]


def test_writers_show_the_spanner_and_the_p_values() -> None:
    made = table(halves(), "hetero")
    text, source = terminal_table(made), latex_table(made)
    assert "Trade openness" in text and "(2) − (1)" in text and "0.046" in text
    assert r"\multicolumn{3}{c}{Trade openness}" in source and "$(2)-(1)$" in source
    assert source.count(r"\cmidrule(lr){2-4}") == 2

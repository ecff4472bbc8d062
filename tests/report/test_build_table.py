"""Requests to tables: columns, rows, footers and what notes say."""

from __future__ import annotations

import dataclasses

import pytest
import report_cases as cases
from report_factory import contrast, difference, estimate, fit, model, panelled, request, results, study

from gipspec.diagnostics import GipError
from gipspec.engine.results import IndexWeights
from gipspec.report import build_table, weights_table
from gipspec.report.cells import DASH, EMPTY, Coefficient, Interval, Mark, Math, Number, Text
from gipspec.report.printed import plain_cell
from gipspec.report.table import Row, Table


def row(table: Table, stub: str) -> Row:
    return next(r for r in table.lines() if plain_cell(r.stub) == stub)


def printed(table: Table, stub: str) -> list[str]:
    return [plain_cell(c) for c in row(table, stub).cells]


def notes(table: Table) -> str:
    return " ".join(plain_cell(n) for n in table.notes)


def test_coefficients_stand_over_their_standard_errors() -> None:
    table = build_table(request("base"), results([estimate("base", 0.05213, 0.01127)]), study())
    first, below = table.blocks[0].rows
    assert first.cells == (Coefficient(value=0.05213, digits=3, p=first.cells[0].p),)  # type: ignore[union-attr]
    assert below.cells == (Number(value=0.01127, digits=3, brackets="()"),)
    assert [plain_cell(c) for c in (*first.cells, *below.cells)] == ["0.052***", "(0.011)"]


@pytest.mark.parametrize(
    ("below", "cell"),
    [
        ("t", Number(value=0.05 / 0.02, digits=3, brackets="()")),
        ("p", Number(value=0.012419330651552265, digits=3, brackets="()")),  # 2(1 - Φ(2.5)), from a table
        ("ci", Interval(low=1.0801, high=8.9199, digits=3)),
    ],
)
def test_what_stands_below(below: str, cell: object) -> None:
    scale = 100.0 if below == "ci" else 1.0
    made = build_table(
        request("base", below=below, scale=scale), results([estimate("base", 0.05, 0.02)]), study()
    )
    found = made.blocks[0].rows[1].cells[0]
    if isinstance(cell, Interval):
        assert isinstance(found, Interval)
        assert (found.low, found.high) == pytest.approx((cell.low, cell.high), abs=1e-4)
    else:
        assert isinstance(found, Number) and isinstance(cell, Number)
        assert found.value == pytest.approx(cell.value, abs=1e-12)


def test_scale_leaves_t_and_stars_alone() -> None:
    plain = build_table(request("base", below="t"), results([estimate("base")]), study())
    scaled = build_table(request("base", below="t", scale=100.0), results([estimate("base")]), study())
    assert scaled.blocks[0].rows[1] == plain.blocks[0].rows[1]
    assert printed(scaled, "Green industrial park") == ["5.213***"]
    assert "multiplied by 100" in notes(scaled)


def test_stars_can_be_left_out() -> None:
    table = build_table(request("base", stars=False), results([estimate("base")]), study())
    assert printed(table, "Green industrial park") == ["0.052"]
    assert "p<0.1" not in notes(table)


def test_neighbours_share_the_heading_of_their_outcome() -> None:
    found = [estimate("a"), estimate("b"), estimate("c", outcome_label="Upgrading")]
    outcomes = build_table(request("a", "b", "c"), results(found), study()).blocks[0].header[0].cells
    assert [(plain_cell(h.cell), h.span) for h in outcomes] == [
        ("Industrial-chain resilience", 2),
        ("Upgrading", 1),
    ]


def test_models_without_results_are_left_out_and_named() -> None:
    table = build_table(request("base", "algos.nnet", "algos.svm"), results([estimate("base")]), study())
    assert table.columns == 1
    assert "Not shown, for want of results: algos.nnet and algos.svm." in notes(table)


def test_a_table_of_failed_models_is_a_problem() -> None:
    with pytest.raises(GipError) as caught:
        build_table(request("algos.nnet"), results([]), study())
    (found,) = caught.value.problems
    assert (found.code, found.help) == ("G503", "look at algos.nnet")


def test_keep_chooses_terms() -> None:
    found = [
        estimate("joint.gip", model_name="joint"),
        estimate("joint.x", model_name="joint", term="x", term_label="X"),
    ]
    table = build_table(request("joint", keep=("x",)), results(found), study())
    assert [plain_cell(r.stub) for r in table.blocks[0].rows] == ["X", ""]
    with pytest.raises(GipError, match="G503"):
        build_table(request("joint", keep=("y",)), results(found), study())


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ((-1, 0, 1), (-3, -2, -1, 0, 1, 2), (-3, -2, -1, 0, 1, 2)),
        ((-3, -2, -1, 0, 1, 2), (-1, 0, 1), (-3, -2, -1, 0, 1, 2)),
        ((-2, 0, 2), (-1, 0, 1), (-2, -1, 0, 1, 2)),
        ((0, 1), (2, 3), (0, 1, 2, 3)),
    ],
)
def test_terms_of_two_columns_are_in_one_order(
    first: tuple[int, ...], second: tuple[int, ...], order: tuple[int, ...]
) -> None:
    found = [
        estimate(f"{name}.{t}", model_name=name, term=str(t), term_label=str(t))
        for name, terms in (("a", first), ("b", second))
        for t in terms
    ]
    table = build_table(request("a", "b"), results(found), study())
    shown = [plain_cell(r.stub) for r in table.blocks[0].rows]
    assert [text for text in shown if text] == [str(t) for t in order]


def test_a_difference_has_dashes_and_names_its_columns() -> None:
    base, quad = estimate("base"), estimate("quad", 0.04)
    spec = study(contrasts=(contrast("gap", "base", "quad"),))
    table = build_table(
        request("base", "quad", "gap"), results([base, quad, difference("gap", base, quad)]), spec
    )
    assert row(table, "Learner").cells[2] == DASH
    assert row(table, "City effects").cells == (Mark(on=True), Mark(on=True), DASH)
    assert printed(table, "Observations")[2] == "5,058"
    assert table.blocks[0].header[-1].cells[2].cell == Math(latex="(1)-(2)", plain="(1) − (2)")
    assert "Column (3) is column (1) minus column (2)" in notes(table)


@pytest.mark.parametrize(
    ("reps", "said"),
    [
        ((5, 5), "column (1) minus column (2), its"),
        ((5, 1), "column (1) minus column (2) in the first split of both, its"),
        ((3, 5), "column (1) minus column (2) in the first 3 splits of both, its"),
    ],
)
def test_a_difference_of_uneven_splits_says_which_it_compares(reps: tuple[int, int], said: str) -> None:
    base, quad = (estimate(name, reps=r) for name, r in zip(("base", "quad"), reps, strict=True))
    gap = dataclasses.replace(difference("gap", base, quad), reps=min(reps))
    spec = study(contrasts=(contrast("gap", "base", "quad"),))
    table = build_table(request("base", "quad", "gap"), results([base, quad, gap]), spec)
    assert f"Column (3) is {said}" in notes(table)


def test_a_difference_from_a_model_outside_the_table() -> None:
    base, quad = estimate("base"), estimate("quad", 0.04)
    spec = study(contrasts=(contrast("gap", "base", "quad"),))
    table = build_table(request("base", "gap"), results([base, quad, difference("gap", base, quad)]), spec)
    assert table.blocks[0].header[-1].cells[1].cell == Text(text="Difference")
    assert "Column (2) is column (1) minus the estimate quad" in notes(table)


def test_a_difference_of_two_outcomes_has_no_heading() -> None:
    base, other = estimate("base"), estimate("other", outcome="upgrading", outcome_label="")
    gap = dataclasses.replace(
        difference("gap", base, other), outcome="", outcome_label="", term="base - other"
    )
    spec = study(contrasts=(contrast("gap", "base", "other"),))
    table = build_table(request("base", "other", "gap"), results([base, other, gap]), spec)
    heads = table.blocks[0].header[0].cells
    assert [plain_cell(h.cell) for h in heads] == ["Industrial-chain resilience", "upgrading", ""]
    assert [h.rule for h in heads] == [True, True, False]
    assert [plain_cell(r.stub) for r in table.blocks[0].rows] == ["Green industrial park", ""]


def test_all_rows_are_no_sample() -> None:
    found = [estimate("a", sample="all rows"), estimate("b", sample="year >= 2010")]
    table = build_table(request("a", "b"), results(found), study())
    assert [plain_cell(h.cell) for h in table.blocks[0].header[-1].cells] == ["", "year >= 2010"]
    assert "Sample: year >= 2010 in column (2)." in notes(table)
    assert "all rows" not in notes(table)


def test_squares_have_a_row_where_some_column_has_them() -> None:
    plain = build_table(request("base"), results([estimate("base")]), study())
    assert all(plain_cell(r.stub) != "Controls, squared" for r in plain.lines())
    table = cases.default()
    assert printed(table, "Controls, squared") == ["No", "Yes", "No", "No", "--"]


def test_effects_have_a_row_each() -> None:
    found = [estimate("a"), estimate("b", fe=("city", "province:year")), estimate("c", fe=())]
    table = build_table(request("a", "b", "c"), results(found), study())
    assert printed(table, "Year effects") == ["Yes", "No", "No"]
    assert printed(table, "province × Year effects") == ["No", "Yes", "No"]


def test_panels_number_on_and_share_what_is_constant() -> None:
    table = cases.panels()
    numbers = [plain_cell(h.cell) for b in table.blocks for h in b.header[0].cells if h.cell != EMPTY]
    assert numbers == ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"]
    assert [b.title for b in table.blocks] == ["A. Samples", "B. Algorithms", "C. Policies"]
    assert [plain_cell(h.cell) for h in table.header[0].cells] == ["Industrial-chain resilience"]
    common = {plain_cell(r.stub) for r in table.footer}
    assert {"Controls", "City effects", "Folds"} <= common
    assert {plain_cell(r.stub) for b in table.blocks for r in b.footer} == {"Learner", "Observations"}
    assert all(len(r.cells) == table.columns for r in table.lines())


def test_panels_with_different_outcomes_keep_their_headings() -> None:
    found = [estimate("a"), estimate("b", outcome_label="Upgrading")]
    table = build_table(panelled(("A", ("a",)), ("B", ("b",))), results(found), study())
    assert table.header == ()
    assert [plain_cell(b.header[0].cells[0].cell) for b in table.blocks] == [
        "Industrial-chain resilience",
        "Upgrading",
    ]


@pytest.mark.parametrize(
    ("choice", "changes", "label"),
    [
        ("1%", {"winsor": 0.01}, "Winsor 1%"),
        ("3", {"folds": 3}, "3 folds"),
        ("21", {"reps": 21}, "21 splits"),
        ("lowcarbon + smartcity", {}, "Low-carbon city + Smart city"),
        ("rf", {"learner": "rf"}, "rf"),
    ],
)
def test_what_sets_a_column_apart(choice: str, changes: dict[str, object], label: str) -> None:
    e = estimate("fan.x", choice=choice, **changes)
    table = build_table(request("fan.x"), results([e]), study())
    assert plain_cell(table.blocks[0].header[-1].cells[0].cell) == label


def test_quality_of_nuisances_by_treatment() -> None:
    table = cases.joint()
    assert printed(table, "R², Green industrial park") == ["0.26", "0.26"]
    last = "R², Green industrial park × Computing power of artificial intelligence"
    assert printed(table, last) == ["0.55", "--"]


# ---------------------------------------------------------------- notes


def said(*estimates: object, **options: object) -> str:
    names = [e.name for e in estimates]  # type: ignore[attr-defined]
    spec = study(models=(model("base"),))
    return notes(build_table(request(*names, **options), results(estimates), spec))  # type: ignore[arg-type]


def test_what_columns_share_is_said_once() -> None:
    text = said(estimate("base"), estimate("other"))
    assert text.count("5 folds") == 1
    assert "column" not in text
    assert "Nuisances learned by gbm (gradient-boosted trees on binned features)." in text


def test_columns_that_differ_are_named() -> None:
    found = [
        estimate("a"),
        estimate("b", folds=8),
        estimate("c"),
        estimate("d", winsor=0.01),
        estimate("e", reps=1),
    ]
    text = said(*found)
    assert (
        "in 5 folds of whole units in columns (1) and (3)–(5); 8 folds of whole units in column (2)." in text
    )
    assert "winsorised in each tail at 1% in column (4)." in text
    assert "medians over 5 repeated splits in columns (1)–(4); from one split in column (5)." in text


def test_controls_are_named_once_and_then_what_is_added() -> None:
    found = [
        estimate("a", controls=("lngdp", "fdi")),
        estimate("b", controls=("lngdp", "fdi", "fdi^2")),
        estimate("c", controls=()),
    ]
    assert "Controls: Log GDP, fdi in columns (1) and (2); also fdi^2 in column (2)." in said(*found)
    assert "Controls: Log GDP, fdi." in said(found[0])
    assert "Controls" not in said(found[2])
    other = estimate("d", controls=("smartcity",))
    assert "Controls: Log GDP, fdi in column (1); Smart city in column (2)." in said(found[0], other)
    assert "Controls: 13 terms." in said(estimate("e", controls=tuple(f"x{i}" for i in range(13))))


def test_panels_that_differ_in_folds_leave_them_to_the_notes() -> None:
    table = build_table(
        panelled(("A", ("a",)), ("B", ("b",))), results([estimate("a"), estimate("b", folds=8)]), study()
    )
    assert all(plain_cell(r.stub) != "Folds" for r in table.lines())
    assert "5 folds of whole units in column (1); 8 folds of whole units in column (2)" in notes(table)


def test_clustering_is_what_was_done() -> None:
    assert "clustered by City (281 clusters)" in said(estimate("base"))
    assert "not clustered" in said(estimate("base", cluster=()))
    text = said(estimate("base", cluster=("city", "year"), clusters=18))
    assert "clustered by City and Year (at least 18 clusters)" in text


@pytest.mark.parametrize(
    ("method", "phrase"),
    [
        ("within", "demeaning outcome and treatment; the learners see the controls as they are"),
        ("fd", "removed by first differences and, for Year, by demeaning the differences"),
        ("cre", "unit means of the controls"),
        ("wg", "demeaning outcome, treatment and controls"),
        ("dummies", "effects are dummies among the features"),
    ],
)
def test_effects_are_described_by_method(method: str, phrase: str) -> None:
    assert phrase in said(estimate("base", fe_method=method))


def test_no_effects_no_sentence() -> None:
    assert "effects" not in said(estimate("base", fe=(), fe_method="within"))


def test_columns_without_effects_do_not_hide_those_of_the_others() -> None:
    text = said(estimate("a"), estimate("b", fe=(), fe_method="none"))
    assert "City and Year effects are removed by demeaning outcome and treatment" in text
    assert "and the period in column (1)." in text


def test_different_effects_are_told_in_brief() -> None:
    text = said(
        estimate("a"),
        estimate("b", fe=("city", "province:year")),
        estimate("c", fe_method="fd", fe=("city",)),
    )
    brief = "Effects, as shown, are removed by demeaning outcome and treatment in columns (1) and (2); "
    assert brief + "removed by first differences in column (3)." in text


def test_an_outcome_is_not_said_twice() -> None:
    found = [estimate("alt.x", outcome="x", outcome_label="X", choice="x"), estimate("base")]
    table = build_table(request("alt.x", "base"), results(found, labels=(("x", "X"),)), study())
    assert len(table.blocks[0].header) == 2


def test_units_are_mentioned_only_where_there_are_some() -> None:
    text = said(estimate("base", units=5058))
    assert "whole units" not in text


def test_draft_is_marked() -> None:
    table = build_table(request("base"), results([estimate("base")], draft=True), study())
    assert table.draft
    assert notes(table).startswith("DRAFT")


def test_labels_of_the_spec_come_first() -> None:
    spec = study(labels=(("city", "Municipality"),))
    table = build_table(request("base"), results([estimate("base")]), spec)
    assert printed(table, "Municipality effects") == ["Yes"]


def test_what_is_not_finite_is_a_dash() -> None:
    bad = dataclasses.replace(
        estimate("base"), se=float("nan"), nuisances=(fit("outcome", "y", float("nan")),)
    )
    table = build_table(request("base"), results([bad]), study())
    assert plain_cell(table.blocks[0].rows[1].cells[0]) == "--"
    assert printed(table, "R², outcome") == ["--"]


# ---------------------------------------------------------------- indices


def test_indices_of_different_methods_are_told_apart() -> None:
    rows = (("resist", "", "+", 0.6), ("volatility", "", "-", 0.4))
    indices = tuple(IndexWeights(name=f"i_{m}", method=m, rows=rows) for m in ("pca", "entropy"))
    table = weights_table(results((), indices=indices), study(labels=(("i_pca", "First"),)))
    assert [b.title for b in table.blocks] == ["i_entropy", "First"]
    assert "i_entropy: weights by the entropy method." in notes(table)
    assert "First: weights are the loadings" in notes(table)

"""What a line can ask of a table, each in the model of the table, where all writers read it."""

from __future__ import annotations

import math

import pytest
from report_factory import difference, estimate, panelled, request, results, study

from gipspec.diagnostics import GipError
from gipspec.lang.study import TableRequest, Value
from gipspec.report import build_table
from gipspec.report.cells import DASH, EMPTY, Cell, Interval, Mark, Math, Number, Text
from gipspec.report.decimals import fixed, significant
from gipspec.report.printed import plain_cell
from gipspec.report.table import Row, Table

BASE = estimate("base", 0.05213, 0.01127)
QUAD = estimate("quad", -1.23456, 0.61, measures=(("first_stage_f", 24.13), ("first_stage.coef", 0.3121)))


def built(*found, **options: Value) -> Table:
    names = dict.fromkeys(e.model_name for e in found)
    return build_table(request(*names, **options), results(found), study())


def rows(table: Table) -> dict[str, Row]:
    return {row.stub.text: row for row in table.lines() if isinstance(row.stub, Text)}


def shown(cells: tuple[Cell, ...]) -> list[str]:
    return [plain_cell(cell) for cell in cells]


def notes(table: Table) -> str:
    return " ".join(plain_cell(n) for n in table.notes)


# ---------------------------------------------------------------- what stands under and beside


def test_several_lines_below() -> None:
    table = built(BASE, below=("se", "p", "ci"))
    kinds = [row.kind for row in table.blocks[0].rows]
    assert kinds == ["value", "below", "below", "below"]
    below = [row.cells[0] for row in table.blocks[0].rows[1:]]
    assert [type(cell) for cell in below] == [Number, Number, Interval]
    assert (below[0].value, below[1].value) == (BASE.se, BASE.p)
    assert "Standard errors in parentheses in line 2, p-values in parentheses in line 3 and 95%" in notes(
        table
    )


def test_nothing_below() -> None:
    table = built(BASE, below=())
    assert len(table.blocks[0].rows) == 1
    assert "Stars rest on standard errors clustered by City" in notes(table)
    assert "Standard errors are clustered by City" in notes(built(BASE, below=(), stars=False))


def test_brackets() -> None:
    square = built(BASE, brackets="square", below="t")
    assert plain_cell(square.blocks[0].rows[1].cells[0]) == f"[{fixed(BASE.t, 3)}]"
    assert "T statistics in square brackets, from standard errors" in notes(square)
    assert plain_cell(built(BASE, brackets="none").blocks[0].rows[1].cells[0]) == "0.011"


def test_beside_takes_a_column_of_its_own() -> None:
    table = built(BASE, QUAD, beside="ci", below=())
    assert table.columns == 4
    assert shown(rows(table)["Green industrial park"].cells) == [
        *("0.052***", f"[{fixed(BASE.ci[0], 3)}, {fixed(BASE.ci[1], 3)}]"),
        *("-1.235**", f"[{fixed(QUAD.ci[0], 3)}, {fixed(QUAD.ci[1], 3)}]"),
    ]
    heads = table.headings()
    assert [[h.span for h in row.cells] for row in heads] == [[4], [2, 2], [1, 1, 1, 1]]
    assert [h.cell.text for h in heads[-1].cells] == ["Estimate", "Interval"] * 2
    assert {(row.span, len(row.cells)) for row in table.blocks[0].footer} == {(2, 2)}


# ---------------------------------------------------------------- digits, scale, stars


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (0.05213, 3, "0.0521"),
        (-1234.5, 3, "-1234"),
        (0.0, 2, "0.0"),
        (9.996, 3, "10.0"),
        (0.00099996, 3, "0.00100"),
    ],
)
def test_significant_digits(value: float, digits: int, printed: str) -> None:
    assert fixed(value, significant(value, digits)) == printed


def test_significant_digits_spare_t_and_p() -> None:
    table = built(BASE, significant=2, below=("se", "t"))
    assert shown(tuple(r.cells[0] for r in table.blocks[0].rows)) == [
        *("0.052***", "(0.011)", f"({fixed(BASE.t, 3)})"),
    ]


def test_scale_multiplies_what_has_units() -> None:
    table = built(BASE, scale=100.0, below=("se", "ci"), digits=1, rows=("spread",))
    assert shown(tuple(r.cells[0] for r in table.blocks[0].rows)) == ["5.2***", "(1.1)", "[3.0, 7.4]"]
    assert shown(rows(table)["Range over splits"].cells) == ["[5.0, 5.4]"]
    assert "Coefficients, standard errors and intervals are multiplied by 100." in notes(table)


@pytest.mark.parametrize("levels", [(0.1, 0.05, 0.01), (0.05,), (0.001, 0.0001), (0.2, 0.1, 0.05, 0.01)])
@pytest.mark.parametrize("p", [0.0, 0.00009, 0.00999, 0.01, 0.05, 0.0999, 0.15, math.nan])
def test_stars_follow_from_the_unrounded_p(levels: tuple[float, ...], p: float) -> None:
    cell = built(estimate("base", p=p), stars=levels).blocks[0].rows[0].cells[0]
    count = len([level for level in levels if p < level])
    assert plain_cell(cell) == "0.052" + "*" * count


def test_the_legend_follows_the_levels() -> None:
    assert notes(built(BASE, stars=(0.05, 0.001))).endswith("* p<0.05, ** p<0.001.")
    assert "p<" not in notes(built(BASE, stars=()))
    (legend,) = [n for n in built(BASE, stars=(0.05,)).notes if isinstance(n, Math)]
    assert legend.latex == r"{}^{*}\,p<0.05."


# ---------------------------------------------------------------- terms


EVENTS = [
    estimate(f"event.{t}", 0.01 * t, model_name="event", term=str(t), term_label=f"{t} years", kind="event")
    for t in (-2, -1, 0, 1)
]


@pytest.mark.parametrize(
    ("options", "terms"),
    [
        ({}, ["-2 years", "-1 years", "0 years", "1 years"]),
        ({"keep": ("0", "1")}, ["0 years", "1 years"]),
        ({"keep": ("-*",)}, ["-2 years", "-1 years"]),
        ({"drop": ("-*",)}, ["0 years", "1 years"]),
        ({"keep": ("-*", "1"), "drop": ("-1",)}, ["-2 years", "1 years"]),
        ({"order": ("1", "-*")}, ["1 years", "-2 years", "-1 years", "0 years"]),
        ({"rename": (("0", "Adoption"),), "drop": ("-*",)}, ["Adoption", "1 years"]),
    ],
)
def test_terms(options: dict[str, Value], terms: list[str]) -> None:
    table = built(*EVENTS, **options)
    assert [row.stub.text for row in table.blocks[0].rows if row.kind == "value"] == terms


def test_a_table_without_terms_has_nothing_to_show() -> None:
    with pytest.raises(GipError) as caught:
        built(*EVENTS, drop=("*",))
    assert caught.value.problems[0].code == "G503"


# ---------------------------------------------------------------- headings, rows, notes


def test_headings_of_models() -> None:
    table = built(BASE, QUAD, names=(("quad", "With squares"),), numbers=False)
    assert [[plain_cell(h.cell) for h in row.cells] for row in table.headings()] == [
        ["Industrial-chain resilience"],
        ["", "With squares"],
    ]


def test_rows_are_those_asked_for_in_their_order() -> None:
    table = built(BASE, QUAD, rows=("n", "first_stage", "overlap", "controls"))
    assert [row.stub.text for row in table.blocks[0].footer] == [
        *("Observations", "First-stage F", "First stage, coefficient", "Controls"),
    ]
    assert rows(table)["First stage, coefficient"].cells[0] == DASH
    assert built(BASE, rows=()).blocks[0].footer == ()


def test_every_measure_of_fit() -> None:
    footer = rows(built(BASE, rows=("quality",)))
    assert [(label, plain_cell(row.cells[0])) for label, row in footer.items()][1:] == [
        *(("R², outcome", "0.418"), ("R², treatment", "0.265")),
        *(("RMSE, outcome", "0.500"), ("RMSE, treatment", "0.500")),
    ]


@pytest.mark.parametrize(
    ("marks", "words"), [("yes", ("Yes", "No")), ("ticks", ("✓", "")), ("signs", ("+", ""))]
)
def test_marks(marks: str, words: tuple[str, str]) -> None:
    bare = estimate("bare", controls=())
    table = built(BASE, bare, marks=marks, rows=("controls",))
    assert shown(rows(table)["Controls"].cells) == list(words)


def test_rows_of_the_users_own() -> None:
    add = (("Trends", ("no", "yes")), ("Mean of outcome", ("0.430", "1.2")), ("Source", ("survey",)))
    table = built(BASE, QUAD, add=add)
    footer = [row.stub.text for row in table.blocks[0].footer]
    assert footer.index("Trends") == footer.index("Year effects") + 1
    assert footer[-2:] == ["Mean of outcome", "Source"]
    assert rows(table)["Trends"].cells == (Mark(on=False), Mark(on=True))
    assert rows(table)["Mean of outcome"].cells == (Number(value=0.43, digits=3), Number(value=1.2, digits=1))
    assert rows(table)["Source"].cells == (Text(text="survey"),) * 2


def test_rows_of_the_users_own_over_panels() -> None:
    wanted = panelled(("A. One", ("base",)), ("B. Two", ("quad",)), add=(("Trends", ("no", "yes")),))
    table = build_table(wanted, results([BASE, QUAD]), study())
    assert [[r.cells[0].on for r in b.footer if r.stub.text == "Trends"] for b in table.blocks] == [
        [False],
        [True],
    ]


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(GipError) as caught:
        built(BASE, QUAD, add=(("Trends", ("no", "yes", "no")),))
    (found,) = caught.value.problems
    assert (found.code, found.message) == ("G520", "the row `Trends` has 3 values, and the table 2 columns")


def test_notes_full_brief_and_none() -> None:
    full, brief, none = (built(BASE, notes=how, note=("Mine.",)) for how in ("full", "brief", "none"))
    assert "Double machine learning" in notes(full) and notes(full).index("Mine.") < notes(full).index(
        "p<0.1"
    )
    assert notes(brief).startswith("Standard errors in parentheses, clustered by City")
    assert notes(none) == "Mine."
    draft = build_table(request("base", notes="none"), results([BASE], draft=True), study())
    assert "DRAFT" in notes(draft)


def test_differences_have_no_rows_of_fits() -> None:
    gap = difference("gap", BASE, QUAD)
    table = built(BASE, gap, rows=("controls", "n", "spread", "residual"), marks="ticks")
    assert rows(table)["Controls"].cells[1] == DASH
    assert rows(table)["Treatment left after controls, share"].cells[1] == DASH
    assert EMPTY not in rows(table)["Range over splits"].cells


def test_a_request_knows_its_kind() -> None:
    wanted: TableRequest = request("base", "quad")
    assert (wanted.kind, wanted.models) == ("estimates", {"base", "quad"})
    assert request("y", kind="vif").models == frozenset()

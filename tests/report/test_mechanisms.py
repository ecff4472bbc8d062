"""A table of mechanisms: rows in words, a column a mediator, and what the notes say."""

from __future__ import annotations

import pytest
from report_factory import estimate, fit, model, request, results, study

from gipspec.engine.results import Estimate
from gipspec.report import build_table
from gipspec.report.printed import plain_cell
from gipspec.report.table import Table

NAMES = {"patents": "Green patents", "upgrading": "Upgrading"}
LINEAR = {
    "total": ("total", "Total effect", 0.05),
    "direct": ("direct", "Direct effect", 0.03),
    "indirect": ("indirect", "Indirect effect", 0.02),
    "share": ("share", "Share mediated", 0.4),
    "effect": ("effect on mediator", "Effect on the mediator", 0.6),
    "slope": ("slope", "Effect of the mediator", 0.033),
}
INTERACTIVE = {
    "total": ("total", "Total effect", 0.05),
    "direct.treated": ("direct", "Direct effect (treated)", 0.03),
    "indirect.treated": ("indirect", "Indirect effect (treated)", 0.02),
    "share": ("share", "Share mediated", 0.4),
}


def mechanism(name: str, entries: dict = LINEAR, **changes: object) -> list[Estimate]:
    mediator = name.partition(".")[2]
    fits = (fit("outcome", "resilience", 0.4), fit("treatment", "gip", 0.3), fit("mediator", mediator, 0.2))
    moved = {"outcome": mediator, "outcome_label": NAMES[mediator]}
    found = []
    for key, (kind, label, coef) in entries.items():
        what = {"key": key, "kind": kind, "term": key, "term_label": label, "nuisances": fits}
        where = {"model_name": name, "family": "mech", "variant": mediator, "choice": mediator}
        outcome = moved if kind == "effect on mediator" else {}
        found.append(estimate(f"{name}.{key}", coef, 0.01, **where | what | outcome | changes))
    return found


def table_of(*names: str, entries: dict = LINEAR, options: dict | None = None, **changes: object) -> Table:
    found = [e for name in names for e in mechanism(name, entries, **changes)]
    labels = tuple(NAMES.items())
    return build_table(
        request(*names, **(options or {})),
        results(found, labels=labels),
        study(models=tuple(model(n) for n in names)),
    )


def stubs(table: Table) -> list[str]:
    return [plain_cell(r.stub) for r in table.blocks[0].rows if plain_cell(r.stub)]


def printed(table: Table, stub: str) -> list[str]:
    row = next(r for r in table.lines() if plain_cell(r.stub) == stub)
    return [plain_cell(c) for c in row.cells]


def notes(table: Table) -> str:
    return " ".join(plain_cell(n) for n in table.notes)


def test_a_column_a_mediator_and_a_row_an_effect() -> None:
    table = table_of("mech.patents", "mech.upgrading")
    rows = ["Total effect", "Direct effect", "Indirect effect", "Share mediated", "Effect on the mediator"]
    assert stubs(table) == rows
    heads = [[plain_cell(h.cell) for h in row.cells] for row in table.headings()]
    assert ["Green patents", "Upgrading"] in heads
    assert printed(table, "Indirect effect") == ["0.020**", "0.020**"]
    assert printed(table, "R², mediator") == ["0.200", "0.200"]


def test_the_effect_of_a_mediator_stands_where_it_is_asked_for() -> None:
    table = table_of("mech.patents", options={"keep": ("indirect", "slope")})
    assert stubs(table) == ["Indirect effect", "Effect of the mediator"]


def test_a_line_of_its_own_is_named_by_its_mediator() -> None:
    found = [
        e
        for name in ("a.patents", "b.upgrading")
        for e in mechanism(name, variant="", choice="", model_name=name[0])
    ]
    table = build_table(request("a", "b"), results(found), study())
    assert ["Green patents", "Upgrading"] in [
        [plain_cell(h.cell) for h in row.cells] for row in table.headings()
    ]


def test_a_share_is_not_scaled() -> None:
    table = table_of("mech.patents", options={"scale": 100})
    assert printed(table, "Total effect") == ["5.000***"]
    assert printed(table, "Share mediated") == ["0.400***"]
    assert "multiplied by 100, but for shares." in notes(table)


def test_notes_say_what_the_effects_rest_on() -> None:
    text = notes(table_of("mech.patents"))
    assert "demeaning outcome, treatment and mediator;" in text
    assert "do not interact." in text
    assert "The share mediated is the indirect effect over the total effect." in text
    assert "need not add up exactly" in text
    assert "Farbmacher" not in text


def test_notes_of_the_interactive_model_name_its_scores_and_bounds() -> None:
    changes = {"model": "irm", "fe": (), "fe_method": "none", "measures": (("trimmed", 0.0123),)}
    text = notes(table_of("mech.patents", entries=INTERACTIVE, **changes))
    assert "efficient scores (Farbmacher et al. 2022)" in text
    assert "the mean of both indirect effects" in text
    assert "bounded in up to 1.23% of the observations" in text
    assert "in units of the mediator" not in text


@pytest.mark.parametrize(("reps", "said"), [(1, False), (5, True)])
def test_one_split_adds_up(reps: int, said: bool) -> None:
    assert ("add up" in notes(table_of("mech.patents", reps=reps))) is said


def test_a_table_without_mechanisms_says_nothing_of_them() -> None:
    text = notes(build_table(request("base"), results([estimate("base")]), study(models=(model("base"),))))
    assert "mediator" not in text
    assert "add up" not in text


def test_a_mechanism_does_not_rename_its_treatment() -> None:
    """The row `Total effect` is not the label of the treatment, where the data have none."""
    found = [estimate("base", term_label="gip"), *mechanism("mech.patents")]
    table = build_table(request("base", "mech.patents"), results(found, labels=()), study())
    assert stubs(table)[0] == "gip"

"""Adjusted p-values and joint tests over the coefficients that a table shows, from specs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from placebo_samples import PERIODS, UNITS, loaded, run, staggered
from scipy.stats import chi2
from statsmodels.stats.multitest import multipletests

from gipspec.engine import Results, TableInference
from gipspec.report import build_table, load_results_json, numbers_tex, results_json, terminal_table
from gipspec.report.cells import Coefficient

PANEL = staggered(effect=0.25)
NOISE = np.random.default_rng(7).normal(size=(UNITS * PERIODS, 4))
OUTCOMES = PANEL.assign(**{f"y{j}": NOISE[:, j] + 0.06 * j * PANEL.d for j in range(4)})
FAN = "base <- y0 ~ d | x1\nfan <- base; outcome=[y1, y2, y3]\n"


def only_table(results: Results) -> TableInference:
    (found,) = results.tables
    return found


def test_holm_over_all_columns(tmp_path: Path) -> None:
    found = run(tmp_path, OUTCOMES, FAN + 'table t "T": base, fan; adjust=holm')
    together, names = only_table(found), ["base", "fan.y1", "fan.y2", "fan.y3"]
    assert together.estimates == tuple(names)
    expected = multipletests([found[n].p for n in names], method="holm")[1]
    np.testing.assert_allclose([p for _, p in together.p], expected, rtol=1e-12)


def test_romano_wolf_lies_between_the_plain_and_those_of_holm(tmp_path: Path) -> None:
    line = 'table {0} "T": base, fan; adjust={0}\n'
    found = run(tmp_path, OUTCOMES, FAN + line.format("holm") + line.format("romano_wolf"))
    holm, rw = (np.array([p for _, p in t.p]) for t in sorted(found.tables, key=lambda t: t.table))
    plain = np.array([found[n].p for n in found.tables[0].estimates])
    assert (plain <= rw).all()
    assert (rw <= holm).all()
    assert (rw < holm).any()


def test_the_same_coefficient_twice_costs_nothing_by_romano_and_wolf(tmp_path: Path) -> None:
    """Two models that differ in a seed are nearly one hypothesis, of which Holm counts two."""
    lines = "a <- y ~ d | x1; seed=1\nb <- a; seed=2\n"
    found = run(tmp_path, OUTCOMES, lines + 'table t "T": a, b; adjust=romano_wolf')
    worst = max(found["a"].p, found["b"].p)
    assert max(p for _, p in only_table(found).p) < 1.35 * worst


def test_only_what_is_shown_counts(tmp_path: Path) -> None:
    lines = "joint <- y ~ d + dose | x1\none <- y ~ d | x1\ngap <- joint.d - one\n"
    everything = only_table(run(tmp_path, PANEL, lines + 'table t "T": joint, one, gap; adjust=holm'))
    assert everything.estimates == ("joint.d", "joint.dose", "one", "gap")
    kept = only_table(run(tmp_path, PANEL, lines + 'table t "T": joint, one; adjust=holm; keep=d'))
    assert kept.estimates == ("joint.d", "one")
    panels = 'table t "T": panel "A" (one), panel "B" (one, joint); adjust=holm'
    assert only_table(run(tmp_path, PANEL, lines + panels)).estimates == ("one", "joint.d", "joint.dose")


def test_stars_brackets_and_notes_follow(tmp_path: Path) -> None:
    study = loaded(tmp_path, OUTCOMES, FAN + 'table t "T": base, fan; adjust=holm')
    results = study.run()
    table = build_table(study.require().tables[0], results, study.require())
    first, below, brackets = table.blocks[0].rows
    adjusted = [p for _, p in only_table(results).p]
    assert [c.p for c in first.cells if isinstance(c, Coefficient)] == adjusted
    assert [(c.value, c.brackets) for c in brackets.cells] == [(p, "[]") for p in adjusted]
    assert below.cells[0].brackets == "()"
    text = terminal_table(table)
    assert "adjusted for the 4 coefficients" in text.replace("\n", " ")
    assert "(Holm 1979)" in text
    assert study.write(results, tmp_path / "out") == ()
    assert f"[{adjusted[0]:.3f}]" in (tmp_path / "out/tables/t.tex").read_text()
    assert rf"\gipset{{tables.t.base.p.raw}}{{{adjusted[0]!r}}}" in numbers_tex(results)


def test_that_all_are_zero(tmp_path: Path) -> None:
    head = 'data "panel.csv"\npanel city year\ndefaults learner=ols; folds=3; reps=1\n'
    found = run(tmp_path, OUTCOMES, FAN + 'table t "T": base, fan; wald=zero', head)
    (test,) = only_table(found).tests
    theta = np.array([found[n].coef for n in test.estimates])
    values = np.column_stack([found[n].influence.values[0][0] for n in test.estimates])
    statistic = theta @ np.linalg.inv(values.T @ values) @ theta
    assert (test.term, test.df) == ("d", 4)
    assert test.statistic == pytest.approx(statistic, rel=1e-9)
    assert test.p == pytest.approx(chi2.sf(statistic, 4), rel=1e-9)


def test_equality_of_two_is_the_square_of_their_difference(tmp_path: Path) -> None:
    lines = "a <- y0 ~ d | x1\nb <- y3 ~ d | x1\ngap <- b - a\n"
    found = run(tmp_path, OUTCOMES, lines + 'table t "T": a, b, gap; wald=equal')
    (test,) = only_table(found).tests
    assert test.estimates == ("a", "b")
    assert test.statistic == pytest.approx(found["gap"].t ** 2, rel=1e-9)
    assert test.p == pytest.approx(found["gap"].p, rel=1e-9)


def test_a_row_for_each_treatment(tmp_path: Path) -> None:
    lines = "a <- y ~ d + dose | x1\nb <- y ~ d + dose | x1 + x2\nc <- y ~ d | x2\n"
    study = loaded(tmp_path, PANEL, lines + 'table t "T": a, b, c; wald=equal')
    results = study.run()
    assert [(t.term, t.df) for t in only_table(results).tests] == [("d", 2), ("dose", 1)]
    text = terminal_table(build_table(study.require().tables[0], results, study.require()))
    said = " ".join(text.split())
    assert "the coefficients of d in columns (1)–(3) are equal: χ²(2) = " in said
    assert "the coefficients of dose in columns (1) and (2) are equal: χ²(1) = " in said


def test_what_was_found_is_read_again(tmp_path: Path) -> None:
    found = run(tmp_path, OUTCOMES, FAN + 'table t "T": base, fan; adjust=romano_wolf; wald=equal')
    again = load_results_json(results_json(found))
    assert again.tables == found.tables


def test_names_of_tables_and_order_of_lines_change_nothing(tmp_path: Path) -> None:
    first = run(tmp_path, OUTCOMES, FAN + 'table t "T": base, fan; adjust=romano_wolf')
    second = run(tmp_path, OUTCOMES, 'table other "O": base, fan; adjust=romano_wolf\n' + FAN)
    assert only_table(first).p == only_table(second).p


def test_tables_that_ask_nothing_have_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, OUTCOMES, FAN + 'table t "T": base, fan').tables == ()


def test_results_of_another_table_are_refused(tmp_path: Path) -> None:
    results = run(tmp_path, OUTCOMES, FAN + 'table t "T": base; adjust=holm')
    study = loaded(tmp_path, OUTCOMES, FAN + 'table t "T": base, fan; adjust=holm')
    problems = study.write(results, tmp_path / "out")
    assert [p.code for p in problems] == ["G509"]
    assert not (tmp_path / "out/tables/t.tex").exists()

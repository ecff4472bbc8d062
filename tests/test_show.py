"""`gipspec show`: aligned tables, and the estimates as data."""

from __future__ import annotations

import csv
import io
import json

import pytest
from cli_shell import SPEC, Shell

from gipspec.source import display_width

CHINESE = SPEC.replace('table main "Main"', 'label d "绿色工业园区试点"\nlabel y "韧性"\ntable main "主表"')


@pytest.fixture
def ran(shell: Shell) -> Shell:
    shell.write(CHINESE)
    assert shell("run", "study.gip", "-j", "1")[0] == 0
    return shell


def test_estimates_as_csv_are_those_of_the_results_at_full_precision(ran: Shell) -> None:
    code, out, err = ran("show", "study.gip", "--csv")
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    known = {e["name"]: e for e in json.loads(ran("show", "study.gip", "--json")[1])["estimates"]}
    assert [r["name"] for r in rows] == ["base", "gap", "more"]
    for row in rows:
        assert float(row["coef"]) == known[row["name"]]["coef"]
        assert [float(row["low"]), float(row["high"])] == known[row["name"]]["ci"]
    assert rows[0]["line"] == "base <- y ~ d | x1"
    one = list(csv.DictReader(io.StringIO(ran("show", "study.gip", "gap", "--csv")[1])))
    assert [r["name"] for r in one] == ["gap"]
    table = list(csv.DictReader(io.StringIO(ran("show", "study.gip", "main", "--csv")[1])))
    assert [r["name"] for r in table] == ["base", "gap", "more"]


def test_wide_characters_count_double(ran: Shell) -> None:
    out = ran("show", "study.gip", "main")[1]
    (row,) = [line for line in out.splitlines() if "绿色工业园区试点" in line]
    (below,) = [line for line in out.splitlines() if line.strip().startswith("(0.") or " (0." in line][:1]
    end = [display_width(row[: row.index(cell)]) + display_width(cell) / 2 for cell in row.split()[1:2]]
    middle = [display_width(below[: below.index(cell)]) + len(cell) / 2 for cell in below.split()[:1]]
    assert abs(end[0] - middle[0]) <= 2


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_name_that_means_nothing_is_said(form: list[str], ran: Shell) -> None:
    code, _, err = ran("show", "study.gip", "bse", *form)
    assert code == 1
    assert "error[G505]: nothing in the study matches `bse`" in err
    assert "did you mean `base`?" in err


def test_one_form_at_a_time(ran: Shell) -> None:
    assert ran("show", "study.gip", "--json", "--csv")[0] == 2


def test_where_there_are_no_results_it_says_where_it_looked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shell.folder / "elsewhere").mkdir()
    monkeypatch.chdir(shell.folder / "elsewhere")
    code, _, err = shell("show", "../study.gip")
    assert code == 1
    assert "looked in out/study; run it: `gipspec run ../study.gip`" in err


def test_results_beside_the_spec_are_pointed_at(ran: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (ran.folder / "elsewhere").mkdir()
    monkeypatch.chdir(ran.folder / "elsewhere")
    err = ran("show", "../study.gip")[2]
    assert "the last run wrote to ../out/study: add `--out ../out/study`" in err
    assert ran("show", "../study.gip", "--out", "../out/study")[0] == 0

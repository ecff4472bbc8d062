"""`gipspec audit`, accepted findings, and what a run says of the audit."""

from __future__ import annotations

import json

import pytest
from audit_cases import HEAD, panel
from cli_shell import SPEC, Shell

import gipspec
from gipspec.report import load_results_json

ONCE = SPEC.replace("reps=2", "reps=1").replace("more, gap", "more, gap; digits=4")
ACCEPT = 'audit accept A04 base, more "one split is enough for a first look"\n'


def test_before_a_run_the_spec_and_the_data_tell(shell: Shell) -> None:
    shell.write(ONCE)
    code, out, err = shell("audit", "study.gip")
    assert code == 0
    assert out.startswith("warning[A04]: one split only\n")
    assert "study.gip:4  base\n    | base <- y ~ d | x1\n    = instead: base <- y ~ d | x1; reps=5\n" in out
    assert "study.gip:5  more\n" in out
    assert "2 findings (A04) (looked at spec and data; there are no results yet)" in err


def test_after_a_run_the_results_tell_too(shell: Shell) -> None:
    shell("run", "study.gip")
    code, out, err = shell("audit", "study.gip")
    assert code == 0
    assert "warning[A13]" in out
    assert "= add: event <- base; event=-5..5" in out
    assert out.count("= add: event") == 1  # the same line mends both places
    assert "looked at spec, data and results" in err


def test_what_two_lines_share_stands_at_each_line(shell: Shell) -> None:
    panel().to_csv(shell.folder / "gaps.csv", index=False)
    lines = "fake <- known; placebo=99; placebo_by=design\nevent <- known; event=-1..1\n"
    shell.write(HEAD.replace("panel.csv", "gaps.csv") + "known <- y ~ known\n" + lines)
    code, _, err = shell("run", "study.gip")
    assert code == 0, err
    _, out, _ = shell("audit", "study.gip", "--json")
    found = [f for f in json.loads(out)["findings"] if f["code"] == "A21"]
    assert [(f["models"], f["line"]) for f in found] == [(["fake"], 5), (["event"], 6)]
    problems = gipspec.load(shell.folder / "study.gip").last_results(shell.folder / "out" / "study").problems
    assert [(p.subject, p.span and p.span.line) for p in problems if p.code == "A21"] == [
        ("fake", 5),
        ("event", 6),
    ]


def test_estimates_of_an_earlier_line_are_not_judged(shell: Shell) -> None:
    shell("run", "study.gip")
    shell.write(SPEC.replace("more <- base; add=x2", "more <- base; add=x2 + x3"))
    _, out, err = shell("audit", "study.gip", "--json")
    models = {name for f in json.loads(out)["findings"] for name in f["models"]}
    assert models == {"base"}
    assert "G530" in err


def test_strict_counts_what_is_not_accepted(shell: Shell) -> None:
    shell.write(ONCE)
    assert shell("audit", "study.gip", "--strict")[0] == 1
    shell.write(ONCE + ACCEPT)
    code, out, _ = shell("audit", "study.gip", "--strict")
    assert code == 0
    assert out.startswith("accepted[A04]: one split only\n")
    assert "= accepted: one split is enough for a first look\n" in out


def test_as_data(shell: Shell) -> None:
    shell.write(ONCE + ACCEPT.replace(", more", ""))
    code, out, _ = shell("audit", "study.gip", "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["spec"], document["results"]) == ("study.gip", False)
    base, more = document["findings"]
    assert base["accepted"] == "one split is enough for a first look"
    assert (more["code"], more["models"], more["line"], more["accepted"]) == ("A04", ["more"], 5, None)
    assert (more["remedy"], more["replaces"]) == ("more <- base; add=x2; reps=5", True)
    assert more["measures"] == {"reps": 1.0}


def test_a_run_ends_with_a_line_about_the_audit(shell: Shell) -> None:
    shell.write(ONCE + ACCEPT + 'audit accept A13 "the event study is another paper"\n')
    code, _, err = shell("run", "study.gip", "--strict")
    assert code == 0
    assert err.endswith("audit: no findings, 4 accepted; `gipspec audit study.gip` shows them\n"), err
    assert "warning[A04]" not in err
    assert "warning[A13]" not in err
    shell.write(ONCE)
    assert shell("run", "study.gip", "--strict")[0] == 1
    assert shell("run", "study.gip")[0] == 0


def test_accepted_findings_stand_in_the_results(shell: Shell) -> None:
    shell.write(ONCE + ACCEPT)
    shell("run", "study.gip")
    text = (shell.folder / "out" / "study" / "results.json").read_text(encoding="utf-8")
    written = [f for f in json.loads(text)["audit"] if f["code"] == "A04"]
    assert [f["accepted"] for f in written] == ["one split is enough for a first look"] * 2
    read = load_results_json(text).findings
    assert {f.code for f in read} == {"A04", "A13"}
    assert [f.accepted for f in read if f.code == "A04"] == [f["accepted"] for f in written]
    assert not [p for p in json.loads(text)["problems"] if p["code"] == "A04"]


def test_a_check_says_how_much_the_audit_finds(shell: Shell) -> None:
    shell.write(ONCE)
    assert shell("check", "study.gip") == (0, "", "study.gip: no problems; audit: 2 findings (A04)\n")


def test_the_ledger_tells_what_was_tried_before(shell: Shell) -> None:
    lines = "cut <- base; winsor=[{}]\ntable tails: cut\n"
    for bound in ("1%", "2%", "3%"):
        shell.write(SPEC + lines.format(bound))
        code, _, err = shell("run", "study.gip")
        assert code == 0
        assert "warning[A27]" not in err  # the results of a run are the same whatever was tried before
        assert ("A27" in err.splitlines()[-1]) == (bound == "3%")
    _, out, _ = shell("audit", "study.gip")
    assert "`base` was winsorised at 1%, 2%, 3%, and tables show 1 of these" in out


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ('audit accept A04 "all"', {"base", "fan.a", "fan.b"}),
        ('audit accept A04 fan "the fan"', {"fan.a", "fan.b"}),
        ('audit accept A04 fan.a "one of it"', {"fan.a"}),
        ('audit accept a04 base, fan.b "two"', {"base", "fan.b"}),
        ('audit accept A03 base "another rule"', set()),
    ],
)
def test_what_a_line_accepts(line: str, accepted: set[str], shell: Shell) -> None:
    shell.write(
        ONCE + f"fan <- base; winsor=[1%, 2%]\n{line}\n".replace("fan.a", "fan.1").replace("fan.b", "fan.2")
    )
    found = gipspec.load(shell.folder / "study.gip").audit()
    names = {name for f in found if f.code == "A04" and f.accepted for name in f.names}
    assert names - {"more"} == {n.replace(".a", ".1").replace(".b", ".2") for n in accepted}


def test_what_nothing_is_accepted_for(shell: Shell) -> None:
    shell.write(
        SPEC + 'audit accept A04 base "no longer so"\naudit accept A06 base "not known before a run"\n'
    )
    _, _, err = shell("audit", "study.gip")
    assert err.count("warning[G662]") == 1
    assert "no finding of A04 is accepted here" in err


def test_a_part_of_a_study_leaves_what_others_accept(shell: Shell) -> None:
    shell.write(ONCE + 'audit accept A04 more "one split is enough for a first look"\n')
    _, _, err = shell("run", "study.gip", "--select", "base")
    assert "A04" in err and "G662" not in err
    _, _, err = shell("run", "study.gip")
    assert "G662" not in err


def test_a_spec_that_cannot_be_read(shell: Shell) -> None:
    code, out, err = shell("audit", "study.gip", "other.gip", "--json")
    assert code == 1
    assert [d["spec"] for d in json.loads(out)] == ["study.gip", "other.gip"]
    assert "G507" in err
    assert shell("audit", "study.gip", "other.gip", "--out", "x")[0] == 2

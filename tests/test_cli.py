"""The commands, as a shell meets them: exit codes, stdout for data, stderr for messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_shell import SPEC, Shell

from gipspec.diagnostics import CODES
from gipspec.lang.vocabulary import FUNCTIONS, LEARNERS, MODELS, OPTIONS, TABLE_OPTIONS


def test_a_sound_spec_checks(shell: Shell) -> None:
    code, out, err = shell("check", "study.gip")
    assert (code, out, err) == (0, "", "study.gip: no problems\n")


def test_formats_that_are_asked_for(shell: Shell) -> None:
    code, _, _ = shell("run", "study.gip", "--format", "docx,html", "--format", "csv")
    assert code == 0
    tables = {p.name for p in (shell.folder / "out" / "study" / "tables").iterdir()}
    assert tables == {"main.tex", "main.docx", "main.html", "main.csv"}


@pytest.mark.parametrize(
    ("word", "hint"), [("docs", "did you mean 'docx'?"), ("pages", "the formats are tex,")]
)
def test_a_format_that_there_is_not(shell: Shell, word: str, hint: str) -> None:
    code, out, err = shell("run", "study.gip", "--format", f"html,{word}")
    assert (code, out) == (2, "")
    assert f"there is no format '{word}'; {hint}" in err


def test_a_missing_package_is_said_before_anything_is_fitted(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    code, out, err = shell("run", "study.gip", "--format", "docx")
    assert (code, out) == (1, "")
    assert "error[G508]: writing `.docx` files needs the package python-docx" in err
    assert "to fit" not in err
    assert not (shell.folder / ".gipspec").exists()


def test_all_problems_come_in_one_go_and_as_json(shell: Shell) -> None:
    shell.write(SPEC + "bad <- y ~ nothere | x1\nworse <- base; folds=1; reps=0\n")
    code, out, _ = shell("check", "study.gip", "--json")
    found = json.loads(out)
    assert code == 1
    assert [(p["code"], p["line"], p["column"]) for p in found] == [
        ("G102", 8, 12),
        ("G203", 9, 22),
        ("G203", 9, 30),
    ]
    assert all(p["file"] == "study.gip" and p["help"] for p in found)


def test_a_run_writes_every_output_and_a_second_run_fits_nothing(shell: Shell) -> None:
    code, out, err = shell("run", "study.gip", "-j", "1")
    assert code == 0, err
    assert [line.split()[0] for line in out.splitlines()] == ["name", "base", "gap", "more"]
    written = {p.relative_to("out/study").as_posix() for p in Path("out/study").rglob("*") if p.is_file()}
    assert written == {"results.json", "numbers.tex", "tables/main.tex", "gipspec.lock", "report.html"}
    before = Path("out/study/results.json").read_bytes()
    code, again, err = shell("run", "study.gip", "-j", "1")
    assert (code, again) == (0, out)
    assert "8 found, 0 to fit" in err
    assert Path("out/study/results.json").read_bytes() == before


def test_shared_nuisances_are_fitted_once(shell: Shell) -> None:
    shell.write(SPEC + "other <- x3 ~ d | x1\nsame <- base; level=90%; cluster=none\n")
    _, _, err = shell("run", "study.gip", "-j", "1")
    # base, more, other, same: 4 models of 2 nuisances and 2 splits; `other` shares the treatment, `same` both
    assert "16 nuisances: 6 shared, 0 found, 10 to fit" in err


def test_a_failing_model_spares_the_others_and_the_earlier_outputs(shell: Shell) -> None:
    shell("run", "study.gip", "-j", "1")
    good = Path("out/study/tables/main.tex").read_text()
    shell.write(SPEC.replace("base <- y ~ d | x1", "base <- y ~ one | x1") + "fine <- y ~ d | x2\n")
    code, out, err = shell("run", "study.gip", "-j", "1")
    assert code == 1
    assert "error[G401] in base" in err
    assert [line.split()[0] for line in out.splitlines()] == ["name", "fine"]
    assert Path("out/study/tables/main.tex").read_text() == good


def test_a_spec_that_cannot_run_leaves_everything(shell: Shell) -> None:
    shell("run", "study.gip", "-j", "1")
    before = {p: p.read_bytes() for p in Path("out").rglob("*") if p.is_file()}
    shell.write(SPEC.replace("panel.csv", "nothere.csv"))
    code, out, err = shell("run", "study.gip")
    assert (code, out) == (1, "")
    assert "error[G301]" in err
    assert {p: p.read_bytes() for p in Path("out").rglob("*") if p.is_file()} == before


def test_a_damaged_fit_is_fitted_again(shell: Shell) -> None:
    shell("run", "study.gip", "-j", "1")
    before = Path("out/study/results.json").read_bytes()
    victim = sorted(Path(".gipspec").glob("??/*"))[0]
    victim.write_bytes(victim.read_bytes()[:-3] + b"abc")
    _, _, err = shell("run", "study.gip", "-j", "1")
    assert "8 found, 0 to fit" in err  # nobody asks for it: the estimates are kept
    for estimate in Path(".gipspec/estimates").glob("??/*"):
        estimate.write_bytes(estimate.read_bytes()[:-3] + b"abc")
    _, _, err = shell("run", "study.gip", "-j", "1")
    assert "7 found, 1 to fit" in err
    assert Path("out/study/results.json").read_bytes() == before


def test_plan_says_what_would_run_and_why(shell: Shell) -> None:
    _, out, _ = shell("plan", "study.gip")
    assert out.splitlines()[:2] == ["RUN  base: new (4 to fit)", "RUN  more: new (4 to fit)"]
    asked = "2 models ask for 8 cross-fitted nuisances: "
    assert out.splitlines()[2] == asked + "8 differ, 0 are stored, 8 to fit"
    shell("run", "study.gip", "-j", "1")
    shell.write(SPEC.replace("add=x2", "add=x2; folds=4"))
    code, out, _ = shell("plan", "study.gip")
    assert code == 0
    assert out.splitlines()[:2] == ["SKIP base: up to date", "RUN  more: folds 5→4 (4 to fit)"]
    assert out.splitlines()[2] == asked + "8 differ, 4 are stored, 4 to fit"
    assert "4 found, 4 to fit" in shell("run", "study.gip", "-j", "1")[2]  # the very fits that it named
    shell.write(SPEC)
    panel = Path("panel.csv").read_text()
    Path("panel.csv").write_text(panel.replace("\n1,2001,-0.459,", "\n1,2001,-0.559,", 1))
    _, out, _ = shell("plan", "study.gip", "--json")
    assert [(e["name"], e["run"], e["reason"]) for e in json.loads(out)["estimates"]] == [
        ("base", True, "the data changed"),
        ("more", True, "folds 4→5"),
    ]


def test_select_and_draft(shell: Shell) -> None:
    code, _, _ = shell("run", "study.gip", "--select", "more", "--draft", "-j", "1")
    assert code == 0
    document = json.loads(Path("out/study/results.json").read_text())
    assert [(e["name"], e["reps"]) for e in document["estimates"]] == [("more", 1)]
    assert document["draft"] is True
    assert "DRAFT" in Path("out/study/tables/main.tex").read_text()


def test_show_reads_the_last_run(shell: Shell) -> None:
    _, ran, _ = shell("run", "study.gip", "-j", "1")
    assert shell("show", "study.gip")[1] == ran
    document = json.loads(shell("show", "study.gip", "--json")[1])
    assert [e["name"] for e in document["estimates"]] == ["base", "gap", "more"]
    table = shell("show", "study.gip", "main")[1]
    assert "Main" in table
    assert "Standard errors" in table
    assert shell("show", "study.gip", "gap")[1].splitlines()[1].startswith("gap")


def test_fmt_writes_the_canonical_form_once(shell: Shell) -> None:
    shell.write("# why\nbase<-y~d|x1;folds=3\n")
    assert shell("fmt", "--check", "study.gip")[0] == 1
    assert shell("fmt", "study.gip")[0] == 0
    text = Path("study.gip").read_text()
    assert text == "# why\nbase <- y ~ d | x1; folds=3\n"
    assert shell("fmt", "--check", "study.gip")[0] == 0
    shell.write("base <- y ~ d |\n", "bad.gip")
    assert shell("fmt", "bad.gip")[0] == 1
    assert Path("bad.gip").read_text() == "base <- y ~ d |\n"


def test_new_writes_a_spec_that_checks_and_never_overwrites(shell: Shell) -> None:
    assert shell("new", "first.gip")[0] == 0
    assert shell("check", "first.gip")[0] == 0
    assert shell("new", "first.gip")[0] == 1
    assert shell("new", "frame.gip", "--data", "panel.csv")[0] == 0
    assert "x1 + x2 + x3" in Path("frame.gip").read_text()
    assert shell("check", "frame.gip")[0] == 0


@pytest.mark.parametrize(
    "topic",
    [*CODES, *OPTIONS, *TABLE_OPTIONS, *LEARNERS, *FUNCTIONS, *MODELS, "options", "codes", "learners"],
)
def test_everything_is_explained(topic: str, shell: Shell) -> None:
    code, out, _ = shell("explain", topic)
    assert code == 0
    assert out.startswith(topic) or topic in ("options", "codes", "learners")
    assert len(out.splitlines()) >= 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["explain", "lerner"], "did you mean"),
        (["chek", "study.gip"], "Did you mean 'check'"),
        (["run"], "Missing argument"),
        (["run", "study.gip", "-j", "0"], "-j"),
        (["run", "study.gip", "study.gip", "--out", "x"], "--out"),
    ],
)
def test_wrong_usage_is_exit_2(args: list[str], words: str, shell: Shell) -> None:
    code, out, err = shell(*args)
    assert (code, out) == (2, "")
    assert words in err


def test_messages_have_no_colours_in_a_pipe(shell: Shell) -> None:
    shell.write("base <- y ~ d |\n")
    assert "\x1b" not in shell("check", "study.gip")[2]


def test_python_users_have_the_same_stages(shell: Shell) -> None:
    import gipspec

    study = gipspec.load("study.gip")
    results = study.run()
    assert results["base"].n == 400
    assert {e.name for e in results} == {"base", "more", "gap"}
    again = gipspec.loads(SPEC, folder=shell.folder).run()
    assert again["base"].coef == results["base"].coef


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run([sys.executable, "-m", "gipspec", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()[0]) == (0, "gipspec,")

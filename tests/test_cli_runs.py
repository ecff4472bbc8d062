"""What keeps runs comparable: the ledger, `log`, `diff`, `clean`, `gipspec.lock` and `run --locked`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli_shell import SPEC, Shell

import gipspec
from gipspec.engine import atomic, record, store
from gipspec.engine.ledger import Run
from gipspec.report import write as writing

OUT = Path("out/study")
RESULTS = OUT / "results.json"
LOCK = OUT / "gipspec.lock"
FOLDS = SPEC.replace("add=x2", "add=x2; folds=4")


def run(shell: Shell, *more: str) -> dict[str, Any]:
    """Run the study and return its estimates by name."""
    code, _, err = shell("run", "study.gip", "-j", "1", *more)
    assert code == 0, err
    document: dict[str, Any] = json.loads(RESULTS.read_text())
    return {e["name"]: e for e in document["estimates"]}


def change_data(value: str = "0.125") -> None:
    """Move one value of the outcome."""
    head, first, *rest = Path("panel.csv").read_text().splitlines()
    values = first.split(",")
    values[head.split(",").index("y")] = value
    Path("panel.csv").write_text("\n".join([head, ",".join(values), *rest]) + "\n")


def outputs() -> dict[str, bytes]:
    return {p.as_posix(): p.read_bytes() for p in OUT.rglob("*") if p.is_file()}


# ---------------------------------------------------------------- log


def test_the_log_tells_what_changed_in_each_run(shell: Shell) -> None:
    run(shell)
    run(shell)
    shell.write(FOLDS)
    run(shell)
    change_data()
    run(shell, "--select", "base")
    run(shell, "--draft")
    shell.write(FOLDS.replace("gap <- base - more\n", "extra <- base; reps=3\n").replace(", gap", ""))
    run(shell)
    code, out, _ = shell("log", "study.gip")
    assert code == 0
    lines = out.splitlines()
    told = [line.split(maxsplit=8)[-1] for line in reversed(lines[1:])]
    assert lines[0].split() == ["run", "when", "took", "fitted", "found", "estimates", "what", "changed"]
    assert [line.split()[0] for line in lines[1:]] == ["6", "5", "4", "3", "2", "1"]
    assert told == [
        "first run",
        "nothing",
        "more: folds 5→4",
        "base: the data changed (only base)",
        "first draft",
        "more: the data changed; new: extra; gone: gap",
    ]
    assert [line.split()[5:7] for line in lines[1:]][-3:] == [["4", "4"], ["0", "8"], ["8", "0"]]


def test_the_log_follows_one_estimate(shell: Shell) -> None:
    first = run(shell)
    shell.write(FOLDS)
    second = run(shell)
    run(shell)
    code, out, _ = shell("log", "study.gip", "more", "--json")
    states = json.loads(out)
    assert code == 0
    assert [(s["run"], s["causes"]) for s in states] == [(1, ["new"]), (2, ["folds 5→4"])]
    assert [s["coef"] for s in states] == [first["more"]["coef"], second["more"]["coef"]]
    _, text, _ = shell("log", "study.gip", "more")
    assert [line.split()[0] for line in text.splitlines()] == ["run", "2", "1"]
    assert f"{second['more']['se']:.3f}" in text
    code, _, err = shell("log", "study.gip", "mor")
    assert (code, "did you mean `more`?" in err) == (1, True)


def test_a_project_that_moves_keeps_its_history(shell: Shell) -> None:
    run(shell)
    Path("moved").mkdir()
    for name in ("study.gip", ".gipspec", "panel.csv"):
        shutil.move(name, f"moved/{name}")
    assert len(json.loads(shell("log", "moved/study.gip", "--json")[1])) == 1
    assert shell("log", "other.gip")[0] == 1


def test_a_clock_that_is_set_back_changes_no_order(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shell)
    with sqlite3.connect(".gipspec/ledger.sqlite") as ledger:
        (now,) = ledger.execute("SELECT time FROM runs").fetchone()
    append = record.append_run

    def earlier(folder: Path, made: Run) -> int:
        return append(
            folder, Run(**{f: getattr(made, f) for f in Run.__slots__} | {"time": "1999" + now[4:]})
        )

    monkeypatch.setattr(record, "append_run", earlier)
    shell.write(FOLDS)
    run(shell)
    runs = json.loads(shell("log", "study.gip", "--json")[1])
    assert [(r["run"], r["time"][:4]) for r in runs] == [(1, now[:4]), (2, "1999")]
    assert {m["name"]: m["causes"] for m in runs[1]["changes"]["moved"]}["more"] == ["folds 5→4"]


def test_no_number_depends_on_the_ledger(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shell)
    before = outputs()

    def refuse(folder: Path, made: Run) -> int:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(record, "append_run", refuse)
    code, _, err = shell("run", "study.gip", "-j", "1")
    assert code == 0
    assert "warning[G611]" in err
    assert "readonly" in err
    shutil.rmtree(".gipspec")
    run(shell)
    assert outputs() == before


def test_a_ledger_that_is_none_is_named(shell: Shell) -> None:
    run(shell)
    Path(".gipspec/ledger.sqlite").write_text("not a data base at all, but long enough to look at" * 9)
    code, _, err = shell("log", "study.gip")
    assert (code, "error[G507]" in err) == (1, True)


def test_specifications_are_counted_over_all_runs(shell: Shell) -> None:
    run(shell)
    for text in ("add=x3", "add=x3; reps=1", "seed=7"):
        shell.write(SPEC.replace("add=x2", text))
        run(shell)
    study = gipspec.load("study.gip")
    tried = study.tried(study.run(), Path(".gipspec"))
    # base; more with x2, with x3 (twice, since repetitions do not count), with another seed
    assert (tried.tried, tried.shown) == (4, 2)


# ---------------------------------------------------------------- diff


def test_diff_tells_what_moved_how_far_and_why(shell: Shell) -> None:
    before = run(shell)
    shell.write(FOLDS)
    now = run(shell)
    code, out, _ = shell("diff", "study.gip", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["with"]["run"] == 1
    assert [(m["name"], m["causes"]) for m in found["moved"]] == [
        ("gap", ["more moved"]),
        ("more", ["folds 5→4"]),
    ]
    more = found["moved"][1]
    assert more["coef"] == [before["more"]["coef"], now["more"]["coef"]]
    moved = (now["more"]["coef"] - before["more"]["coef"]) / before["more"]["se"]
    assert more["change"] == pytest.approx(moved, rel=1e-12)
    assert (found["added"], found["gone"], found["same"]) == ([], [], 1)
    _, text, _ = shell("diff", "study.gip")
    lines = text.splitlines()
    assert lines[0].startswith("the last run, compared with run 1 of 20")
    assert f"{moved:+.2f} SE" in lines[4]
    assert lines[5] == "    study.gip:5 more <- base; add=x2; folds=4"
    assert lines[-1] == "1 the same"
    run(shell)  # changes nothing, so that the run that it is compared with stays
    assert shell("diff", "study.gip")[1] == text


def test_diff_with_a_file_and_with_a_run(shell: Shell) -> None:
    run(shell)
    shutil.copytree(OUT, "old")
    change_data()
    shell.write(SPEC.replace("gap <- base - more\n", "new <- base; reps=3\n").replace(", gap", ""))
    run(shell)
    for other in ("old", "old/results.json", "1"):
        found = json.loads(shell("diff", "study.gip", other, "--json")[1])
        assert [(m["name"], m["causes"]) for m in found["moved"]] == [
            ("base", ["the data changed"]),
            ("more", ["the data changed"]),
        ]
        assert [e["name"] for e in found["added"]] == ["new"]
        assert [e["name"] for e in found["gone"]] == ["gap"]
    document = json.loads(Path("old/results.json").read_text())
    document["versions"]["numpy"] = "1.0"
    Path("old/results.json").write_text(json.dumps(document))
    found = json.loads(shell("diff", "study.gip", "old", "--json")[1])
    assert found["moved"][0]["causes"] == ["the data changed", "other versions of numpy"]


def test_diff_of_a_selection_and_of_a_draft(shell: Shell) -> None:
    run(shell)
    shell.write(FOLDS)
    run(shell, "--select", "more")
    _, out, _ = shell("diff", "study.gip")
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["name", "more"]
    assert out.splitlines()[-1] == "not part of the last run: 1 of the study"  # the difference of old and new
    run(shell, "--draft")
    assert "compared with draft 3" in shell("diff", "study.gip")[1]
    assert "all 3 the same" in shell("diff", "study.gip")[1]
    assert "reps 2→1" in shell("diff", "study.gip", "1")[1]


def test_a_run_of_a_part_leaves_the_rest_where_it_holds(shell: Shell) -> None:
    run(shell)
    numbers, table = (OUT / "numbers.tex").read_bytes(), (OUT / "tables" / "main.tex").read_bytes()
    run(shell, "--select", "base")
    assert (OUT / "numbers.tex").read_bytes() == numbers
    assert (OUT / "tables" / "main.tex").read_bytes() == table
    assert {e["name"] for e in shown()} == {"base", "more", "gap"}
    shell.write(SPEC.replace("base <- y ~ d | x1", "base <- y ~ d | x1; winsor=1%"))
    run(shell, "--select", "base")
    assert {e["name"] for e in shown()} == {"base"}  # all others vary it
    shell.write(SPEC)
    run(shell)
    change_data()
    run(shell, "--select", "more")
    assert {e["name"] for e in shown()} == {"more"}


def test_a_run_of_a_part_keeps_tables_whole_and_leaves_a_lock_that_a_whole_run_honours(shell: Shell) -> None:
    def said(*more: str) -> str:
        code, _, err = shell("run", "study.gip", "-j", "1", *more)
        assert code == 0, err
        return err

    tables = SPEC.replace("more, gap", "more, gap; adjust=holm; wald=equal")
    shell.write(f'{tables}table other "Other": more\n')
    run(shell)
    lock = json.loads(LOCK.read_text())["outputs"]
    assert "G623" not in said("--select", "base")
    after = json.loads(LOCK.read_text())
    assert after["part"] is True
    assert {name for name in lock if after["outputs"][name] != lock[name]} <= {"results.json"}
    assert "G612" not in said("--locked")
    run(shell)
    assert "part" not in json.loads(LOCK.read_text())
    assert "G612" not in said("--select", "base", "--locked")


def test_a_run_of_a_part_of_other_data_has_a_lock_of_its_own(shell: Shell) -> None:
    run(shell)
    change_data()
    run(shell, "--select", "more")
    assert set(json.loads(LOCK.read_text())["outputs"]) == {"results.json", "numbers.tex", "tables/main.tex"}


def shown() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((OUT / "results.json").read_text())["estimates"]
    return found


@pytest.mark.parametrize(
    ("args", "code", "remedy"),
    [
        (["9"], "G513", "gipspec log study.gip"),
        (["nowhere.json"], "G513", "the number of a run"),
        (["study.gip"], "G507", "run the study again"),
        (["--store", "another"], "G513", "looked in another, whose ledger knows no run"),
    ],
)
def test_what_there_is_not_cannot_be_compared(args: list[str], code: str, remedy: str, shell: Shell) -> None:
    assert "error[G504]" in shell("diff", "study.gip", *args)[2]
    run(shell)
    status, out, err = shell("diff", "study.gip", *args)
    assert (status, out) == (1, "")
    assert f"error[{code}]" in err
    assert remedy in err


def test_a_derived_column_that_changes_is_a_cause(shell: Shell) -> None:
    text = SPEC.replace("base <- y", "let z = x1 + x2\nlet w = z * 2\nbase <- y").replace("| x1", "| w")
    shell.write(text)
    run(shell)
    shell.write(text.replace("z = x1 + x2", "z = x1 - x2"))
    assert "RUN  base: let z changed" in shell("plan", "study.gip")[1]
    run(shell)
    found = json.loads(shell("diff", "study.gip", "--json")[1])
    assert {m["name"]: m["causes"] for m in found["moved"]}["base"] == ["let z changed"]


# ---------------------------------------------------------------- the lock


def test_the_lock_holds_what_the_outputs_were_made_of(shell: Shell) -> None:
    Path("common.gip").write_text("label y 'Outcome'\n".replace("'", '"'))
    shell.write('include "common.gip"\n' + SPEC)
    run(shell)
    lock = json.loads(LOCK.read_text())
    for name, digest in lock["outputs"].items():
        assert hashlib.sha256((OUT / name).read_bytes()).hexdigest() == digest
    assert set(lock["outputs"]) == {"results.json", "numbers.tex", "tables/main.tex"}
    assert {s["name"]: s["sha256"] for s in lock["spec"]} == {
        name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in ("study.gip", "common.gip")
    }
    assert lock["data"]["sha256"] == json.loads(RESULTS.read_text())["data"]["sha256"]
    assert lock["seeds"] == [42]
    before = LOCK.read_bytes()
    assert str(shell.folder).encode() not in before
    shutil.rmtree(".gipspec")
    shutil.rmtree("out")
    run(shell, "--store", "elsewhere")
    assert LOCK.read_bytes() == before


def test_a_locked_run_refuses_other_data_and_versions(shell: Shell) -> None:
    assert "error[G511]" in shell("run", "study.gip", "--locked")[2]
    run(shell)
    run(shell, "--locked")
    lock = LOCK.read_text()
    numpy = json.loads(lock)["versions"]["numpy"]
    LOCK.write_text(
        lock.replace(f'"numpy": "{numpy}"', '"numpy": "1.0"').replace('"python": "3.', '"python": "2.')
    )
    change_data()
    before = outputs()
    code, out, err = shell("run", "study.gip", "--locked")
    assert (code, out) == (1, "")
    assert outputs() == before
    assert err.count("error[G512]") == 3
    assert f"numpy is not that of gipspec.lock: 1.0 there, {numpy} here" in err
    assert "--> gipspec.lock:" in err
    assert "--> study.gip:1:6" in err
    assert "install numpy 1.0, or run without `--locked`" in err


def test_a_locked_run_says_what_came_out_otherwise(shell: Shell) -> None:
    run(shell)
    lock = LOCK.read_text()
    table = json.loads(lock)["outputs"]["tables/main.tex"]
    LOCK.write_text(lock.replace(table, "0" * 64))
    kept = LOCK.read_bytes()
    code, _, err = shell("run", "study.gip", "-j", "1", "--locked")
    assert (code, "warning[G612]: not as gipspec.lock has them: tables/main.tex" in err) == (0, True)
    assert LOCK.read_bytes() == kept


def test_a_locked_run_refuses_another_spec(shell: Shell) -> None:
    run(shell)
    before = outputs()
    shell.write(SPEC.replace("reps=2", "reps=3"))
    code, out, err = shell("run", "study.gip", "-j", "1", "--locked")
    assert (code, out, outputs()) == (1, "", before)
    assert err.count("error[G512]: the spec `study.gip` is not that of gipspec.lock") == 1
    assert "bring back the spec of the lock, or run without `--locked`" in err
    shell.write(SPEC)
    assert shell("run", "study.gip", "-j", "1", "--locked")[0] == 0


# ---------------------------------------------------------------- clean


def entries() -> list[Path]:
    return sorted(Path(".gipspec").glob("??/*"), key=lambda p: p.stat().st_mtime)


def test_clean_takes_what_was_used_longest_ago(shell: Shell) -> None:
    run(shell)
    now = time.time()
    for age, path in enumerate(entries()):
        os.utime(path, (now - age * 86400, now - age * 86400))
    oldest = entries()
    assert len(oldest) == 8
    code, out, _ = shell("clean", "study.gip", "--older", "5.5d", "--dry-run")
    assert (code, out.splitlines()[0].startswith("would free")) == (0, True)
    assert entries() == oldest
    found = json.loads(shell("clean", "study.gip", "--older", "5.5d", "--json")[1])
    assert (found["removed"]["fits"], found["kept"]["fits"]) == (2, 6)
    assert entries() == oldest[2:]
    made = list(Path(".gipspec/estimates").glob("??/*"))
    assert len(made) == 2
    size = sum(p.stat().st_size for p in (*oldest[4:], *made))
    shell("clean", "--max-size", f"{size / 1000}kB")
    assert entries() == oldest[4:]
    for path in made:
        path.unlink()
    assert "4 found, 4 to fit" in shell("run", "study.gip", "-j", "1")[2]


def test_a_fit_that_is_used_is_young_again(shell: Shell) -> None:
    run(shell)
    for path in entries():
        os.utime(path, (1e9, 1e9))
    run(shell, "--select", "base")
    found = json.loads(shell("clean", "study.gip", "--older", "1h", "--json")[1])
    assert found["removed"]["fits"] == 4


def test_clean_leaves_the_ledger_and_what_is_not_of_the_store(shell: Shell) -> None:
    run(shell)
    others = [
        Path(".gipspec/ab/notes.txt"),
        Path(".gipspec/abc/" + "a" * 64),
        Path(".gipspec/cd/ab" + "0" * 62),
    ]
    left, fresh = Path(".gipspec/ab/.gipspec-1.tmp"), Path(".gipspec/ab/.gipspec-2.tmp")
    for path in (*others, left, fresh):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    os.utime(left, (1e9, 1e9))
    found = json.loads(shell("clean", "study.gip", "--all", "--json")[1])
    assert (found["removed"]["fits"], found["kept"]["fits"], found["leftovers"]) == (8, 0, 1)
    assert (found["removed"]["estimates"], found["kept"]["estimates"]) == (2, 0)
    assert all(p.exists() for p in (*others, fresh))
    assert not left.exists()
    assert len(json.loads(shell("log", "study.gip", "--json")[1])) == 1


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["--dry-run"],
        ["--older", "soon"],
        ["--older", "3"],
        ["--max-size", "2 parsecs"],
        ["--max-size", "-1GB"],
    ],
)
def test_clean_wants_to_know_what(args: list[str], shell: Shell) -> None:
    assert shell("clean", "study.gip", *args)[0] == 2


# ---------------------------------------------------------------- the store


def test_a_new_store_is_hidden_from_git_and_an_old_folder_is_not(shell: Shell) -> None:
    run(shell)
    assert Path(".gipspec/.gitignore").read_text() == "*\n"
    Path("mine").mkdir()
    run(shell, "--store", "mine")
    assert not Path("mine/.gitignore").exists()


def test_a_full_disk_is_named_and_what_was_finished_stays(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell)
    before = outputs()
    shutil.rmtree(".gipspec")
    write, room = store.write_atomically, iter(range(4))  # the .gitignore and three fits

    def until_full(path: Path, data: bytes) -> None:
        if next(room, None) is None:
            raise OSError(28, "No space left on device")
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_atomically", until_full)
        shell.write(FOLDS)
        code, _, err = shell("run", "study.gip", "-j", "1")
    assert code == 1
    assert "error[G501]: cannot write .gipspec: no space left on device" in err
    assert "help: free some space, or name another folder with `--store`" in err
    assert "nothing was written" in err
    assert outputs() == before
    assert "3 found, 5 to fit" in shell("run", "study.gip", "-j", "1")[2]


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (("results.json",), "; nothing was written, and earlier outputs stay"),
        (("numbers.tex", "report.html"), "; written to out/study without numbers.tex, report.html: "),
    ],
)
def test_outputs_on_a_full_disk_are_told_apart(
    lacking: tuple[str, ...], said: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell)
    before = outputs()
    shell.write(FOLDS)
    write = atomic.write_atomically

    def until_full(path: Path, data: bytes) -> None:
        if path.name in lacking:
            raise OSError(28, "No space left on device")
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_atomically", until_full)
        code, _, err = shell("run", "study.gip", "-j", "1")
        again = None if "results.json" in lacking else shell("report", "study.gip")
    assert (code, said in err) == (1, True)
    if again:
        assert again[0] == 1 and "; written to out/study without numbers.tex, report.html\n" in again[2]
    assert ("`gipspec report study.gip` writes these" in err) is ("results.json" not in lacking)
    if "results.json" in lacking:
        assert outputs() == before
        return
    assert shell("report", "study.gip")[0] == 0
    made_up = outputs()
    run(shell)
    assert {n: b for n, b in outputs().items() if b != made_up[n]}.keys() <= {"report.html"}


def test_a_store_that_may_only_be_read_serves(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shell)
    for path in entries():
        os.utime(path, (1e9, 1e9))

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(store, "write_atomically", refuse)
    monkeypatch.setattr(os, "utime", refuse)
    run(shell)
    shell.write(FOLDS)
    code, _, err = shell("run", "study.gip", "-j", "1")
    assert (code, "error[G501]: cannot write .gipspec: read-only file system" in err) == (1, True)
    assert "help: get the right to write there, or name another folder with `--store`" in err


# ---------------------------------------------------------------- what failed


FAILING = SPEC + "bad <- y ~ d | x1; sample=year > 9999\n"


def test_plan_says_which_model_will_fail(shell: Shell) -> None:
    shell.write(FAILING)
    code, out, _ = shell("plan", "study.gip")
    assert code == 1
    assert "FAIL bad: " in out
    assert "RUN  bad" not in out
    estimates = json.loads(shell("plan", "study.gip", "--json")[1])["estimates"]
    assert {e["name"]: e["run"] for e in estimates} == {"base": True, "more": True, "bad": False}


def test_report_says_what_failed_in_the_run(shell: Shell) -> None:
    shell.write(FAILING)
    assert shell("run", "study.gip", "-j", "1")[0] == 1
    code, _, err = shell("report", "study.gip")
    assert code == 1
    assert "in bad: " in err
    assert "study.gip: 1 error" in err
    shell.write(SPEC)
    assert shell("report", "study.gip")[0] == 0


def test_the_audit_at_the_end_of_a_run_is_that_of_the_command(shell: Shell) -> None:
    """The ledger knows twenty specifications, the table shows two; a model that fails changes nothing."""
    several = "".join(f"m{i} <- base; winsor=0.{i:02}\n" for i in range(1, 20))
    shell.write(FAILING + several)
    err = shell("run", "study.gip", "-j", "1")[2]
    (ended,) = [line for line in err.splitlines() if line.startswith("audit: ")]
    found = shell("audit", "study.gip")[2].splitlines()[-1]
    assert "A18" in found
    told = found.removeprefix("study.gip: ").partition(" (looked")[0]
    assert ended.removeprefix("audit: ").partition(";")[0] == told


# ---------------------------------------------------------------- words


def test_one_thing_is_not_several(shell: Shell) -> None:
    shell.write(SPEC.partition("more <-")[0])
    assert "1 model asks for 4 cross-fitted nuisances: " in shell("plan", "study.gip")[1]
    assert "study.gip: 1 estimate, " in shell("run", "study.gip", "-j", "1")[2]
    assert "the only one is the same" in shell("diff", "study.gip")[1]


def test_a_lock_that_is_lost_takes_the_python_of_the_run_along(shell: Shell) -> None:
    run(shell)
    LOCK.write_text("{", encoding="utf-8")
    assert shell("report", "study.gip")[0] == 0
    assert json.loads(LOCK.read_text())["python"] == "unknown"
    run(shell, "--locked")


def test_a_name_that_is_none_is_said_once(shell: Shell) -> None:
    shell.write(SPEC + 'figure `a..b` "Main": base, more\ntable `.c` "Main": base, more\n')
    err = shell("run", "study.gip", "-j", "1")[2]
    assert err.count("error[G107]") == 2
    assert "G501" not in err


@pytest.mark.skipif(sys.platform != "linux", reason="locales of Linux")
def test_names_that_the_file_system_cannot_spell_are_said_before_anything_is_fitted(shell: Shell) -> None:
    shell.write(SPEC + 'table 表 "Main": base\n')
    ascii_only = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "gipspec", "run", "study.gip", "-j", "1"],
        capture_output=True,
        text=True,
        env=os.environ | ascii_only,
        check=False,
    )
    assert done.returncode == 1
    assert "error[G501]: cannot write '\\u8868': file names are ascii here" in done.stderr
    assert not Path(".gipspec").exists()

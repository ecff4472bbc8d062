"""`gipspec doctor`: what is missing is a note, what is broken is exit 1, and nothing is changed."""

from __future__ import annotations

import json
import os
import sqlite3
import tomllib
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
from cli_shell import Shell
from packaging.requirements import Requirement

from gipspec.doctor import packages, typesetting
from gipspec.doctor.packages import GIVES

LEDGER = Path(".gipspec/ledger.sqlite")
PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def looked_at(shell: Shell, *args: str) -> tuple[int, dict[str, dict[str, str]]]:
    code, out, _ = shell("doctor", *args, "--json")
    document = json.loads(out)
    assert document["ok"] == (code == 0)
    return code, {c["name"]: c for c in document["checks"]}


def test_a_sound_machine(shell: Shell) -> None:
    code, checks = looked_at(shell)
    assert code == 0
    assert checks["numpy"]["found"] == version("numpy")
    assert checks["grammar"]["state"] == checks["templates"]["state"] == checks["examples"]["state"] == "ok"
    assert checks["cores"]["found"].startswith(f"{os.cpu_count()} cores")
    _, out, err = shell("doctor")
    assert err == "nothing is broken\n"
    assert out.splitlines()[0] == "installation"


def test_the_extras_are_those_of_the_project() -> None:
    extras = set(PROJECT["optional-dependencies"]) - {"all", "dev"}
    assert extras <= set(GIVES)


def test_every_pinned_package_is_looked_at(shell: Shell) -> None:
    _, checks = looked_at(shell)
    assert {Requirement(line).name for line in PROJECT["dependencies"]} - {"packaging"} <= set(checks)


@pytest.mark.parametrize(
    ("package", "found", "state", "words"),
    [
        ("numpy", "1.26.0", "broken", "pip install 'numpy"),
        ("numpy", None, "broken", "pip install 'numpy"),
        ("optuna", None, "note", "pip install 'gipspec[tune]'"),
        ("optuna", "1.0", "broken", "pip install 'gipspec[tune]'"),
    ],
)
def test_a_version_that_is_wrong_or_missing(
    package: str, found: str | None, state: str, words: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = packages._installed
    monkeypatch.setattr(packages, "_installed", lambda name: found if name == package else known(name))
    code, checks = looked_at(shell)
    check = checks[package] if package in checks else checks["tune"]
    assert (code, check["state"]) == (int(state == "broken"), state)
    assert words in check["remedy"]


def test_without_latex_tables_can_be_written(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting.shutil, "which", lambda name: None)
    code, checks = looked_at(shell)
    assert (code, checks["LaTeX"]["state"]) == (0, "note")
    assert "packages" not in checks


def test_the_packages_of_tables_are_those_that_are_looked_for() -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (Path(__file__).parents[1] / "gipspec" / "report").glob("latex*.py")
    )
    for name in ("booktabs", "threeparttable", "adjustbox", "longtable", "pdflscape", "amssymb"):
        assert f'"{name}"' in text
        assert name in typesetting.PACKAGES


def test_a_store_with_a_damaged_fit_and_ledger(shell: Shell) -> None:
    shell("run", "study.gip", "-j", "1")
    code, checks = looked_at(shell, "study.gip")
    assert code == 0
    fits = len(list(Path(".gipspec").glob("??/*")))
    assert checks["fits"]["found"].startswith(f"{fits} in .gipspec")
    assert checks["checksums"]["found"] == "all are whole"
    assert checks["ledger"]["found"].startswith("1 run, the last one 20")
    victim = sorted(Path(".gipspec").glob("??/*"))[0]
    victim.write_bytes(victim.read_bytes()[:-3] + b"abc")
    os.utime(victim, (0, 0))
    code, checks = looked_at(shell)
    assert (code, checks["checksums"]["state"]) == (1, "broken")
    assert victim.name[:12] in checks["checksums"]["found"]
    assert checks["stale"]["found"] == "1 not used for 90 days"
    assert victim.stat().st_mtime == 0  # looking is not using
    Path(".gipspec/ledger.sqlite").write_text("this is no ledger, and it is longer than its head\n" * 20)
    code, checks = looked_at(shell)
    assert (code, checks["ledger"]["state"]) == (1, "broken")


def test_a_ledger_counts_as_the_log_reads_it(shell: Shell) -> None:
    """One that a full disk left empty is none; one of a later version is refused, as the log does."""
    shell("run", "study.gip", "-j", "1")
    with closing(sqlite3.connect(LEDGER)) as ledger:
        ledger.execute("PRAGMA user_version = 99")
    code, checks = looked_at(shell, "study.gip")
    assert (code, checks["ledger"]["state"]) == (1, "broken")
    assert checks["ledger"]["found"] in shell("log", "study.gip")[2]
    LEDGER.write_bytes(b"")
    code, checks = looked_at(shell, "study.gip")
    assert (code, checks["ledger"]["state"], checks["ledger"]["found"]) == (0, "ok", "no run yet")
    assert "error[G504]" in shell("log", "study.gip")[2]
    shell("run", "study.gip", "-j", "1")
    assert looked_at(shell, "study.gip")[1]["ledger"]["found"].startswith("1 run")

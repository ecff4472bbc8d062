"""Every problem code, as the economist meets it: a spec that makes the mistake, and the message beside it.

The first line of a spec says how far it goes: `check`, `run`, `run without PACKAGE ...` and a few more.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from golden_runs import RUNS

from gipspec.api import load
from gipspec.cli import console, main
from gipspec.diagnostics import CODES, GipError, Problem, render

BAD = Path(__file__).parent / "bad"
CASES = sorted(p.stem for p in BAD.glob("*.gip"))


def stage_of(spec: Path) -> str:
    for line in spec.read_bytes().splitlines():
        if line.startswith(b"# stage: "):
            return line.removeprefix(b"# stage: ").decode()
    raise AssertionError(f"{spec.name} names no stage")


def attempt(work: Callable[[], Iterable[Problem]]) -> tuple[Problem, ...]:
    try:
        return tuple(work())
    except GipError as error:
        return error.problems


def run(spec: Path, out: Path, templates: Path | None = None) -> tuple[Problem, ...]:
    loaded = load(spec)
    results = loaded.run()
    return (*results.problems, *loaded.write(results, out, templates))


def problems_of(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    folder = spec.parent
    stage, *words = stage_of(spec).split()
    match stage, words:
        case "check", []:
            return attempt(lambda: load(spec).problems)
        case "check", [other]:
            return attempt(lambda: load(folder / other).problems)
        case "run", ["without", *packages]:
            for package in packages:
                monkeypatch.setitem(sys.modules, package, None)
            return attempt(lambda: run(spec, folder / "out"))
        case "run", ["into", "a", "file"]:
            (folder / "out").write_text("a file stands where the folder should be")
            return attempt(lambda: run(spec, folder / "out"))
        case "run", ["with", "a", "bad", "template"]:
            shutil.copytree(BAD / "templates", folder / "templates")
            return attempt(lambda: run(spec, folder / "out", folder / "templates"))
        case "run", _ if " ".join(words) in RUNS:
            return attempt(lambda: RUNS[" ".join(words)](spec, monkeypatch))
        case "run", []:
            return attempt(lambda: run(spec, folder / "out"))
        case "select", [pattern]:
            return attempt(lambda: load(spec).plan(select=[pattern]) and ())
        case ("show" | "new") as command, []:
            return command_problems(command, spec, monkeypatch)
    raise AssertionError(f"{spec.name}: unknown stage")


def command_problems(command: str, spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    shown: list[Problem] = []
    monkeypatch.setattr(importlib.import_module("gipspec.cli.main"), "show_problems", shown.extend)
    monkeypatch.chdir(spec.parent)
    with pytest.raises(SystemExit) as stop:
        main([command, spec.name])
    assert stop.value.code == console.FAILED
    return tuple(shown)


@pytest.mark.parametrize("case", CASES)
def test_the_message_is_the_one_that_was_read(
    case: str, tmp_path: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (BAD / "data").iterdir():
        shutil.copy(file, tmp_path)
    spec = Path(shutil.copy(BAD / f"{case}.gip", tmp_path))
    monkeypatch.chdir(tmp_path)
    problems = problems_of(spec, monkeypatch)
    assert case.partition("_")[0] in {p.code for p in problems}
    golden(BAD / f"{case}.txt", render(problems).replace(str(tmp_path), "FOLDER"))


def test_every_code_has_a_case() -> None:
    assert {case.partition("_")[0] for case in CASES} == set(CODES)

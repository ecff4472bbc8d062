"""The benches can be run, and what the documentation shows of them is what they measured."""

from __future__ import annotations

import importlib
import json
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import gipspec
from gipspec.simulate import gip_panel

ROOT = Path(__file__).parent.parent
BENCH = ROOT / "bench"
MODULES = sorted(BENCH.glob("*.py"))
RESULTS = sorted((ROOT / "docs" / "results").glob("*.csv"))
PROGRAMS = [path for path in MODULES if "__main__" in path.read_text(encoding="utf-8")]
Importer = Callable[[str], Any]


@pytest.fixture(scope="module")
def bench() -> Iterator[Importer]:
    """Import modules of bench/ by name; other tests meet none of them."""
    names = [path.stem for path in MODULES]
    before = {name: sys.modules.pop(name, None) for name in names}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        yield importlib.import_module
    for name, module in before.items():
        sys.modules.pop(name, None)
        if module is not None:
            sys.modules[name] = module


@pytest.fixture
def pages(bench: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let benches write into a copy of the docs."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    monkeypatch.setattr(bench("document"), "DOCS", tmp_path / "docs")
    return tmp_path / "docs"


def run(module: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", [f"bench/{module.__name__}.py", *arguments])
    module.main()


def name_of(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_imported_and_says_what_it_is_for(path: Path, bench: Importer) -> None:
    module = bench(path.stem)
    assert Path(module.__file__) == path
    assert module.__doc__


@pytest.mark.parametrize("path", PROGRAMS, ids=name_of)
def test_the_help_of_a_bench_is_its_docstring(
    path: Path, bench: Importer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = bench(path.stem)
    with pytest.raises(SystemExit) as ended:
        run(module, monkeypatch, "--help")
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert out.startswith(f"usage: {path.name} [-h]")
    assert " ".join(module.__doc__.splitlines()[0].split()) in " ".join(out.split())


# ---------------------------------------------------------------- what the docs show of them

TABLES = {
    "audit": ("audit.md", "costs"),
    "coverage": ("validation.md", "coverage"),
    "estimators": ("validation.md", "estimators", "parks"),
    "scale": ("performance.md", "scale"),
    "study": ("performance.md", "study"),
}


def test_every_file_of_rows_is_shown_in_a_table() -> None:
    assert {path.stem for path in RESULTS} <= TABLES.keys()


@pytest.mark.parametrize("path", RESULTS, ids=name_of)
def test_the_tables_of_the_docs_are_those_of_the_rows(
    path: Path, bench: Importer, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, *marks = TABLES[path.stem]
    page = pages / name
    shown = page.read_text(encoding="utf-8")
    for mark in marks:
        bench("document").put_table(mark, "", name)
    assert page.read_text(encoding="utf-8") != shown
    run(bench(path.stem), monkeypatch, "--table")
    assert page.read_text(encoding="utf-8") == shown, f"run `python bench/{path.name[:-4]}.py --table`"


def test_a_page_without_the_marks_of_a_table_stays_as_it_is(bench: Importer, pages: Path) -> None:
    before = (pages / "audit.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="has no <!-- nothing -->"):
        bench("document").put_table("nothing", "| a |", "audit.md")
    assert (pages / "audit.md").read_text(encoding="utf-8") == before


def test_claims_are_compared_with_the_truth(bench: Importer, tmp_path: Path) -> None:
    claims = bench("claims")
    truth = gip_panel().truth
    entropy = truth["entropy.scale"] * truth["total"]
    found = [
        {"name": "base", "coef": entropy, "ci": [entropy - 0.01, entropy + 0.01]},
        {"name": "early", "coef": 0.2, "ci": [0.1, 0.3]},
    ]
    (tmp_path / "default.json").write_text(json.dumps({"estimates": found}), encoding="utf-8")
    lines = claims.table(tmp_path).splitlines()
    assert len(lines) == 2 + len(claims.ROWS)
    assert re.search(rf"`base` \| {entropy:.4f} \| {entropy:.4f} \[.*\] \| yes \|", lines[2])
    assert [line for line in lines if "`early`" in line] == [
        "| placebo in time | `early` | 0.0000 | 0.2000 [0.1000, 0.3000] | **no** |"
    ]


# ---------------------------------------------------------------- small runs


def test_rows_are_added_and_written_anew(bench: Importer, tmp_path: Path) -> None:
    rows, path = bench("rows"), tmp_path / "new" / "rows.csv"
    assert rows.read_rows(path) == []
    rows.append_rows(path, ("a", "b"), [{"a": 1, "b": 2}])
    rows.append_rows(path, ("a", "b"), [{"b": "x, y"}])
    assert rows.read_rows(path) == [{"a": "1", "b": "2"}, {"a": "", "b": "x, y"}]
    rows.write_rows(path, ("a",), [{"a": 3}])
    assert rows.read_rows(path) == [{"a": "3"}]


def test_draws_are_summarised_with_their_errors(bench: Importer) -> None:
    found = bench("cover").cover_of([1, 2, 3, 6], [1, 1, 2, 2], [0, 1, 2.5, 5], [2, 3, 3.5, 7], 2.0)
    assert (found.n, found.bias, found.se, found.share) == (4, 1.0, 1.5, 0.5)
    assert found.sd == pytest.approx((14 / 3) ** 0.5)  # deviations -2, -1, 0, 3
    assert found.bias_text == "+1.0000 (1.0801)"
    assert found.share_text == "50.0% (25.0)"


def test_a_mistake_is_measured_in_a_few_draws_without_a_trace(
    bench: Importer,
    pages: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    audit = bench("audit")
    monkeypatch.setattr(audit, "ROWS", tmp_path / "audit.csv")
    before = (pages / "audit.md").read_bytes()
    run(audit, monkeypatch, "--only", "A29", "--draws", "2")
    printed = [line.rsplit(" ", 6)[2:6] for line in capsys.readouterr().err.splitlines()]
    (one,) = (e for e in audit.EXPERIMENTS if e.code == "A29")
    (wrong, right), (wrong_again, right_again) = (list(audit.draw(one, seed))[-1] for seed in (1, 2))
    assert [len(printed), one.measures[-1][0]] == [1, "95% interval covers"]
    assert float(printed[0][0]) == (wrong + wrong_again) / 2
    assert float(printed[0][2]) == (right + right_again) / 2
    assert not (tmp_path / "audit.csv").exists()
    assert (pages / "audit.md").read_bytes() == before


def test_the_specs_of_the_mistakes_suit_their_data(bench: Importer, tmp_path: Path) -> None:
    for one in bench("audit").EXPERIMENTS:
        one.draw(1).to_csv(tmp_path / "data.csv", index=False)
        loaded = gipspec.loads(f'data "data.csv"\n{one.spec}\n', folder=tmp_path)
        assert loaded.ok, f"{one.code}: {loaded.problems}"


def test_draws_of_estimators_go_on_where_they_stopped(
    bench: Importer, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimators, read = bench("estimators"), bench("rows").read_rows
    path = tmp_path / "estimators.csv"
    monkeypatch.setattr(estimators, "ROWS", path)
    run(estimators, monkeypatch, "--only", "instrument", "--draws", "1")
    before = path.read_bytes()
    run(estimators, monkeypatch, "--only", "instrument", "--draws", "2")
    assert path.read_bytes().startswith(before)
    rows = read(path)
    assert [(r["draw"], r["name"]) for r in rows] == [
        (draw, name) for draw in "12" for name in estimators.DESIGNS["instrument"].truth
    ]
    assert all(abs(float(r["coef"]) - 1) < 5 * float(r["se"]) for r in rows)
    bench("rows").write_rows(path, estimators.FIELDS, rows[1:])
    run(estimators, monkeypatch, "--only", "instrument", "--draws", "2")
    assert read(path) == [*rows[1:], rows[0]]  # a line without rows is measured again
    text = (pages / "validation.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\w+) \| `\w+` \| 1\.0000 \| 2 \|", text, re.MULTILINE) == ["instrument"] * 4
    assert "| cross |" not in text


def test_coverage_is_measured_and_its_candidates_start_from_the_same_estimate(
    bench: Importer, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coverage, path = bench("coverage"), tmp_path / "coverage.csv"
    monkeypatch.setattr(coverage, "ROWS", path)
    run(coverage, monkeypatch, "--only", "within:ols", "--draws", "2")
    first, second = bench("rows").read_rows(path)
    assert "| `within` | ols | 2 | 5 |" in (pages / "validation.md").read_text(encoding="utf-8")
    (cell,) = (c for c in coverage.CELLS if (c.method, c.learner) == ("within", "ols"))
    found = {row["candidate"]: row for row in bench("defaults").estimate(cell, 1)}
    assert float(first["coef"]) == pytest.approx(found["as predicted"]["coef"], rel=1e-10)
    assert float(first["se"]) == pytest.approx(found["as predicted"]["se"], rel=1e-10)
    assert first["coef"] != second["coef"]


def test_script_and_spec_of_the_study_have_the_same_columns(bench: Importer, tmp_path: Path) -> None:
    study = bench("study")
    small = study.Bench(folder=tmp_path, cities=60, trees=5, draws=2, jobs=1)
    small.write_data()
    loaded = gipspec.loads(f"{study.HEAD}{study.COLUMNS.format(learner=small.forest)}", folder=tmp_path)
    panel = pd.read_csv(tmp_path / "panel.csv")
    columns = dict(bench("study_doubleml").columns(panel))
    assert {step.model.name for step in loaded.plan().estimates} == columns.keys()
    assert len(columns) == 26
    assert loaded.ok


def test_sizes_have_the_columns_of_their_spec(bench: Importer, tmp_path: Path) -> None:
    scale = bench("scale")
    scale.write_data(tmp_path / "data.parquet", 300, 5)
    loaded = gipspec.loads(scale.SPEC.format(controls="x1 + x2 + x3 + x4 + x5"), folder=tmp_path)
    assert loaded.ok
    assert loaded.dataset().frame.shape[0] == 300


def test_the_spec_of_the_language_is_sound_and_as_long_as_asked(bench: Importer) -> None:
    language = bench("language")
    text = language.spec(60, "causaldata::castle")
    assert len(text.splitlines()) == 60
    assert gipspec.loads(text).ok
    calls = []
    assert language.best(lambda: calls.append(1), 3) < 1
    assert len(calls) == 3


def test_the_study_that_is_killed_is_sound_and_damage_is_damage(bench: Importer, tmp_path: Path) -> None:
    kill = bench("kill")
    kill.panel(tmp_path / "panel.csv")
    assert gipspec.loads(kill.SPEC, folder=tmp_path).ok
    path = tmp_path / "fit"
    for seed in range(8):
        path.write_bytes(bytes(range(64)))
        assert kill.damage(path, random.Random(seed)) == path.read_bytes() != bytes(range(64))
    assert kill.outputs(tmp_path).keys() == {"panel.csv", "fit"}

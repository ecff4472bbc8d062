"""Twelve mistakes of published papers are found, and the study of green parks answers for what it has."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from audit_cases import panel

import gipspec
from gipspec.diagnostics import Finding

HERE = Path(__file__).parent
PAPERS = sorted((HERE / "published").glob("*.gip"))
SPECS = HERE.parents[1] / "specs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("published")
    panel().to_csv(where / "panel.csv", index=False)
    return where


def test_there_are_twelve() -> None:
    assert len(PAPERS) == 12


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.stem)
def test_a_published_mistake_is_found(paper: Path, folder: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    code = text.split("\n", 1)[0].removeprefix("# finds: ")
    loaded = gipspec.loads(text, folder=folder)
    assert loaded.ok
    results = loaded.run()
    assert not [p for p in results.problems if p.severity == "error"]
    assert code in {f.code for f in results.findings if not f.accepted}
    assert code in {p.code for p in results.problems}


def open_findings(found: tuple[Finding, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(f.code, f.names) for f in found if not f.accepted]


@pytest.mark.parametrize("name", ["gip", "castle", "pension"])
def test_the_specs_of_the_project_answer_for_their_findings(name: str) -> None:
    found = gipspec.load(SPECS / f"{name}.gip").audit()
    assert open_findings(found) == []


def test_the_study_of_green_parks_answers_for_findings_on_results(tmp_path: Path) -> None:
    """A run of the lines that depend on the data most, with a quick learner and a sixth of the cities."""
    frame = pd.read_stata(SPECS / "gip_panel.dta", convert_categoricals=False)
    cities = sorted(frame["city"].unique())[::6]
    frame[frame["city"].isin(cities)].to_csv(tmp_path / "gip_panel.csv", index=False)
    text = (SPECS / "gip.gip").read_text(encoding="utf-8").replace("gip_panel.dta", "gip_panel.csv")
    loaded = gipspec.loads(text + "defaults learner=ridge\n", folder=tmp_path, name="gip.gip")
    assert loaded.ok
    select = ["base", "samples", "dose", "rivals", "endog", "inter", "hetero", "mech", "event"]
    results = loaded.run(draft=True, select=select)
    assert not [p for p in results.problems if p.severity == "error"]
    weak = [("A15", ("endog",))]  # the instrument, in so few cities
    assert open_findings(results.findings) == weak

"""Each rule finds its mistake, is silent where there is none, and its remedy ends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from audit_cases import CASES, Case, found, load, panel, remedied

from gipspec.audit import RULES

IDS = [f"{case.code}-{[c.code for c in CASES[: i + 1]].count(case.code)}" for i, case in enumerate(CASES)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("audit")
    panel().to_csv(where / "panel.csv", index=False)
    return where


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_mistake_is_found_and_the_remedy_ends_it(case: Case, folder: Path) -> None:
    loaded = load(case, case.mistake, folder)
    findings = found(case, loaded)
    assert findings, "the mistake is not found"
    assert all(f.help for f in findings)
    assert [f.remedy is not None for f in findings] == [case.remedied] * len(findings)
    if case.remedied:
        text = remedied(loaded, findings)
        assert found(case, load(replace(case, head=""), text, folder)) == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_is_right_is_left_alone(case: Case, folder: Path) -> None:
    assert found(case, load(case, case.right, folder)) == []


def test_every_rule_has_its_mistake() -> None:
    assert {case.code for case in CASES} == set(RULES)

"""A02 and A10 say what fits the study, and which term they are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_cases import HEAD, panel

import gipspec
from gipspec.diagnostics import Finding


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("inference")
    frame = panel()
    frame["wide"] = (frame["unit"] % 2 == 0) * 1
    frame["grant"] = ((frame["unit"] % 7 == 0) & (frame["year"] >= 2004)) * 1
    frame["half"] = frame["province"] % 2
    frame["folds"] = frame["unit"] % 4
    frame.to_csv(made / "panel.csv", index=False)
    return made


def findings(code: str, line: str, folder: Path, *, run: bool) -> list[Finding]:
    loaded = gipspec.loads(f"{HEAD}{line}\n", folder=folder)
    found = loaded.run().findings if run else loaded.audit()
    return [f for f in found if f.code == code]


@pytest.mark.parametrize("option", ["", "; folds=folds"])
def test_a_panel_is_not_advised_where_there_is_one(option: str, folder: Path) -> None:
    (found,) = findings("A02", f"base <- y ~ d | x; cluster=province{option}", folder, run=False)
    assert "panel" not in found.help
    assert "`folds=province`" in found.help
    assert found.remedy is not None
    assert "folds=province" in found.remedy.lines


def test_arms_of_a_product_are_those_of_the_product(folder: Path) -> None:
    found = findings("A10", "base <- y ~ grant * wide | x", folder, run=True)
    assert [(f.about, f.message) for f in found] == [
        ("grant", "`grant` is 1 in only 9 of 60 clusters"),
        ("grant:wide", "`grant:wide` is 1 in only 5 of 60 clusters"),
    ]


def test_one_treatment_needs_no_name(folder: Path) -> None:
    (found,) = findings("A10", "base <- y ~ grant | x", folder, run=True)
    assert found.message == "only 9 of 60 clusters are treated"


def test_few_clusters_are_those_of_all_terms(folder: Path) -> None:
    (found,) = findings("A10", "base <- y ~ d + dose | x; sample=unit < 20 and w < 9", folder, run=True)
    assert found.message == "20 clusters only"

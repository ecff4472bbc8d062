"""A14: samples that remove no row, or none that would have been used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from audit_cases import HEAD, panel

import gipspec


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outcome `late` is missing before 2004, and the control `w` where `z` is below nought."""
    made = tmp_path_factory.mktemp("samples")
    frame = panel()
    frame["late"] = frame["y"].where(frame["year"] >= 2004)
    frame["w"] = frame["w"].where(frame["z"] >= 0)
    frame["z"] = np.where(frame["z"] < 0, -1, frame["z"])
    frame.to_csv(made / "panel.csv", index=False)
    return made


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("base <- late ~ d | x\nsome <- base; sample=year >= 2004", {"some": "that `base` uses"}),
        ("some <- late ~ d | x; sample=year >= 2004\nbase <- late ~ d | x", {"some": "that `base` uses"}),
        ("base <- late ~ d | x\nsome <- base; sample=year >= 2003; via=m\nmech <- base; via=m", {"some": ""}),
        ("base <- late ~ d | x\nsome <- base; sample=year >= 2004; het=w\nby <- base; het=w", {"some": ""}),
        ("base <- y ~ d | x + w\nsome <- base; sample=z >= 0", {"some": ""}),
        (
            "base <- late ~ d | x; sample=unit > 20\nsome <- base; sample=unit > 20 and year >= 2004",
            {"some": "that `base` uses"},
        ),
        ("base <- late ~ d | x\nall <- base; sample=year > 1900", {"all": "removes no row"}),
        ("base <- late ~ d | x\nsome <- base; sample=year >= 2005", {}),
        ("base <- y ~ d | x\nsome <- base; sample=year >= 2004", {}),
        ("base <- late ~ d | x\nsome <- base; sample=year >= 2004; add=w", {}),  # no line to compare with
        ("base <- late ~ d | x; sample=unit > 20\nother <- base; reps=3", {}),
    ],
)
def test_samples_that_remove_nothing(lines: str, found: dict[str, str], folder: Path) -> None:
    run = gipspec.loads(f"{HEAD}{lines}\n", folder=folder).run()
    assert not [p for p in run.problems if p.severity == "error"], run.problems
    findings = [f for f in run.findings if f.code == "A14"]
    assert [f.names for f in findings] == [(name,) for name in found]
    assert all(found[f.names[0]] in f.message for f in findings)
    assert all(f.remedy and f.remedy.lines.startswith(f"# {f.names[0]} <- ") for f in findings)

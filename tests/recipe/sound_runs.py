"""Specs that must be sound, and runs in which no model may fail; what the audit says is no failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gipspec
from gipspec.api import Loaded
from gipspec.engine import Results


def load_sound(text: str, folder: Path) -> Loaded:
    loaded = gipspec.loads(text, folder=folder)
    assert loaded.ok, loaded.problems
    return loaded


def run_sound(loaded: Loaded, **options: Any) -> Results:
    results = loaded.run(**options)
    assert [p for p in results.problems if p.severity == "error"] == []
    return results


def error_codes(text: str, folder: Path) -> list[str]:
    """Return the codes of the errors of a spec, or of its run where it can run."""
    loaded = gipspec.loads(text, folder=folder)
    problems = loaded.run().problems if loaded.ok else loaded.problems
    return [p.code for p in problems if p.severity == "error"]

"""What a drawing depends on: its record notices all of it, and the lock names it."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from report_factory import estimate, results

from gipspec.report.figures.drawn import sources
from gipspec.report.lock import changed_inputs, make_lock

ROOT = Path(__file__).parents[2]


def test_a_drawing_is_made_anew_when_any_module_behind_it_changes() -> None:
    """What draws imports nothing of ours but what its key holds, and figures, whose text is in the key."""
    held = {path.relative_to(ROOT).with_suffix("") for path in sources()}
    imported = {
        Path(*name.split("."))
        for path in sources()
        for name in re.findall(r"^ *from (gipspec\.[\w.]+) import", path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(imported) > 5
    assert imported - held == {Path("gipspec/report/figures/figure")}


def test_the_lock_of_a_run_with_figures_names_what_drew_them() -> None:
    found = results([estimate("base")])
    plain = make_lock(found, (), {"tables/main.tex": "0"})
    drawn = make_lock(found, (), {"figures/main.pdf": "0"})
    here = version("matplotlib")
    assert "matplotlib" not in dict(plain.versions)
    assert dict(drawn.versions)["matplotlib"] == here
    assert changed_inputs(drawn, (), drawn.data_hash, found.versions, None) == ()


def test_another_version_of_what_draws_is_not_the_locked_one() -> None:
    found = results([estimate("base")])
    lock = make_lock(found, (), {"figures/main.pdf": "0"})
    older = replace(lock, versions=tuple({**dict(lock.versions), "matplotlib": "0.1"}.items()))
    (problem,) = changed_inputs(older, (), lock.data_hash, found.versions, None)
    assert problem.code == "G512" and "matplotlib" in problem.message

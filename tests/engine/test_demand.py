"""What `gipspec plan` counts is what a run then does, whatever the store holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import gipspec
from gipspec.cli.main import cli
from gipspec.engine import Silent
from gipspec.engine.clean import ESTIMATES
from gipspec.engine.tasks import Task

SPEC = """
data "panel.csv"
panel city year
defaults learner=ols; reps=2; folds=3
base   <- y ~ d | x1 + x2
more   <- base; add=x3
twin   <- base; winsor=1%
tuned  <- base; learner=lasso; tune=2; reps=1
spread <- y ~ d | x1; model=qte; fe=none; quantiles=[0.5]; learner_d=logit; reps=1
fake   <- base; placebo=3
"""


class Counter(Silent):
    """Counts what a run is asked for, finds and does."""

    def __init__(self) -> None:
        self.found = self.done_ = 0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        self.found += found

    def done(self, task: Task) -> None:
        self.done_ += len(task.keys)


def entries(store: Path) -> list[Path]:
    """Return the files of fits."""
    return sorted(p for p in store.glob("??/*") if p.is_file())


def nothing(store: Path) -> None:
    """Leave all as it is."""


def no_fits(store: Path) -> None:
    for path in entries(store):
        path.unlink()


def no_estimates(store: Path) -> None:
    shutil.rmtree(store / ESTIMATES)


def neither(store: Path) -> None:
    shutil.rmtree(store)


def damaged(store: Path) -> None:
    """Damage every third fit, of estimates that are gone."""
    no_estimates(store)
    for path in entries(store)[::3]:
        path.write_bytes(path.read_bytes()[:-1] + b"?")


def of_another_version(store: Path) -> None:
    no_estimates(store)
    for path in entries(store):
        path.write_bytes(path.read_bytes().replace(b"gipspec store", b"gipspec STORE", 1))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spec that was run once; its store lies beside it."""
    folder = tmp_path_factory.mktemp("demand")
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(160, 4)).round(4), columns=["y", "x1", "x2", "x3"])
    frame.insert(0, "city", np.repeat(np.arange(20), 8))
    frame.insert(1, "year", np.tile(np.arange(8), 20))
    frame["d"] = (frame["year"] >= frame["city"] % 9).astype(int)
    frame.to_csv(folder / "panel.csv", index=False)
    (folder / "study.gip").write_text(SPEC)
    gipspec.load(folder / "study.gip").run(store=folder / "store")
    return folder


@pytest.mark.parametrize("change", [nothing, no_fits, no_estimates, neither, damaged, of_another_version])
@pytest.mark.parametrize("edit", ["", "learner=ols; reps=2; folds=3", "add=x3"])
def test_a_plan_counts_what_a_run_does(
    change: Callable[[Path], None], edit: str, study: Path, tmp_path: Path
) -> None:
    shutil.copytree(study, tmp_path / "copy")
    folder = tmp_path / "copy"
    change(folder / "store")
    new = {"": "", "add=x3": "add=x3 + x3^2"}.get(edit, "learner=ols; reps=2; folds=4")
    (folder / "study.gip").write_text(SPEC.replace(edit, new))
    loaded = gipspec.load(folder / "study.gip")
    expected = loaded.survey(loaded.plan(), folder / "store")
    counter = Counter()
    loaded.run(store=folder / "store", progress=counter)
    assert expected.pending == sum(d.fresh for d in expected.demands) == counter.done_
    assert expected.stored == counter.found
    after = loaded.survey(loaded.plan(), folder / "store")
    assert (after.pending, after.distinct) == (0, expected.distinct)


def test_a_model_whose_fits_are_gone_runs_though_nothing_changed(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "copy")
    folder = tmp_path / "copy"
    spec = str(folder / "study.gip")
    options = [spec, "--store", str(folder / "store"), "--out", str(folder / "out")]
    runner = CliRunner()
    assert runner.invoke(cli, ["run", *options, "-j", "1"]).exit_code == 0
    assert "SKIP base: up to date\n" in runner.invoke(cli, ["plan", *options]).output
    shutil.rmtree(folder / "store")
    assert (
        "RUN  base: its fits are not in the store (4 to fit)\n"
        in runner.invoke(cli, ["plan", *options]).output
    )

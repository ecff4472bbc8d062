"""A07: arms of which few rows carry the weight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import gipspec
from gipspec.diagnostics import Finding

SPEC = 'data "rows.csv"\ndefaults reps=2; folds=3; learner_y=ols; learner_d=logit\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Treatments of 2,000 rows: `rare` by x, `seldom` by nothing, `sure` by x in halves, `even` hardly."""
    made = tmp_path_factory.mktemp("overlap")
    rng = np.random.default_rng(0)
    x, z, noise = rng.normal(size=(3, 2000))
    columns = {
        "rare": rng.random(2000) < expit(1.2 * x - 4.2),
        "common": rng.random(2000) < expit(4.2 - 1.2 * x),
        "seldom": rng.random(2000) < 0.02,
        "sure": rng.random(2000) < expit(4 * x),
        "even": rng.random(2000) < expit(0.5 * x),
    }
    frame = pd.DataFrame({"x": x, "z": z, **{name: d * 1 for name, d in columns.items()}})
    frame["level"] = np.where(frame["rare"] == 1, 2, frame["even"])
    frame["offer"] = frame["rare"]
    frame["taken"] = np.where(rng.random(2000) < 0.8, frame["rare"], frame["even"])
    frame.assign(y=x + noise).to_csv(made / "rows.csv", index=False)
    return made


def overlap(line: str, folder: Path) -> list[Finding]:
    run = gipspec.loads(f"{SPEC}base <- {line}\n", folder=folder).run()
    assert not [p for p in run.problems if p.severity == "error"], run.problems
    return [f for f in run.findings if f.code == "A07"]


@pytest.mark.parametrize(
    ("line", "arm"),
    [
        ("y ~ rare | x; model=irm; trim=0.1%", "treated"),
        ("y ~ common | x; model=irm; trim=0.1%", "untreated"),
        ("y ~ sure | x; model=irm; trim=0.1%", "treated"),
        ("y ~ sure | x; model=irm; target=att", "untreated"),
        ("y ~ rare | x; model=irm; trim=0.1%; het=z; het_by=pooled", "treated"),
        ("y ~ rare | x; model=irm; trim=0.1%; het=policytree(z)", "treated"),
        ("y ~ rare | x; model=irm; trim=0.1%; via=z", "treated"),
        ("y ~ rare | x; model=qte; quantiles=[0.5]; learner_y=logit; trim=0.1%", "treated"),
        ("y ~ taken | x; iv=offer; model=iivm; learner_z=logit; trim=0.1%", "assigned"),
        ("y ~ level | x; model=apo; trim=0.1%", "rows of level: 2"),
        ("y ~ rare | x; model=irm; target=att", ""),
        ("y ~ seldom | x; model=irm; trim=0.1%", ""),
        ("y ~ even | x; model=irm", ""),
        ("y ~ even | x; model=irm; target=att", ""),
        ("y ~ rare | x", ""),
    ],
)
def test_the_arm_that_few_rows_stand_for(line: str, arm: str, folder: Path) -> None:
    found = overlap(line, folder)
    assert [arm in f.message for f in found] == [True] * bool(arm)
    assert all(f.message.startswith("poor overlap: the ") for f in found)


def test_what_is_measured_and_what_is_advised(folder: Path) -> None:
    (found,) = overlap("y ~ rare | x; model=irm; trim=0.1%", folder)
    measures = dict(found.measures)
    assert measures["effective"] < 0.5 * measures["rows"] < 50
    assert found.remedy is not None
    assert found.remedy.lines == "base <- y ~ rare | x; model=irm; trim=0.1%; target=att"
    (found,) = overlap("y ~ common | x; model=irm; trim=0.1%", folder)
    assert found.remedy is None
    assert "sample=" in found.help

"""`of=` describes the rows that a model is estimated on, whatever it is that rows may lack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import gipspec

SPEC = """data "study.csv"
defaults learner=ols; reps=1; folds=3
mech <- y ~ d | x; via=m
groups <- y ~ d | x; het=terciles(w)
policy <- y ~ d | x; het=policytree(w, m)
instrument <- y ~ d | x; iv=m
"""
NAMES = ("mech", "groups", "policy", "instrument")


def test_rows_without_mediator_moderator_or_instrument_are_not_described(tmp_path: Path) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 5)), columns=["y", "d", "x", "m", "w"])
    frame.loc[:49, "m"] = np.nan
    frame.loc[100:129, "w"] = np.nan
    frame.to_csv(tmp_path / "study.csv", index=False)
    tables = [f'table t_{name} "{name}": y, x; kind=descriptives; of={name}' for name in NAMES]
    results = gipspec.loads(SPEC + "\n".join(tables), folder=tmp_path).run()
    described = {table.table: table.rows for table in results.variables}
    assert described == {"t_mech": 250, "t_groups": 270, "t_policy": 220, "t_instrument": 250}
    assert results["mech.total"].n == 250
    assert results["groups.slope"].n == 270
    assert {e.n for e in results.of_model("policy")} == {220}
    assert results["instrument"].n == 250

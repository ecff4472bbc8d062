"""The lets behind a model: all that it names, and nothing that is only called like one."""

from __future__ import annotations

from pathlib import Path

import gipspec
from gipspec.lang.check.settings import HEAD_OPTIONS
from gipspec.lang.check.used import NAMING
from gipspec.lang.vocabulary import OPTIONS
from gipspec.lang.vocabulary import kinds as k

COLUMNS = (k.Columns, k.Moderator, k.SampleValue, k.Terms, k.Variable, k.WholeOrColumn, k.Words)
SPEC = """
data "a.csv"
panel city year
let within = log(x)
let deep = log(x + 1)
let moved = lag(deep)
let groups = x > 2
let parts = ifelse(x > 2, 1, 2)
base <- y ~ d | x + moved
cut <- base; sample=groups == 1
split <- base; folds=parts; drop=moved
"""


def test_every_option_that_names_columns_is_looked_at() -> None:
    naming = {name for name, entry in OPTIONS.items() if isinstance(entry.kind, COLUMNS)}
    assert naming - HEAD_OPTIONS == set(NAMING)


def test_lets_behind_models(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("city,year,x,y,d\n1,1,1,1,1\n", encoding="utf-8")
    models = gipspec.loads(SPEC, folder=tmp_path).require().models
    assert {m.name: {name for name, _ in m.definitions} for m in models} == {
        "base": {"deep", "moved"},
        "cut": {"deep", "moved", "groups"},
        "split": {"parts"},
    }

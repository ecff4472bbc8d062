"""A draw: data in a file and a spec, run as a user would."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

import gipspec
from gipspec.engine import Results


def run_trial(frame: pd.DataFrame, spec: str, what: str, lines: Iterable[str] = ()) -> Results:
    """Run a spec that does not name its data, or some lines of it; the bench ends where it has a problem."""
    with tempfile.TemporaryDirectory() as folder:
        frame.to_csv(Path(folder) / "data.csv", index=False)
        loaded = gipspec.loads(f'data "data.csv"\n{spec}\n', folder=folder)
        if not loaded.ok:
            raise SystemExit("\n".join(f"{what}: {p.message}" for p in loaded.problems))
        return loaded.run(select=lines, jobs=1)

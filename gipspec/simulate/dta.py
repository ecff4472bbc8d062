"""The panel as a labelled Stata file, the same bytes each time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from gipspec.simulate.panel import Simulation

STAMP = datetime(2026, 1, 1)  # Stata files carry a date; a fixed one keeps the bytes fixed


def write_dta(simulation: Simulation, path: str | Path) -> None:
    """Write `simulation.frame` to `path` (Stata 14 format, UTF-8) with variable and value labels."""
    frame = simulation.frame.copy()
    for name in frame.columns:
        if frame[name].dtype == np.float64:
            frame[name] = frame[name].astype(np.float32)
    frame.to_stata(
        path,
        write_index=False,
        version=118,
        time_stamp=STAMP,
        data_label="Green industrial parks: a simulated panel",
        variable_labels=dict(simulation.labels),
        value_labels={
            name: {float(code): label for code, label in codes.items()}
            for name, codes in simulation.value_labels.items()
        },
    )

"""Data sets with known roles, as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def adoption(units: int = 24, periods: int = 8, seed: int = 7) -> pd.DataFrame:
    """A panel in which a third of the units never adopts, and the others do in three periods."""
    rng = np.random.default_rng(seed)
    unit, year = np.divmod(np.arange(units * periods), periods)
    first = np.where(unit % 3 == 0, 99, 3 + unit % 3)
    treated = (year >= first).astype(int)
    size = rng.normal(size=units)[unit] + rng.normal(size=len(unit))
    return pd.DataFrame(
        {
            "city": unit + 100,
            "year": 2001 + year,
            "tfp": 0.3 * treated + size + rng.normal(size=len(unit)),
            "policy": treated,
            "size": size,
            "rain": rng.normal(size=len(unit)),
            "region": np.array(["east", "west", "north"])[unit % 3],
            "one": 1,
            "row": np.arange(len(unit)),
        }
    )


def write(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_csv(path, index=False, encoding="utf-8")
    return path

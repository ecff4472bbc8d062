"""Where outputs and the store are."""

from __future__ import annotations

from pathlib import Path


def out_folder(spec: Path, out: Path | None) -> Path:
    """Return the folder of a study's outputs: the one asked for, or `out/<study>` where the command runs."""
    return out if out is not None else Path("out") / spec.stem


def store_folder(spec: Path, store: Path | None) -> Path:
    """Return the folder of finished fits: the one asked for, or `.gipspec` beside the spec."""
    return store if store is not None else spec.parent / ".gipspec"

"""The examples that gipspec carries: whole studies that run as they are."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = {
    "castle": "castle-doctrine laws and crime, a real panel of 50 states with staggered adoption",
    "gip": "green industrial parks, a simulated panel of 281 cities with known truth",
    "pension": "401(k) plans and assets, a real cross-section with an instrument",
}
BESIDE = {"gip": ("gip_panel.dta",)}  # the files that an example reads


def example_files(name: str) -> tuple[Path, ...]:
    """Return the spec of an example and the files that it needs beside it."""
    return tuple(_folder() / file for file in (f"{name}.gip", *BESIDE.get(name, ())))


def _folder() -> Path:
    """Find `specs`: in the package, as a wheel has it, or beside it, as a checkout does."""
    package = Path(__file__).parent.parent
    inside = package / "specs"
    return inside if inside.is_dir() else package.parent / "specs"

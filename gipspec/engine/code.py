"""The code that numbers depend on: another formula is another number, whatever the version says."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent


@cache
def code_hash(*places: str) -> str:
    """Return a hash of modules of the package, and of all modules in its folders."""
    found = hashlib.sha256()
    for path in sorted(path for place in places for path in _modules(PACKAGE / place)):
        found.update(path.relative_to(PACKAGE).as_posix().encode() + b"\n" + path.read_bytes())
    return found.hexdigest()


def _modules(place: Path) -> list[Path]:
    return [place] if place.suffix else [*place.rglob("*.py")]

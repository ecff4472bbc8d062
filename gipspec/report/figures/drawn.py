"""What has been drawn already: a figure is drawn anew only when it, or what draws it, has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from gipspec.report.figures.figure import Figure
from gipspec.report.lock import sha256

NAME = "figures/.drawn.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The key of a drawing, and the SHA-256 of its files by their ending."""

    key: str
    files: tuple[tuple[str, str], ...]


def key_of(figure: Figure) -> str:
    """Return the hash of all that the bytes of a drawing depend on, but for the fonts of the machine."""
    return sha256(f"{_made_by()} {figure!r}".encode())


@cache
def _made_by() -> str:
    """Return the versions of what draws: of libraries, and of the drawing itself by its source."""
    source = sha256(b"".join(path.read_bytes() for path in sources()))
    return f"{FORMAT} {source} {version('matplotlib')} {version('numpy')}"


def sources() -> tuple[Path, ...]:
    """Return the modules that draw, and those that they call."""
    here = Path(__file__).parent
    called = (here / "texts.py", here / "wrapped.py", here.parent / "escape.py")
    return (*sorted((here / "draw").glob("*.py")), *called)


def read_records(out: Path) -> dict[str, Record]:
    """Return what is noted of the drawings in a folder of outputs; nothing where it cannot be read."""
    try:
        document = json.loads((out / NAME).read_text(encoding="utf-8"))
        entries = document["figures"].items() if document["format"] == FORMAT else ()
        return {name: Record(key=e["key"], files=tuple(e["files"].items())) for name, e in entries}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def records_text(records: Mapping[str, Record]) -> str:
    """Return records as JSON."""
    figures = {name: {"key": r.key, "files": dict(r.files)} for name, r in sorted(records.items())}
    return json.dumps({"format": FORMAT, "figures": figures}, ensure_ascii=False, indent=1) + "\n"


def still_there(record: Record | None, key: str, stem: Path) -> bool:
    """Tell whether the drawing of a key stands in the folder as it was written; `stem` has no ending."""
    if record is None or record.key != key:
        return False
    return all(_hash(stem.with_name(f"{stem.name}.{ending}")) == digest for ending, digest in record.files)


def _hash(path: Path) -> str:
    try:
        return sha256(path.read_bytes())
    except OSError:
        return ""

"""Writing files so that no earlier one is ever lost, and none leaves its folder."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from pathlib import Path

from gipspec.diagnostics import Problem, problem

LONGEST_NAME = 120  # bytes, below the limit of every file system with room for an ending
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def file_name_fault(name: str) -> str | None:
    """Say why `name` cannot be the name of a file on every machine and in `\\input`, or None."""
    if not name or not all(ch.isalnum() or unicodedata.combining(ch) or ch in "_-.+" for ch in name):
        return "a file name has letters, digits, `_`, `-`, `+` and dots only"
    if name.startswith((".", "-")) or name.endswith(".") or ".." in name:
        return "a file name does not begin or end with a dot, or begin with a hyphen"
    if RESERVED.fullmatch(name):
        return "Windows reserves this name"
    if len(name.encode()) > LONGEST_NAME:
        return f"a file name has at most {LONGEST_NAME} bytes"
    return None


def write_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text through a temporary file in the same folder; the earlier file stays until then.

    Makes the folder. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The umask can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def unwritable(path: Path, error: OSError) -> Problem:
    """Return the problem of a file that could not be written."""
    reason = (error.strerror or type(error).__name__).lower()
    return problem("G501", path=path, reason=reason, remedy="check the folder, its rights and its free space")

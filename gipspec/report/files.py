"""Names of files that stay in their folder, and the problem of one that cannot be written."""

from __future__ import annotations

import re
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


def unwritable(path: Path, error: OSError) -> Problem:
    """Return the problem of a file that could not be written."""
    reason = (error.strerror or type(error).__name__).lower()
    return problem("G501", path=path, reason=reason, remedy="check the folder, its rights and its free space")

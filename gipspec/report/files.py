"""Names of files that stay in their folder, and the problem of one that cannot be written."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from gipspec.diagnostics import Problem, problem
from gipspec.lang.study import Study

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
    return None if _can_be_spelled(name) else f"file names are {sys.getfilesystemencoding()} here"


def _can_be_spelled(name: str) -> bool:
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return True


def foreign_names(study: Study) -> tuple[Problem, ...]:
    """Return a problem (G501) for each exhibit whose name the file names of this machine cannot spell."""
    remedy = "set `LC_ALL=C.UTF-8`, or give it a name in ASCII"
    named = [(t.name, t.span) for t in study.tables] + [(f.name, f.span) for f in study.figures]
    return tuple(
        problem("G501", span, path=ascii(name), reason=str(file_name_fault(name)), remedy=remedy)
        for name, span in named
        if not _can_be_spelled(name)
    )


def is_known(name: str, problems: Iterable[Problem]) -> bool:
    """Tell whether the check of the spec has said already (G107) that a name is none."""
    return any(p.code == "G107" and p.message.startswith(f"`{name}` ") for p in problems)


def unwritable(path: Path, error: OSError) -> Problem:
    """Return the problem of a file that could not be written."""
    reason = (error.strerror or type(error).__name__).lower()
    return problem("G501", path=path, reason=reason, remedy="check the folder, its rights and its free space")

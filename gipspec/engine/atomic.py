"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PREFIX, SUFFIX = ".gipspec-", ".tmp"
LEFT_SECONDS = 3600.0  # no write of ours lasts that long: an older temporary file is that of a killed run


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file by way of a temporary one in the same folder, so that an earlier good one survives.

    A file that stands already keeps its permissions, a new one gets those that the user's mask leaves.
    Raises OSError; the temporary file is removed then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def probe(folder: Path) -> None:
    """Write a small file in a folder and remove it, and what had to be made for it. Raises OSError."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    path = folder / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
    try:
        write_atomically(path, b"\n")
        path.unlink()
    finally:
        for place in missing:
            with suppress(OSError):
                place.rmdir()


def why_unwritten(error: OSError) -> tuple[str, str]:
    """Return what the system says of a file that cannot be written, and what helps against that."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = "free some space"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        remedy = "get the right to write there"
    else:
        remedy = "check the place, its rights and its free space"
    return (error.strerror or "it cannot be written").lower(), remedy


def leftovers(folder: Path) -> Iterator[Path]:
    """Yield temporary files in a folder that a killed run left there; none where it cannot be read."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX) and _is_old(entry):
            yield Path(entry.path)


def _is_old(entry: os.DirEntry[str]) -> bool:
    try:
        return time.time() - entry.stat(follow_symlinks=False).st_mtime > LEFT_SECONDS
    except OSError:  # its run has just put it in place
        return False

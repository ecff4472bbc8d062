"""Finished tasks on disk: named by key, checksummed, written atomically, no pickle."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.engine.atomic import why_unwritten, write_atomically
from gipspec.lang.study import Learner, Value
from gipspec.learn import CrossFit

_MAGIC = b"gipspec store 2\n"  # of the format: entries of another one count as absent
_HEX = 64
TOUCH_SECONDS = 3600.0  # the time of last use, which `gipspec clean` goes by, is kept to the hour
Outcome = CrossFit | Learner


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A folder of finished tasks. A damaged or foreign entry counts as absent, and is written anew.

    Several runs may use a folder at once: an entry appears whole or not at all, and whoever writes it writes
    the same.
    """

    folder: Path

    def get(self, key: str) -> Outcome | None:
        """Return what was stored under a key, or None."""
        body = self.read(key)
        if body is None:
            return None
        try:
            return _decode(body)
        except (ValueError, LookupError, TypeError, AttributeError):
            return None

    def read(self, key: str) -> bytes | None:
        """Return the bytes that were stored under a key, or None."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        body = unsealed(key, data)
        if body is not None:
            _touch(path)
        return body

    def touch(self, keys: Iterable[str]) -> None:
        """Note that entries were used without being read."""
        for key in dict.fromkeys(keys):
            _touch(self._path(key))

    def has(self, key: str) -> bool:
        """Tell whether something is stored under a key, without reading it."""
        return self._path(key).is_file()

    def put(self, key: str, outcome: Outcome) -> None:
        """Store an outcome. Raises GipError (G501) where the folder cannot be written."""
        self.write(key, _encode(outcome))

    def write(self, key: str, body: bytes) -> None:
        """Store bytes. Raises GipError (G501) where the folder cannot be written."""
        try:
            self.create()
            write_atomically(self._path(key), _MAGIC + _seal(key, body) + b"\n" + body)
        except OSError as error:
            if self.read(key) is not None:  # another run has just stored it and still holds the file
                return
            reason, remedy = why_unwritten(error)
            remedy += ", or name another folder with `--store`"
            raise GipError(problem("G501", path=self.folder, reason=reason, remedy=remedy)) from None

    def create(self) -> None:
        """Make the folder where there is none, hidden from git. Raises OSError."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.folder / ".gitignore", b"*\n")

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


def unsealed(key: str, data: bytes) -> bytes | None:
    """Return what the bytes of an entry hold, or None where they are damaged or of another format."""
    seal, body = data[len(_MAGIC) : len(_MAGIC) + _HEX], data[len(_MAGIC) + _HEX + 1 :]
    return body if data.startswith(_MAGIC) and seal == _seal(key, body) else None


def _seal(key: str, body: bytes) -> bytes:
    """Return a checksum under which an entry cannot stand in for another."""
    return hashlib.sha256(key.encode() + b"\n" + body).hexdigest().encode()


def _touch(path: Path) -> None:
    """Note that an entry was used; in a store that may only be read there is nothing to note."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > TOUCH_SECONDS:
            os.utime(path)


def _encode(outcome: Outcome) -> bytes:
    if isinstance(outcome, Learner):
        return json.dumps({"learner": _learner_json(outcome)}).encode() + b"\n"
    head = {"task": outcome.task, "weights": outcome.weights}
    return json.dumps(head).encode() + b"\n" + outcome.prediction.astype("<f8").tobytes()


def _decode(body: bytes) -> Outcome:
    line, _, rest = body.partition(b"\n")
    head = json.loads(line)
    if "learner" in head:
        return _learner(head["learner"])
    weights = tuple((str(name), float(weight)) for name, weight in head["weights"])
    return CrossFit(prediction=np.frombuffer(rest, dtype="<f8"), task=head["task"], weights=weights)


def _learner_json(learner: Learner) -> dict[str, object]:
    return {
        "name": learner.name,
        "parameters": learner.parameters,
        "members": [_learner_json(m) for m in learner.members],
        "label": learner.label,
    }


def _learner(data: dict[str, object]) -> Learner:
    parameters = data["parameters"]
    members = data["members"]
    if not isinstance(parameters, list) or not isinstance(members, list):
        raise TypeError("the parameters and members of a learner are lists")
    return Learner(
        name=str(data["name"]),
        parameters=tuple((str(name), _value(value)) for name, value in parameters),
        members=tuple(_learner(m) for m in members),
        label=str(data["label"]),
    )


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(_value(v) for v in value)
    if not isinstance(value, int | float | str | bool):
        raise TypeError("a parameter is a number, a word or a list of them")
    return value

"""Finished tasks on disk: named by key, checksummed, written atomically, no pickle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gipspec.engine.atomic import write_atomically
from gipspec.lang.study import Learner, Value
from gipspec.learn import CrossFit

_MAGIC = b"gipspec store 1\n"
Outcome = CrossFit | Learner


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A folder of finished tasks. A damaged or foreign entry counts as absent, and is written anew."""

    folder: Path

    def get(self, key: str) -> Outcome | None:
        """Return what was stored under a key, or None."""
        try:
            data = self._path(key).read_bytes()
        except OSError:
            return None
        body = data[len(_MAGIC) + 65 :]
        sealed = data[len(_MAGIC) : len(_MAGIC) + 64]
        if not data.startswith(_MAGIC) or hashlib.sha256(body).hexdigest().encode() != sealed:
            return None
        return _decode(body)

    def has(self, key: str) -> bool:
        """Tell whether something is stored under a key, without reading it."""
        return self._path(key).is_file()

    def put(self, key: str, outcome: Outcome) -> None:
        """Store an outcome; raises OSError where the folder cannot be written."""
        body = _encode(outcome)
        seal = hashlib.sha256(body).hexdigest().encode()
        write_atomically(self._path(key), _MAGIC + seal + b"\n" + body)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


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
    assert isinstance(parameters, list)
    assert isinstance(members, list)
    return Learner(
        name=str(data["name"]),
        parameters=tuple((str(name), _value(value)) for name, value in parameters),
        members=tuple(_learner(m) for m in members),
        label=str(data["label"]),
    )


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(_value(v) for v in value)
    assert isinstance(value, int | float | str | bool)
    return value

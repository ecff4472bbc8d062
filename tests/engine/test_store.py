"""Finished tasks come back as they were; damage is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from gipspec.engine.atomic import write_atomically
from gipspec.engine.store import Store
from gipspec.lang.study import Learner
from gipspec.learn import CrossFit

KEY = "ab" + "0" * 62
FIT = CrossFit(
    prediction=np.array([0.1, -1e300, np.pi]), task="regression", weights=(("rf", 0.25), ("ols", 0.75))
)
LEARNER = Learner(
    name="stack",
    parameters=(("folds", 5), ("short", False)),
    members=(Learner(name="nnet", parameters=(("layers", (8, 4)), ("decay", 0.01)), label="net"),),
    label="best",
)


def test_a_fit_comes_back_bit_by_bit(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    store.put(KEY, FIT)
    found = store.get(KEY)
    assert isinstance(found, CrossFit)
    assert found.prediction.tobytes() == FIT.prediction.tobytes()
    assert (found.task, found.weights) == (FIT.task, FIT.weights)


def test_a_learner_comes_back_with_its_members(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    store.put(KEY, LEARNER)
    assert store.get(KEY) == LEARNER
    assert [m.label for m in store.get(KEY).members] == ["net"]  # type: ignore[union-attr]


def test_what_was_never_stored_is_absent(tmp_path: Path) -> None:
    assert Store(folder=tmp_path / "nowhere").get(KEY) is None


@pytest.mark.parametrize("at", [0, 20, 90, -1])
def test_a_flipped_bit_is_noticed(tmp_path: Path, at: int) -> None:
    store = Store(folder=tmp_path)
    store.put(KEY, FIT)
    path = tmp_path / KEY[:2] / KEY
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))
    assert store.get(KEY) is None


@pytest.mark.parametrize("length", [0, 5, 60, 120])
def test_a_file_that_was_cut_short_is_noticed(tmp_path: Path, length: int) -> None:
    store = Store(folder=tmp_path)
    store.put(KEY, FIT)
    path = tmp_path / KEY[:2] / KEY
    path.write_bytes(path.read_bytes()[:length])
    assert store.get(KEY) is None


def test_a_failed_write_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"good")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"bad")
    assert path.read_bytes() == b"good"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]

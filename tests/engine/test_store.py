"""Finished tasks come back as they were; damage is noticed."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from gipspec.diagnostics import GipError
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


def test_an_entry_cannot_stand_in_for_another(tmp_path: Path) -> None:
    store, other = Store(folder=tmp_path), "ab" + "1" * 62
    store.put(KEY, FIT)
    shutil.copy(tmp_path / KEY[:2] / KEY, tmp_path / KEY[:2] / other)
    assert store.get(other) is None
    assert store.get(KEY) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"gipspec store 1\n" + b"0" * 64 + b"\n{}\n",
        b"gipspec store 99\n",
        b"PK\x03\x04 another file",
        b"{}",
    ],
)
def test_another_format_is_absent_and_written_anew(tmp_path: Path, data: bytes) -> None:
    store, path = Store(folder=tmp_path), tmp_path / KEY[:2] / KEY
    store.put(KEY, FIT)
    good = path.read_bytes()
    path.write_bytes(data)
    assert store.get(KEY) is None
    store.put(KEY, FIT)
    assert path.read_bytes() == good


@pytest.mark.parametrize(
    "body",
    [
        b"not json\n",
        b"[]\n",
        b"{}\n",
        b'{"task": "regression", "weights": []}\n1234567',
        b'{"task": "regression", "weights": [["a"]]}\n',
        b'{"learner": {"name": "rf", "parameters": 3, "members": [], "label": ""}}\n',
        b'{"learner": {"name": "rf", "parameters": [["trees", {}]], "members": [], "label": ""}}\n',
    ],
)
def test_a_sealed_entry_that_is_no_outcome_is_absent(tmp_path: Path, body: bytes) -> None:
    store, path = Store(folder=tmp_path), tmp_path / KEY[:2] / KEY
    store.put(KEY, FIT)
    magic = path.read_bytes()[: path.read_bytes().index(b"\n") + 1]
    seal = hashlib.sha256(KEY.encode() + b"\n" + body).hexdigest().encode()
    path.write_bytes(magic + seal + b"\n" + body)
    assert store.get(KEY) is None


def write_often(folder: Path) -> None:
    for _ in range(40):
        for i in range(5):
            Store(folder=folder).put(f"ab{i}" + "0" * 61, FIT)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_two_runs_write_the_same_entries_at_once(tmp_path: Path) -> None:
    """Whoever reads meanwhile finds an entry whole or not at all."""
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=write_often, args=(tmp_path / "store",)) for _ in range(2)]
    for writer in writers:
        writer.start()
    seen = 0
    while any(w.is_alive() for w in writers):
        for i in range(5):
            key = f"ab{i}" + "0" * 61
            there = (tmp_path / "store" / "ab" / key).exists()
            found = Store(folder=tmp_path / "store").get(key)
            assert found is not None or not there
            seen += found is not None
    assert [w.exitcode for w in writers] == [0, 0]
    assert seen > 0
    assert len(list((tmp_path / "store" / "ab").iterdir())) == 5


def test_a_write_that_another_run_beat_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace a file that somebody holds open."""
    store = Store(folder=tmp_path)

    def refuse(path: Path, data: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("gipspec.engine.store.write_atomically", refuse)
        with pytest.raises(GipError, match="G501"):
            store.put(KEY, FIT)
    store.put(KEY, FIT)
    monkeypatch.setattr("gipspec.engine.store.write_atomically", refuse)
    store.put(KEY, FIT)


def test_a_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"mine")
    path.chmod(0o600)
    write_atomically(path, b"still mine")
    assert (path.stat().st_mode & 0o777, path.read_bytes()) == (0o600, b"still mine")

"""Clusters that cannot be used: stand-ins for a Dask client, for what a real one is too slow to show."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, Self

import distributed
import pytest

from gipspec.api import load
from gipspec.diagnostics import Problem
from gipspec.engine import Silent, cluster, connect

PLACE = "dask://127.0.0.1:9"  # the port of `discard`, where nobody answers


class Client:
    """A Dask client with workers of some threads, whose packages have the versions that `answer` gives."""

    status = "running"

    def __init__(self, threads: list[int], answer: Callable[..., Any]) -> None:
        self.threads, self.answer = threads, answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def nthreads(self) -> dict[str, int]:
        return {f"tcp://127.0.0.1:{at}": threads for at, threads in enumerate(self.threads)}

    def run(self, function: Callable[[str], Any], name: str, on_error: str) -> dict[str, Any]:
        return {address: self.answer(function, name) for address in self.nthreads()}


class Heard(Silent):
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def warn(self, problem: Problem) -> None:
        self.problems.append(problem)


def same(function: Callable[[str], Any], name: str) -> Any:
    return function(name)


def another_numpy(function: Callable[[str], Any], name: str) -> Any:
    return "1.26.4" if name == "numpy" else function(name)


def no_gipspec(function: Callable[[str], Any], name: str) -> Any:
    found = None if name.startswith("gipspec") else function(name)
    return PackageNotFoundError(name) if name == "scikit-learn" else found


Run = Callable[[Path, pytest.MonkeyPatch], tuple[Problem, ...]]


def on(address: str) -> Run:
    def run(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
        monkeypatch.setattr(connect, "ANSWER_SECONDS", 0.2)
        load(spec).run(on=address)
        return ()

    return run


def without_dask(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    monkeypatch.setitem(sys.modules, "distributed", None)
    return on(PLACE)(spec, monkeypatch)


def behind(threads: list[int], answer: Callable[..., Any] = same) -> Run:
    """Connect to such workers, and return what is heard; numpy is the one of the golden file everywhere."""

    def run(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
        monkeypatch.setattr(cluster, "WORKERS_SECONDS", 0.0)
        monkeypatch.setattr(connect, "is_scheduler", lambda _: True)
        monkeypatch.setattr(distributed, "Client", lambda *_, **__: Client(threads, answer))
        heard = Heard()
        here = (("gipspec", "0.1.0"), ("numpy", "2.0.0"), ("scikit-learn", "1.6.0"))
        monkeypatch.setattr("importlib.metadata.version", dict(here).__getitem__)
        monkeypatch.setattr("gipspec.version.__version__", "0.1.0")
        with connect.open_cluster("dask://10.0.0.7:8786", here, heard):
            return tuple(heard.problems)

    return run


CLUSTERS: dict[str, Run] = {
    "on a scheme that there is not": on("ssh://10.0.0.7"),
    "on a cluster without dask": without_dask,
    "on a cluster where nobody answers": on(PLACE),
    "on a cluster with other versions": behind([1, 1], another_numpy),
    "on a cluster with a bare worker": behind([1], no_gipspec),
    "on a cluster without workers": behind([]),
    "on a cluster with threads": behind([1, 4]),
}

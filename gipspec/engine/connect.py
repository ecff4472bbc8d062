"""Finding a Dask cluster, and making sure that its workers would give the same bytes."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.cluster import Cluster, other_version
from gipspec.engine.progress import Progress
from gipspec.engine.versions import ABSENT, Versions

SCHEME = "dask://"
ANSWER_SECONDS = 20.0  # for a scheduler to answer
KNOCK_SECONDS = 1.0  # for anything else that listens


@contextmanager
def open_cluster(on: str, versions: Versions, progress: Progress) -> Iterator[Cluster]:
    """Connect to the scheduler at `dask://host:port`, whose workers must have these versions.

    Raises GipError: G630 for another scheme or no port, G631 without Dask, G632 where no scheduler answers,
    G633 for workers with other versions, G634 where there are no workers. Warns (G635) of workers with
    several threads.
    """
    host, port = _place(on)
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise GipError(problem("G631")) from error
    address = f"tcp://{on.removeprefix(SCHEME)}"
    with _hushed():
        if not is_scheduler(address):
            raise GipError(_unanswered(on, host, port))
        try:
            client: Any = Client(  # type: ignore[no-untyped-call]
                address, timeout=ANSWER_SECONDS, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise GipError(_unanswered(on, host, port)) from error
        with client:
            cluster = Cluster(client=client, address=on, versions=versions)
            cluster.await_workers()
            check_versions(client, versions)
            if any(threads > 1 for threads in cluster.threads().values()):
                progress.warn(problem("G635", address=on))
            yield cluster


def _place(on: str) -> tuple[str, int]:
    """Return the host and the port of an address. Raises GipError (G630) where it has none."""
    try:
        parts = urlsplit(on)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port is a number below 65536
        host, port = None, None
    if not on.startswith(SCHEME) or not host or not port or on != f"{SCHEME}{parts.netloc}":
        raise GipError(problem("G630", address=on))
    return host, port


def is_scheduler(address: str) -> bool:
    """Tell whether a scheduler answers at `tcp://host:port`; a client would wait without end for another."""
    answers: list[bool] = []
    # in a thread of its own: where the caller has a loop that runs, as in a notebook, it cannot run another
    asking = threading.Thread(target=lambda: answers.append(asyncio.run(_asked(address))), daemon=True)
    asking.start()
    asking.join()
    return answers == [True]


async def _asked(address: str) -> bool:
    asking = asyncio.ensure_future(_identity(address))
    await asyncio.wait({asking}, timeout=ANSWER_SECONDS)
    asking.cancel()
    (found,) = await asyncio.gather(asking, return_exceptions=True)
    return isinstance(found, dict) and "workers" in found  # otherwise a worker, or whatever else speaks there


async def _identity(address: str) -> object:
    from distributed.comm import core
    from distributed.core import send_recv

    comm = await core.connect(address, timeout=ANSWER_SECONDS)  # type: ignore[no-untyped-call]
    try:
        return await send_recv(comm, op="identity")
    finally:
        comm.abort()


def _unanswered(on: str, host: str, port: int) -> Problem:
    """Return the problem (G632) of an address, which says whether anything listens there."""
    try:
        socket.create_connection((host, port), timeout=KNOCK_SECONDS).close()
    except (OSError, UnicodeError):
        return problem("G632", address=on, reason="nobody listens there")
    return problem("G632", address=on, reason="what listens there is something else")


def check_versions(client: Any, versions: Versions) -> None:
    """Raise GipError (G633) where workers have other versions of packages than these, or lack them.

    Only functions of the standard library are sent, so that a worker without gipspec can answer too.
    """
    from importlib.metadata import PackageNotFoundError, version
    from pydoc import locate

    problems = []
    for name, wanted in versions:
        question = (locate, "gipspec.version.__version__") if name == "gipspec" else (version, name)
        answers = client.run(*question, on_error="return").values()
        lacking = (ABSENT if a is None or isinstance(a, PackageNotFoundError) else a for a in answers)
        # any other error is that of a worker which went away meanwhile
        others = [found for found in lacking if isinstance(found, str) and found != wanted]
        if others:
            workers = "a worker" if len(others) == 1 else f"{len(others)} workers"
            problems.append(other_version(name, wanted, others[0], workers))
    if problems:
        raise GipError(*problems)


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep Dask's log off stderr: what is wrong with a cluster is told as a problem."""
    known = [
        logging.getLogger(n) for n in list(logging.root.manager.loggerDict) if n.startswith("distributed")
    ]
    loud = [log for log in known if not log.disabled]
    for log in loud:
        log.disabled = True
    try:
        yield
    finally:
        for log in loud:
            log.disabled = False

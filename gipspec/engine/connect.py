"""Finding a Dask cluster, and making sure that its workers would give the same bytes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gipspec.diagnostics import GipError, problem
from gipspec.engine.cluster import Cluster, other_version
from gipspec.engine.progress import Progress
from gipspec.engine.versions import ABSENT, Versions

SCHEME = "dask://"
ANSWER_SECONDS = 20.0  # for a scheduler to answer


@contextmanager
def open_cluster(on: str, versions: Versions, progress: Progress) -> Iterator[Cluster]:
    """Connect to the scheduler at `dask://host:port`, whose workers must have these versions.

    Raises GipError: G630 for another scheme, G631 without Dask, G632 where nobody answers, G633 for workers
    with other versions, G634 where there are no workers. Warns (G635) of workers with several threads.
    """
    if not on.startswith(SCHEME):
        raise GipError(problem("G630", address=on))
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise GipError(problem("G631")) from error
    with _hushed():
        try:
            client: Any = Client(  # type: ignore[no-untyped-call]
                f"tcp://{on.removeprefix(SCHEME)}", timeout=ANSWER_SECONDS, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise GipError(problem("G632", address=on)) from error
        with client:
            cluster = Cluster(client=client, address=on, versions=versions)
            cluster.await_workers()
            check_versions(client, versions)
            if any(threads > 1 for threads in cluster.threads().values()):
                progress.warn(problem("G635", address=on))
            yield cluster


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

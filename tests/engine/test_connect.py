"""An address for `--on` that is none, and ports where something else than a scheduler listens."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import distributed
import pytest

from gipspec.diagnostics import GipError
from gipspec.engine import connect
from gipspec.engine.connect import open_cluster
from gipspec.engine.progress import Silent

NONE = (
    *("", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:99999", ":8786", "[::1:8786"),
    *("127.0.0.1:8786/", "127.0.0.1:8786/status", "127.0.0.1:8786?a"),
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def refused(on: str) -> str:
    with pytest.raises(GipError) as error, open_cluster(on, (), Silent()):
        pass
    return str(error.value)


@pytest.mark.parametrize("address", NONE)
def test_an_address_without_host_and_port_is_refused_before_anything_connects(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(distributed, "Client")
    assert refused(f"dask://{address}").startswith("G630")


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"\x02" + b"\0" * 23])
def test_who_does_not_greet_as_dask_does_is_no_scheduler(
    said: bytes, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that listens and is silent, as a server of pages is, and others that speak first."""
    monkeypatch.setattr(connect, "ANSWER_SECONDS", 1.0)
    heard: list[socket.socket] = []

    def serve() -> None:
        for _ in range(2):
            heard.append(listener.accept()[0])
            heard[-1].sendall(said)

    threading.Thread(target=serve, daemon=True).start()
    begun = time.monotonic()
    told = refused(f"dask://127.0.0.1:{listener.getsockname()[1]}")
    assert time.monotonic() - begun < 10
    assert told.startswith("G632")
    assert "what listens there is something else" in told


def test_where_nobody_listens_is_said_so(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "ANSWER_SECONDS", 0.2)
    port = listener.getsockname()[1]
    listener.close()
    assert "nobody listens there" in refused(f"dask://127.0.0.1:{port}")

"""The real server in a process of its own, as `scripts/run` starts it, on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
SOON_SECONDS = 20
READY_SECONDS = 180
"""One that cannot start says so by ending; on a busy machine it may take long."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at `url`."""

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End the server and its workers at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(database_url: str, *, workers: int = 1) -> Iterator[Server]:
    """Serve the application on `database_url` until the end of the block."""
    port = _free_port()
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--workers", str(workers), "--blocking-threads", "4", "--log-level", "error"]
    # A worker asked to stop while it is still starting would never hear of it.
    options += ["--workers-kill-timeout", "2s"]
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "only for tests, only for tests",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *options, "wsgi:app"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        server = Server(f"http://127.0.0.1:{port}", process)
        _wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=SOON_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urlopen(f"{server.url}/readyz", timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    message = f"the server did not get ready: {server.process.poll()}"
    raise RuntimeError(message)

"""The server as `scripts/run` starts it, on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.client import one, request

ROOT = Path(__file__).parents[2]
SECRET = "only for tests, only for tests"  # noqa: S105 - the very one of `settings_for`
SOON_SECONDS = 30
READY_SECONDS = 180
"""One that cannot start says so by ending; on a busy machine it may take long."""
PAUSE_SECONDS = 0.005
ONE_WORKER = {"WORKERS": "1"}
"""For `more`: where nothing depends on how many there are, one starts in half the time."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and how long it took from being started to its first good answer."""

    port: int
    process: subprocess.Popen[bytes]
    seconds_to_ready: float

    def bytes_a_worker(self) -> int:
        """What it keeps in memory now, shared out over its workers.

        All its processes count, the one that starts the workers too; what several of them share
        counts once (their proportional set sizes).
        """
        main = self.process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text()
        workers = [int(child) for child in children.split()]
        return sum(map(_proportional, [main, *workers])) // len(workers)

    def kill(self) -> None:
        """End it and its workers at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(
    database_url: str,
    *,
    application: str = "wsgi:app",
    ready: str = "/readyz",
    more: Mapping[str, str] | None = None,
    port: int | None = None,
    root: Path = ROOT,
    before: Sequence[str] = (),
) -> Iterator[Server]:
    """Serve until the end of the block, by the very command that `scripts/run` ends with.

    `root` is the checkout that is served; what is to stand before the command, `before`, becomes it.
    """
    port = port or free_port()
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET,
        "PORT": str(port),
        **(more or {}),
    }
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*before, "sh", "-c", f'. scripts/lib.sh; serve "{application}"', "scripts/run"],
        cwd=root,
        env=environment,
        # A real one writes its log somewhere, too.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, port, ready)
        yield Server(port, process, time.perf_counter() - begun)
    finally:
        process.terminate()
        try:
            process.wait(timeout=SOON_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    asked = request("GET", path, port, {"Connection": "close"})
    # Tries, not a time that also passes while a busy machine keeps us waiting.
    for _ in range(round(READY_SECONDS / PAUSE_SECONDS)):
        if process.poll() is not None:
            break
        try:
            if one(port, asked).startswith(b"HTTP/1.1 200"):
                return
        except ConnectionError:
            pass
        time.sleep(PAUSE_SECONDS)
    message = f"the server did not get ready: {process.poll()}"
    raise RuntimeError(message)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))

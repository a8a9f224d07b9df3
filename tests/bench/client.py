"""Clients that keep their connections for a while: each sends a request when the last is answered."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"
_PATIENCE_SECONDS = 60
_REQUESTS_A_CONNECTION = 25
"""Phones come and go. One connection for a whole round would measure which worker took how many."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: how long each request took, in seconds, and how often each status came."""

    seconds: float
    latencies: tuple[float, ...]
    statuses: Mapping[int, int]
    first_body: bytes = b""

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def unlike(self, status: int) -> int:
        """How many were answered otherwise."""
        return sum(self.statuses.values()) - self.statuses.get(status, 0)


@dataclass(slots=True)
class _Line:
    """One connection, the requests still to be sent on it (last first), and what has come so far."""

    socket: socket.socket
    waiting: list[bytes]
    sent_at: float = 0.0
    sent: int = 0
    came: bytes = b""

    @property
    def is_worn(self) -> bool:
        return self.sent % _REQUESTS_A_CONNECTION == 0

    def send(self) -> None:
        request = self.waiting.pop()
        self.sent += 1
        self.came = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)


def ask(port: int, clients: Sequence[Sequence[bytes]]) -> Answers:
    """Let each client send its requests, one after the other, all clients at once."""
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    first_body = b""
    with selectors.DefaultSelector() as selector:
        lines = [_Line(_connected(port), list(reversed(requests))) for requests in clients]
        begun = time.perf_counter()
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.send()
        while selector.get_map():
            ready = selector.select(_PATIENCE_SECONDS)
            if not ready:
                message = "a request was not answered"
                raise TimeoutError(message)
            for key, _ in ready:
                line = key.data
                came = line.socket.recv(262_144)
                line.came += came
                if came and not _is_whole(line.came):
                    continue
                latencies.append(time.perf_counter() - line.sent_at)
                statuses[_status(line.came)] += 1
                first_body = first_body or line.came.partition(_END_OF_HEAD)[2]
                if came and line.waiting and not line.is_worn:
                    line.send()
                    continue
                selector.unregister(line.socket)
                line.socket.close()
                if came and line.waiting:
                    line.socket = _connected(port)
                    selector.register(line.socket, selectors.EVENT_READ, line)
                    line.send()
        seconds = time.perf_counter() - begun
    return Answers(seconds, tuple(latencies), dict(statuses), first_body)


def request(
    method: str, path: str, port: int, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    """The bytes of a request, as a browser that keeps its connection would send it."""
    given = {"Host": f"127.0.0.1:{port}", **headers}
    if method == "POST":
        given |= {"Content-Length": str(len(body))}
        given.setdefault("Content-Type", "application/x-www-form-urlencoded")
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join((*lines, "", "")).encode() + body


def head_of(answer: bytes) -> dict[str, str]:
    """The headers of an answer, names in small letters."""
    lines = answer.partition(_END_OF_HEAD)[0].decode().split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.lower(): value.strip() for name, _, value in pairs}


def one(port: int, asked: bytes) -> bytes:
    """A single request and its whole answer."""
    with _connected(port) as line:
        line.sendall(asked)
        came = b""
        while not _is_whole(came):
            more = line.recv(262_144)
            if not more:
                break
            came += more
    return came


def _connected(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_SECONDS)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _status(came: bytes) -> int:
    """The status of an answer; 0 where the connection broke."""
    return int(came[9:12] or 0) if _is_whole(came) else 0


def _is_whole(came: bytes) -> bool:
    end = came.find(_END_OF_HEAD)
    if end < 0:
        return False
    head = came[:end].lower()
    at = head.find(_LENGTH)
    if at < 0:
        return True
    length = int(head[at + len(_LENGTH) :].split(b"\r", 1)[0])
    return len(came) >= end + len(_END_OF_HEAD) + length

"""Talking to the server as a phone does: one request, and an answer that can be read, or nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

Json = dict[str, Any]
Send = Callable[[Json], Awaitable[Json]]
"""The body of an upload to its answer; raises Unreachable, TooLarge or Turned."""

PATIENCE_SECONDS = 20.0
SYNC = "/api/v1/sync"
END_OF_HEAD = b"\r\n\r\n"
_Result = TypeVar("_Result")
_ENDS = frozenset({400, 413, 415, 422})
_TURNED = frozenset({401, 403})


class Unreachable(Exception):
    """Nobody answered, or whoever did was not our server."""


class TooLarge(Exception):
    """The server will not take this upload as it is."""


class Turned(Exception):
    """The server does not know this phone."""


@dataclass(slots=True)
class Wire:
    """A phone's line to a port. It counts what was sent, and what of that was not answered well."""

    port: int
    headers: Mapping[str, str]
    sent: int = 0
    broken: int = 0

    async def sync(self, body: Json) -> Json:
        """Send an upload once."""
        before = self.sent
        try:
            status, said = await self.ask("POST", SYNC, body)
            return read(status, said)
        except Unreachable:
            self.broken += self.sent - before
            raise

    async def ask(self, method: str, path: str, body: Json | None = None) -> tuple[int, bytes]:
        """The status and the body of an answer; raises Unreachable where none came whole."""
        asked = self._request(method, path, b"" if body is None else json.dumps(body).encode())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                came = await self._exchange(asked)
        except (OSError, TimeoutError) as error:
            raise Unreachable(type(error).__name__) from error
        return _whole(came)

    async def _exchange(self, asked: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(asked)
            await writer.drain()
            self.sent += 1
            return await reader.read(-1)
        finally:
            writer.close()

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        given = {
            "Host": f"127.0.0.1:{self.port}",
            "Connection": "close",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **self.headers,
        }
        lines = [
            f"{method} {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in given.items()),
        ]
        return "\r\n".join((*lines, "", "")).encode() + body


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Let `work` happen in a thread of its own: a browser's driver may be using this one's loop."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


def read(status: int, said: bytes) -> Json:
    """What an upload's answer says, as the phone's own program takes it."""
    try:
        answer: Json = json.loads(said)
    except ValueError:
        answer = {}
    if status == 200 and answer:
        return answer
    sentence = str(answer.get("title", status))
    if status in _TURNED:
        raise Turned(sentence)
    if status in _ENDS:
        raise TooLarge(sentence)
    raise Unreachable(sentence)


def content_length(head: bytes) -> int | None:
    """How many bytes follow a head, where it says so."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return None


def _whole(came: bytes) -> tuple[int, bytes]:
    head, end, body = came.partition(END_OF_HEAD)
    length = content_length(head)
    if not end or (length is not None and len(body) < length):
        message = "cut off"
        raise Unreachable(message)
    return int(head[9:12]), body

"""A line between phones and the server that loses, delays, doubles, reorders and cuts what is sent."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.faults.phone import seeded
from tests.faults.wire import END_OF_HEAD, SYNC, content_length

API = b"/api/"
LATER_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 0.2
MOST_HEAD = 2**20


class Fate(StrEnum):
    """What may become of an upload."""

    PASS = "passes"  # noqa: S105 - nobody's password
    LOSE_REQUEST = "never arrives"
    LOSE_ANSWER = "its answer is lost"
    DUPLICATE = "arrives twice at once"
    AGAIN_LATER = "arrives, unanswered, and again later"
    REORDER = "is overtaken by the next"
    CUT_REQUEST = "is cut off midway"
    CUT_ANSWER = "its answer is cut off midway"
    DELAY = "takes its time"


LOSSY: Mapping[Fate, float] = {Fate.PASS: 4.0, **{one: 1.0 for one in Fate if one is not Fate.PASS}}
"""Two of three uploads meet with something."""


@dataclass(slots=True)
class Proxy:
    """Listens at `port` for the server at `target`. Only uploads meet a fate; all else passes, unless
    it is `shut`: then nothing below /api/ gets through."""

    target: int
    random: Random
    fates: Mapping[Fate, float]
    port: int = 0
    shut: bool = False
    met: Counter[Fate] = field(default_factory=Counter)
    uploads: list[bytes] = field(default_factory=list)
    _passed: int = 0
    _late: set[asyncio.Task[bytes]] = field(default_factory=set)
    _serving: set[asyncio.Task[None] | None] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        mine = asyncio.current_task()
        # Once whoever asked has hung up, nobody else would hold on to what still waits for an answer.
        self._serving.add(mine)
        try:
            asked = await _request(reader)
            writer.write(_closing(await self._carry(asked)))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # Whoever waited, on either side, has hung up.
            return
        finally:
            self._serving.discard(mine)
            writer.close()

    async def _carry(self, asked: bytes) -> bytes:
        """The answer, or what is left of it; nothing where none is to come."""
        path = asked.split(b" ", 2)[1]
        if self.shut and path.startswith(API):
            return b""
        if path != SYNC.encode():
            return await self._forward(asked)
        [fate] = self.random.choices(list(self.fates), list(self.fates.values()))
        self.met[fate] += 1
        return await self._meet(fate, asked)

    async def _meet(self, fate: Fate, asked: bytes) -> bytes:
        if fate is Fate.LOSE_REQUEST:
            return b""
        if fate is Fate.CUT_REQUEST:
            await self._forward(asked, half=True)
            return b""
        if fate is Fate.DUPLICATE:
            await asyncio.gather(self._forward(asked), self._forward(asked))
            return await self._forward(asked)
        if fate is Fate.DELAY:
            await asyncio.sleep(self.random.uniform(0, LONGEST_DELAY_SECONDS))
        if fate is Fate.REORDER:
            await self._overtaken()
        answer = await self._forward(asked)
        if fate is Fate.AGAIN_LATER:
            again = asyncio.create_task(self._later(asked))
            self._late.add(again)
            again.add_done_callback(self._late.discard)
        if fate in {Fate.LOSE_ANSWER, Fate.AGAIN_LATER}:
            return b""
        return answer[: len(answer) // 2] if fate is Fate.CUT_ANSWER else answer

    async def _overtaken(self) -> None:
        """Until another has passed, but not for ever."""
        before = self._passed
        with suppress(TimeoutError):
            async with asyncio.timeout(LATER_SECONDS):
                while self._passed == before:
                    await asyncio.sleep(0.005)

    async def _later(self, asked: bytes) -> bytes:
        await asyncio.sleep(self.random.uniform(0, LATER_SECONDS))
        return await self._forward(asked)

    async def _forward(self, asked: bytes, *, half: bool = False) -> bytes:
        """Carry it to the server, all or the first half; nothing where nobody is there."""
        if SYNC.encode() in asked[:80] and not half:
            self.uploads.append(asked.partition(END_OF_HEAD)[2])
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return b""
        try:
            writer.write(asked[: len(asked) // 2] if half else asked)
            await writer.drain()
            answer = b"" if half else await reader.read(-1)
        except OSError:
            return b""
        finally:
            writer.close()
        self._passed += 1
        return answer


@contextmanager
def proxying(
    target: int, *, seed: int = 0, fates: Mapping[Fate, float] | None = None
) -> Iterator[Proxy]:
    """A line to the server at port `target` until the end of the block, in a thread of its own."""
    proxy = Proxy(target, seeded(seed), fates or {Fate.PASS: 1.0})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        listening = asyncio.run_coroutine_threadsafe(_listen(proxy), loop).result()
        try:
            yield proxy
        finally:
            asyncio.run_coroutine_threadsafe(_hang_up(listening), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(proxy: Proxy) -> asyncio.Server:
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=MOST_HEAD)
    proxy.port = server.sockets[0].getsockname()[1]
    return server


async def _hang_up(listening: asyncio.Server) -> None:
    """Nobody is waited for."""
    listening.close()
    # Who was just let in is heard of in the loop's next turns, and what was closed is let go of there.
    await asyncio.sleep(0.01)
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)


async def _request(reader: asyncio.StreamReader) -> bytes:
    """A whole request, saying that its connection ends with the answer."""
    head = await reader.readuntil(END_OF_HEAD)
    body = await reader.readexactly(content_length(head) or 0)
    return _closing(head) + body


def _closing(message: bytes) -> bytes:
    """The same, and that no other will follow on this connection."""
    head, end, body = message.partition(END_OF_HEAD)
    if not end:
        return message
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join((*lines, b"Connection: close")) + end + body

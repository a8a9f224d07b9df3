"""The public chain: every act of the audit chain that moved money, in words for strangers.

The audit chain itself also tells who opened a child's file when, and whose consent ended; it stays
inside. This chain says of each voucher, closure, refund and locked month what may be said, in the
order in which the audit chain took it in, and each line's hash covers the one before. So whoever
kept the last hash of some day can tell for ever whether anything up to that day was changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BEGINNING = bytes(32)
"""What the first line follows."""
KEY_AT = 24
"""The event whose hash blinds the seals. What it covers is too much to be guessed."""

Fact = int | str | Sequence[Sequence[int | str]]


@dataclass(frozen=True, slots=True)
class PublicAct:
    """What happened on `day` ('2026-11-23', on the community's clock), and what may be said of it."""

    day: str
    kind: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Link:
    """An act as it is written down, and the hash over it and the one before (64 hexadecimal digits)."""

    day: str
    line: str
    hash: str


@dataclass(frozen=True, slots=True)
class DayHead:
    """How many lines there were when a day was over, and the hash of the last.

    `seal` is what is told of the audit chain at that moment, '' where nothing is.
    """

    day: str
    lines: int
    hash: str
    seal: str = ""


def linked(acts: Iterable[PublicAct]) -> list[Link]:
    """The acts as lines of compact JSON, keys in order, each hash over 32 bytes and the act."""
    last = BEGINNING
    links = []
    for act in acts:
        said = json.dumps(
            {"day": act.day, "kind": act.kind, **act.facts}, sort_keys=True, separators=(",", ":")
        )
        last = hashlib.sha256(last + said.encode("ascii")).digest()
        links.append(Link(act.day, f'{{"act":{said},"hash":"{last.hex()}"}}', last.hex()))
    return links


def day_heads(links: Sequence[Link], seals: Mapping[str, str]) -> list[DayHead]:
    """Each day with an act, the oldest first. A day is where its last line stands."""
    heads: dict[str, DayHead] = {}
    day = ""
    for number, link in enumerate(links, start=1):
        # A clock that was put back makes no day of its own.
        day = max(day, link.day)
        heads[day] = DayHead(day, number, link.hash, seals.get(day, ""))
    return list(heads.values())


def sealed_head(key: bytes, head: bytes) -> str:
    """The audit chain's head as it may be told: who has the chain can work it out, nobody else.

    A bare head would let somebody try out, on a quiet day, what the one act of that day was.
    """
    return hashlib.sha256(key + head).hexdigest()

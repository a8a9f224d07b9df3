"""The audit chain: every event's hash covers the one before, so that one changed byte shows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from market.domain.errors import N_, Invalid
from market.domain.identifiers import epoch_ms

VERSION = 1
GENESIS = bytes(32)
"""What the first event of a community's chain follows."""

_WORD = re.compile(r"[a-z][a-z0-9_.]{0,39}")
# Ids, hashes, codes and numbers fit; a name, an address or a sentence does not.
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z:_.\-]{0,79}|")
_MOST = 2**53 - 1

Subject = Mapping[str, int | str]


class EventNotPlain(Invalid):
    """An event that could hold more than ids, numbers and codes."""

    sentence = N_("审计事件只能记录编号、数字和代码，%(field)s 不符合要求。")


@dataclass(frozen=True, slots=True)
class Event:
    """One act in a community's chain: numbered from 1, with the ids it was about.

    The subject holds ints and short codes only (no personal data). Raises EventNotPlain.
    """

    community_id: int
    number: int
    at: datetime
    kind: str
    subject: Subject

    def __post_init__(self) -> None:
        _require_number("community_id", self.community_id, least=1)
        _require_number("number", self.number, least=1)
        if self.at.tzinfo is None:
            raise EventNotPlain(field="at")
        if _WORD.fullmatch(self.kind) is None:
            raise EventNotPlain(field="kind")
        for key, value in self.subject.items():
            if _WORD.fullmatch(key) is None:
                raise EventNotPlain(field="subject")
            _require_plain(key, value)


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a walk along a chain found: how many events hold, the head, the first bad number."""

    events: int
    head: bytes
    bad_number: int | None


def canonical_event(event: Event) -> bytes:
    """The event as a compact JSON array; the subject as pairs in the order of their keys.

    [version, community, number, milliseconds since 1970, kind, [[key, value], …]]
    """
    subject = [[key, event.subject[key]] for key in sorted(event.subject)]
    row = [VERSION, event.community_id, event.number, epoch_ms(event.at), event.kind, subject]
    return json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def event_hash(previous: bytes, event: Event) -> bytes:
    """SHA-256 over the hash before (32 bytes) and the canonical event."""
    return hashlib.sha256(previous + canonical_event(event)).digest()


def verify(rows: Iterable[tuple[Event, bytes]], *, head: bytes | None = None) -> ChainCheck:
    """Walk a community's events with their kept hashes, from number 1, keeping one hash in memory.

    `head` is the hash known from elsewhere; a chain that ends otherwise is bad at the event after
    its last, which is how a cut tail shows.
    """
    last = GENESIS
    events = 0
    community_id: int | None = None
    for event, kept in rows:
        community_id = event.community_id if community_id is None else community_id
        follows = (event.community_id, event.number) == (community_id, events + 1)
        if not follows or event_hash(last, event) != kept:
            return ChainCheck(events, last, events + 1)
        last = kept
        events += 1
    cut = head is not None and head != last
    return ChainCheck(events, last, events + 1 if cut else None)


def _require_number(field: str, value: int, *, least: int) -> None:
    if type(value) is not int or not least <= value <= _MOST:
        raise EventNotPlain(field=field)


def _require_plain(field: str, value: int | str) -> None:
    if isinstance(value, str):
        if _CODE.fullmatch(value) is None:
            raise EventNotPlain(field=field)
        return
    _require_number(field, value, least=-_MOST)

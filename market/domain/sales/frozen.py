"""What the server adds to the sales of a closure, as one hash for the audit chain.

A sale's own hash covers what the phone fixed; this one covers the rest: where and when it was
taken in, by whom, whose share of it was agreed, and who voided it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

VERSION = 1
# Made once: json.dumps makes one at each call, for as long as writing a sale takes.
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Line = tuple[int | None, int | None, int | None, int]
"""A sale line's consignor, basis points, fixed minor units a piece, and consignor's minor units."""
Void = tuple[int | None, datetime, datetime]
"""Who voided a sale (None: the phone that made it), when it was fixed, and when we heard of it."""


class FrozenSale(NamedTuple):
    """One sale as a closure found it."""

    id: UUID
    stall_id: int
    day_number: str
    phone_at: datetime
    recorded_at: datetime
    received_at: datetime
    person_id: int | None
    void: Void | None
    lines: Sequence[Line]


class FrozenSales:
    """The hash over sales that arrive one by one, in their order on the line."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, sale: FrozenSale) -> None:
        """Append one sale: a compact JSON array in UTF-8, ended by a line feed.

        [1, id, stall, day number, fixed, recorded, received, person,
        [voided by or null, fixed, heard of] or null,
        [[consignor, basis points, fixed sum, consignor's part], …]]; moments in UTC
        """
        row = [
            VERSION,
            str(sale.id),
            sale.stall_id,
            sale.day_number,
            _moment(sale.phone_at),
            _moment(sale.recorded_at),
            _moment(sale.received_at),
            sale.person_id,
            None if sale.void is None else [sale.void[0], *map(_moment, sale.void[1:])],
            sale.lines,
        ]
        self._digest.update(_write(row).encode())
        self._digest.update(b"\n")

    def hexdigest(self) -> str:
        """SHA-256 over the sales so far, 64 hexadecimal digits."""
        return self._digest.hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

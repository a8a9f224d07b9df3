"""A voucher's seal: one hash over all that its row and its postings say, kept in the audit chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFacts:
    """A voucher as it was posted; `postings` are pairs of an account's id and minor units."""

    id: int
    community_id: int
    month: str
    number: int
    kind: str
    booked_on: date
    at: datetime
    memo: str
    by_id: int
    second_id: int | None
    reverses_id: int | None
    postings: Iterable[tuple[int, int]]


def canonical_voucher(facts: VoucherFacts) -> bytes:
    """The voucher as a compact JSON array in UTF-8, its postings in the order of their accounts.

    [1, id, community, month, number, kind, day, moment in UTC, memo, by, second or 0, reversed
    voucher or 0, [[account, minor units], …]]
    """
    row = [
        VERSION,
        facts.id,
        facts.community_id,
        facts.month,
        facts.number,
        facts.kind,
        facts.booked_on.isoformat(),
        facts.at.astimezone(UTC).isoformat(timespec="microseconds"),
        facts.memo,
        facts.by_id,
        facts.second_id or 0,
        facts.reverses_id or 0,
        sorted(facts.postings),
    ]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def voucher_hash(facts: VoucherFacts) -> str:
    """SHA-256 over the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_voucher(facts)).hexdigest()

"""A record that was set aside: what it says, as far as it can be read, and what may become of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from market.domain.errors import N_
from market.domain.sales.sale import Tender

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARTS_OF_SALE = 11
_PARTS_OF_VOID = 6


class Settlement(StrEnum):
    """What a person said of it: the one we hold is right, it is a sale of its own, or it is none."""

    KEPT = "kept"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        """What was decided, for translation."""
        return _LABELS[self]


_LABELS = {
    Settlement.KEPT: N_("保留原来的一笔"),
    Settlement.ACCEPTED: N_("收进来，记成一笔"),
    Settlement.DISCARDED: N_("不算"),
}


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One thing on it; amounts are minor units."""

    listing_id: int
    name: str
    quantity: int
    unit_price_minor: int

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSale:
    """A sale as a phone told it. Nothing of it has been checked but that it can be shown."""

    id: UUID
    till_id: int
    device_id: int
    sequence: int
    code: str
    tender: Tender
    gift_minor: int
    tendered_minor: int | None
    phone_at: datetime
    lines: tuple[SaidLine, ...]

    @property
    def due_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines) + self.gift_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidVoid:
    """A void as a phone told it."""

    id: UUID
    sale_id: UUID
    reason: str
    sequence: int
    phone_at: datetime


Said = SaidSale | SaidVoid


def read_said(content: str) -> Said | None:
    """What the content of a record says: its canonical form, or a row of an upload; else None."""
    try:
        said = json.loads(content)
        if isinstance(said, dict):
            return _row(said)
        if isinstance(said, list) and len(said) == _PARTS_OF_SALE:
            return _canonical_sale(said)
        if isinstance(said, list) and len(said) == _PARTS_OF_VOID:
            return _canonical_void(said)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return None


def sequence_of(content: str) -> int | None:
    """The number that its phone gave to a record, if that can be read."""
    said = read_said(content)
    return said.sequence if said is not None else None


def _row(said: dict[str, Any]) -> Said | None:
    if said["kind"] == "sale":
        return SaidSale(
            id=UUID(said["id"]),
            till_id=_whole(said["till"]),
            device_id=_whole(said["device"]),
            sequence=_whole(said["sequence"]),
            code=_text(said["code"]),
            tender=Tender(said["tender"]),
            gift_minor=_whole(said["gift"]),
            tendered_minor=None if said["tendered"] is None else _whole(said["tendered"]),
            phone_at=_moment(said["phone_at"]),
            lines=tuple(
                SaidLine(
                    _whole(line["listing"]),
                    _text(line["name"]),
                    _whole(line["quantity"]),
                    _whole(line["unit_price"]),
                )
                for line in said["lines"]
            ),
        )
    if said["kind"] == "void":
        return _void(*(said[name] for name in ("id", "sale", "reason", "sequence", "phone_at")))
    return None


def _canonical_sale(said: Sequence[Any]) -> SaidSale:
    _, own_id, till, device, sequence, code, tender, gift, tendered, at, lines = said
    return SaidSale(
        id=UUID(own_id),
        till_id=_whole(till),
        device_id=_whole(device),
        sequence=_whole(sequence),
        code=_text(code),
        tender=Tender(tender),
        gift_minor=_whole(gift),
        tendered_minor=None if tendered == -1 else _whole(tendered),
        phone_at=_moment(at),
        lines=tuple(
            SaidLine(_whole(listing), _text(name), _whole(quantity), _whole(price))
            for listing, name, quantity, price in lines
        ),
    )


def _canonical_void(said: Sequence[Any]) -> SaidVoid:
    _, own_id, sale_id, reason, sequence, at = said
    return _void(own_id, sale_id, reason, sequence, at)


def _void(own_id: Any, sale_id: Any, reason: Any, sequence: Any, at: Any) -> SaidVoid:
    return SaidVoid(
        id=UUID(own_id),
        sale_id=UUID(sale_id),
        reason=_text(reason),
        sequence=_whole(sequence),
        phone_at=_moment(at),
    )


def _whole(said: Any) -> int:
    if type(said) is not int or said < 0:
        raise TypeError
    return said


def _text(said: Any) -> str:
    if not isinstance(said, str) or not said.isprintable():
        raise TypeError
    return said


def _moment(milliseconds: Any) -> datetime:
    return _EPOCH + timedelta(milliseconds=_whole(milliseconds))

"""Records set aside for a person to look at: never dropped, never in the way of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from market.domain.errors import N_
from market.models.sales import QuarantinedSale


class Reason(StrEnum):
    """Why a record was set aside. The first three collide with a sale that is kept."""

    OTHER_CONTENT = "other_content"
    CODE_TAKEN = "code_taken"
    SEQUENCE_TAKEN = "sequence_taken"
    OTHER_TILL = "other_till"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_LISTING = "unknown_listing"
    PRICE_REFUSED = "price_refused"
    UNREADABLE = "unreadable"
    NOT_A_SALE = "not_a_sale"
    OTHER_HASH = "other_hash"
    OTHER_DEVICE = "other_device"
    UNKNOWN_TILL = "unknown_till"
    ALREADY_VOIDED = "already_voided"
    ALREADY_REFUNDED = "already_refunded"

    @property
    def label(self) -> str:
        """What somebody looking at it reads, for translation."""
        return _LABELS[self]


_LABELS = {
    Reason.OTHER_CONTENT: N_("编号与已有的一笔相同，但内容不一样；先到的那笔照旧"),
    Reason.CODE_TAKEN: N_("查询码与已有的一笔相同"),
    Reason.SEQUENCE_TAKEN: N_("这台手机的序号与已有的一笔相同"),
    Reason.OTHER_TILL: N_("写的是另一班收银"),
    Reason.UNKNOWN_DEVICE: N_("这次市集没有登记过这台手机"),
    Reason.UNKNOWN_LISTING: N_("这一班的摊位没有这样商品"),
    Reason.PRICE_REFUSED: N_("价格低于和寄售人约定的最低价"),
    Reason.UNREADABLE: N_("内容不完整或格式不对，读不出来"),
    Reason.NOT_A_SALE: N_("内容不符合记账的规则"),
    Reason.OTHER_HASH: N_("校验码和内容对不上，可能在手机上损坏了"),
    Reason.OTHER_DEVICE: N_("不是这部手机记的"),
    Reason.UNKNOWN_TILL: N_("这次市集没有这一班收银"),
    Reason.ALREADY_VOIDED: N_("这笔已经作废过了"),
    Reason.ALREADY_REFUNDED: N_("这笔已经办过退款"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One record to set aside: what it said (its canonical form, if it had one) and a hash of that.

    `till_id` and `sale_id` are null where it named none that could be.
    """

    till_id: int | None
    device_id: int | None
    sale_id: UUID | None
    content: str
    hash: bytes
    reason: Reason


def set_aside(session: Session, records: Iterable[Aside], *, received_at: datetime) -> None:
    """Keep the records; one that comes again is kept once."""
    rows = [
        {
            "till_id": one.till_id,
            "device_id": one.device_id,
            "sale_id": one.sale_id,
            "content": one.content,
            "hash": one.hash,
            "reason": str(one.reason),
            "received_at": received_at,
        }
        for one in records
    ]
    if rows:
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        insert = sqlite.insert if on_sqlite else postgresql.insert
        session.connection().execute(insert(QuarantinedSale).on_conflict_do_nothing(), rows)

"""What a market is prepared with: shifts, pre-orders, given goods, a check-list; and its postponements."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base


class Shift(Base):
    """When somebody helps at a market day. `stall_id` null is wherever a hand is needed."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("market_day_id", "name", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="lasts"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    stall_id: Mapped[int | None] = mapped_column(ForeignKey("stall.id"))
    name: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]


class PreOrder(Base):
    """What somebody wants put by for them; never money. `name` is what they are called, no more.

    `sale_id` is the ordinary sale it became when it was fetched and paid for.
    """

    __tablename__ = "pre_order"
    __table_args__ = (
        UniqueConstraint("listing_id", "name"),
        CheckConstraint("quantity > 0", name="positive"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    name: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    fetched_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    fetched_at: Mapped[datetime | None]
    sale_id: Mapped[UUID | None] = mapped_column(ForeignKey("sale.id"))


class GivenGoods(Base):
    """Something given to be sold, with the number on its sticker; it is sold as a listing.

    `donor` '' is 匿名; it is shown to others only where `may_be_named`. What was not sold is
    `donated` or `returned` after the market.
    """

    __tablename__ = "given_goods"
    __table_args__ = (
        UniqueConstraint("market_day_id", "sticker"),
        CheckConstraint("sticker > 0", name="sticker_positive"),
        CheckConstraint("donor <> '' OR NOT may_be_named", name="named_by_consent"),
        CheckConstraint("outcome IN ('donated','returned')", name="known_outcome"),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome_dated"),
    )
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    sticker: Mapped[int]
    donor: Mapped[str] = mapped_column(String(40), default="")
    may_be_named: Mapped[bool] = mapped_column(default=False)
    taken_in_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_in_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(8))
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome_at: Mapped[datetime | None]


class GoodsPhoto(Base):
    """A picture of given goods, encoded anew: no byte of the file that was sent is kept."""

    __tablename__ = "goods_photo"
    listing_id: Mapped[int] = mapped_column(ForeignKey("given_goods.listing_id"), primary_key=True)
    webp: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[datetime]


class MarketChange(Base):
    """A market day put off to another date, or called off; `to_on` is null when it is called off."""

    __tablename__ = "market_change"
    __table_args__ = (
        Index("ix_market_change_market_day_id", "market_day_id"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    said_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]


class DayTask(Base):
    """Something to do for a market day: our own (`words`), or one that is always asked (`key`)."""

    __tablename__ = "day_task"
    __table_args__ = (
        UniqueConstraint("market_day_id", "key"),
        CheckConstraint("phase IN ('weeks','eve','day','after')", name="known_phase"),
        CheckConstraint("(key IS NULL) <> (words = '')", name="own_or_asked"),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    phase: Mapped[str] = mapped_column(String(5))
    key: Mapped[str | None] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(String(120), default="")
    owner: Mapped[str] = mapped_column(String(40), default="")
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]

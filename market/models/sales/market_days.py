"""A market day: its legal basis, its split, its stalls and what they offer."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from market.domain.sales.initials import initials_of
from market.models.base import POSTED, Base, Minor

KNOWN_TENDER = "tender IN ('cash','wechat','alipay','other')"


class MarketDay(Base):
    """One dated market; its times are on the community's clock.

    `hosts` lists organisers one a line, in the order given. `bring`, `give` and `help` are words
    for visitors, for those who give goods, and for volunteers.
    """

    __tablename__ = "market_day"
    __table_args__ = (Index("ix_market_day_community_id_held_on", "community_id", "held_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    held_on: Mapped[date]
    starts_at: Mapped[time] = mapped_column(default=time(9))
    ends_at: Mapped[time] = mapped_column(default=time(12))
    place: Mapped[str] = mapped_column(String(120))
    bring: Mapped[str] = mapped_column(Text, default="")
    give: Mapped[str] = mapped_column(Text, default="")
    help: Mapped[str] = mapped_column(Text, default="")
    hosts: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class LegalBasis(Base):
    """How a market is lawful and whose money its takings are (A charity, B pledge, C mutual aid)."""

    __tablename__ = "legal_basis"
    __table_args__ = (CheckConstraint("kind IN ('A','B','C')", name="known_kind"),)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(1))
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"))
    certificate: Mapped[str] = mapped_column(String(80), default="")
    agreement: Mapped[str] = mapped_column(String(120), default="")
    filing_number: Mapped[str] = mapped_column(String(80), default="")
    filing_due_on: Mapped[date | None]
    handover_due_on: Mapped[date | None]


class PaymentCode(Base):
    """The printed code that takes one electronic tender at a market day, and who holds it."""

    __tablename__ = "payment_code"
    __table_args__ = (CheckConstraint(KNOWN_TENDER, name="known_tender"),)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    tender: Mapped[str] = mapped_column(String(10), primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"))


class CodePicture(Base):
    """A payment code as phones show it, encoded anew; who changes it is in the audit chain."""

    __tablename__ = "code_picture"
    __table_args__ = (CheckConstraint("tender IN ('wechat','alipay')", name="code_tender"),)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    tender: Mapped[str] = mapped_column(String(10), primary_key=True)
    webp: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    put_at: Mapped[datetime]


class PolicyShare(Base):
    """One fund's weight in the split of a market day's net proceeds; frozen at the opening.

    `ordinal` counts from 0 without a gap: it is the fund's index in the nested split.
    """

    __tablename__ = "policy_share"
    __table_args__ = (
        UniqueConstraint("market_day_id", "fund_id"),
        CheckConstraint("weight > 0", name="positive"),
    )
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    weight: Mapped[int]


class MarketOpening(Base):
    """From here on a market day sells for real and its policy is frozen."""

    __tablename__ = "market_opening"
    __table_args__ = (POSTED,)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class Stall(Base):
    """A place at a market day where things are sold; `number` is what its sign says."""

    __tablename__ = "stall"
    __table_args__ = (UniqueConstraint("market_day_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    number: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(60))


def _initials(context: DefaultExecutionContext) -> str:
    given: dict[str, str] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return initials_of(given["name"])


class Listing(Base):
    """Something a stall offers. `price_minor` null is an open price; `stock` null is not counted.

    A consigned listing owes its consignor either `share_bp` (basis points of each line, rounded
    up) or `fixed_minor` a piece, and is never sold below `floor_minor`.
    """

    __tablename__ = "listing"
    __table_args__ = (
        Index("ix_listing_stall_id_position", "stall_id", "position"),
        CheckConstraint("kind IN ('goods','service')", name="known_kind"),
        CheckConstraint("price_minor IS NULL OR price_minor >= 0", name="price_not_negative"),
        CheckConstraint(
            "(consignor_id IS NULL AND share_bp IS NULL AND fixed_minor IS NULL)"
            " OR (consignor_id IS NOT NULL AND (share_bp IS NULL) <> (fixed_minor IS NULL))",
            name="consigned_one_way",
        ),
        CheckConstraint("share_bp IS NULL OR share_bp BETWEEN 0 AND 10000", name="share_whole"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    stall_id: Mapped[int] = mapped_column(ForeignKey("stall.id"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    initials: Mapped[str] = mapped_column(String(60), default=_initials)
    price_minor: Mapped[int | None] = mapped_column(Minor)
    minutes: Mapped[int | None]
    stock: Mapped[int | None]
    sold: Mapped[int] = mapped_column(default=0)
    consignor_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    share_bp: Mapped[int | None]
    fixed_minor: Mapped[int | None] = mapped_column(Minor)
    floor_minor: Mapped[int | None] = mapped_column(Minor)
    retired_at: Mapped[datetime | None]

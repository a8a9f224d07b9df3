"""Services and their turns: how one is taken, who came, and what is kept of them for a while."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base


class Service(Base):
    """How a service listing is served: by whom, and by which one way of taking turns.

    `care` is looking after children: on site only, by two volunteers.
    """

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("way IN ('number','slot','left')", name="known_way"),
        CheckConstraint("NOT (care AND way = 'left')", name="care_is_not_left"),
    )
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    way: Mapped[str] = mapped_column(String(8))
    provider: Mapped[str] = mapped_column(String(40))
    care: Mapped[bool] = mapped_column(default=False)


class Turn(Base):
    """A place in a service's queue: a number, a booked time, or something left. Never money.

    `label` is what is called out; `tag` is the part of a two-part tag that only its owner has.
    `by_id` is null where a neighbour booked it herself, or a phone without a person gave it.
    """

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("listing_id", "device_id", "number"),
        CheckConstraint("(slot_at IS NULL) = (number IS NOT NULL)", name="slot_or_number"),
        CheckConstraint("number IS NULL OR device_id IS NOT NULL", name="number_of_device"),
        POSTED,
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    number: Mapped[int | None]
    slot_at: Mapped[time | None]
    label: Mapped[str] = mapped_column(String(12))
    tag: Mapped[str] = mapped_column(String(4), default="")
    taken_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Slot(Base):
    """A time of the market day that one turn may have; its row is what a booking is after."""

    __tablename__ = "slot"
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    at: Mapped[time] = mapped_column(primary_key=True)
    turn_id: Mapped[UUID | None] = mapped_column(ForeignKey("turn.id"), unique=True)


class TurnStep(Base):
    """A turn came one step further, or a step back: who said so, and when.

    The names are those of the two volunteers who took a child in or gave it back, or who gave
    something to somebody who had lost her half of the tag.
    """

    __tablename__ = "turn_step"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting','arrived','done','collected','missed','cancelled')",
            name="known_state",
        ),
        CheckConstraint(
            "NOT tag_lost OR (first_name <> '' AND second_name <> '')", name="two_for_a_lost_tag"
        ),
        POSTED,
    )
    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turn.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    first_name: Mapped[str] = mapped_column(String(40), default="")
    second_name: Mapped[str] = mapped_column(String(40), default="")
    tag_lost: Mapped[bool] = mapped_column(default=False)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class TurnContact(Base):
    """Whom a turn belongs to: all that is personal about it, deleted 30 days after the market.

    `code_hash` is SHA-256 of the private code of a booking; null where none was given out.
    """

    __tablename__ = "turn_contact"
    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turn.id"), primary_key=True)
    nickname: Mapped[str] = mapped_column(String(12))
    phone_tail: Mapped[str] = mapped_column(String(4))
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)


class TurnPromise(Base):
    """The day by which somebody who has paid is to be served; the latest one counts."""

    __tablename__ = "turn_promise"
    __table_args__ = (POSTED,)
    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turn.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class SaleTurn(Base):
    """The line of a sale that paid for a turn; the sale itself knows nothing of it."""

    __tablename__ = "sale_turn"
    __table_args__ = (
        ForeignKeyConstraint(
            ["sale_id", "number"],
            ["sale_line.sale_id", "sale_line.number"],
            name="fk_sale_turn_sale_line",
        ),
        POSTED,
    )
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turn.id"), primary_key=True, index=True)


class TurnCount(Base):
    """How often a market day's turns have changed: what a page of them is as old as."""

    __tablename__ = "turn_count"
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    changes: Mapped[int] = mapped_column(default=0)

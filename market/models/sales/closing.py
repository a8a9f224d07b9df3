"""Closing a till: the blind count by two, the closure, and each sale's position."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class CashCount(Base):
    """The one blind count of a till: pieces by denomination (minor units → pieces), two names.

    `box_minor` is what of it has no sale behind it, said before anybody saw the expected sum.
    """

    __tablename__ = "cash_count"
    __table_args__ = (
        CheckConstraint("counted_minor >= 0", name="not_negative"),
        CheckConstraint("box_minor BETWEEN 0 AND counted_minor", name="box_within"),
        POSTED,
    )
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), primary_key=True)
    pieces: Mapped[dict[str, int]] = mapped_column(JSON)
    counted_minor: Mapped[int] = mapped_column(Minor)
    box_minor: Mapped[int] = mapped_column(Minor, default=0)
    counted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_name: Mapped[str] = mapped_column(String(40))
    second_name: Mapped[str] = mapped_column(String(40))
    counted_at: Mapped[datetime]


class CountConfirmation(Base):
    """The second counter's word: signed in on her own phone (`person_id`), by the code shown to her
    (`signature` is her name), or signed on the first's phone: typed, or drawn as `strokes`.
    """

    __tablename__ = "count_confirmation"
    __table_args__ = (POSTED,)
    till_id: Mapped[int] = mapped_column(ForeignKey("cash_count.till_id"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signature: Mapped[str] = mapped_column(String(40), default="")
    strokes: Mapped[str] = mapped_column(Text, default="")
    confirmed_at: Mapped[datetime]


class Closure(Base):
    """The frozen result of closing a till. Number 1 counts the cash; later ones are supplements.

    `variance_minor` = counted − expected. `box_minor` is money with no sale behind it. `sales`
    counts those that were not voided; a voided one keeps an empty position.
    """

    __tablename__ = "closure"
    __table_args__ = (
        UniqueConstraint("till_id", "number"),
        CheckConstraint("net_minor >= 0 AND box_minor >= 0", name="not_negative"),
        CheckConstraint("(number = 1) = (counted_minor IS NOT NULL)", name="first_is_counted"),
        CheckConstraint(
            "counted_minor IS NULL OR counted_minor - expected_minor = variance_minor",
            name="variance_is_difference",
        ),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"))
    number: Mapped[int]
    sales: Mapped[int]
    net_minor: Mapped[int] = mapped_column(Minor)
    box_minor: Mapped[int] = mapped_column(Minor, default=0)
    expected_minor: Mapped[int | None] = mapped_column(Minor)
    counted_minor: Mapped[int | None] = mapped_column(Minor)
    variance_minor: Mapped[int | None] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(String(200), default="")
    merkle_root: Mapped[bytes] = mapped_column(LargeBinary(32))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    count_voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime]


class ClosurePhone(Base):
    """A phone of a till as its first closure names it: signed off, or why not, and its last contact.

    `missing` numbers of its records had not come, `unsent` records it last said to hold.
    """

    __tablename__ = "closure_phone"
    __table_args__ = (
        CheckConstraint(
            "signed_off_at IS NOT NULL AND missing = 0 OR reason <> ''", name="signed_off_or_why"
        ),
        POSTED,
    )
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id"), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    signed_off_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    unsent: Mapped[int]
    missing: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200), default="")


class CashHandOver(Base):
    """The counted cash of a till, handed in its envelope from one person to another.

    `holder_id` has it now; where that is not whom the till's cash was counted for, `move_id` is the
    move in the books, which a second person decides on. `strokes` is the taker's signature.
    """

    __tablename__ = "cash_hand_over"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"), POSTED)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), primary_key=True)
    amount_minor: Mapped[int] = mapped_column(Minor)
    giver: Mapped[str] = mapped_column(String(40))
    taker: Mapped[str] = mapped_column(String(40))
    strokes: Mapped[str] = mapped_column(Text, default="")
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"))
    move_id: Mapped[int | None] = mapped_column(ForeignKey("money_move.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class SalePosition(Base):
    """A sale's place in its closure: net proceeds `[start, end)`, minor units from 0, in order."""

    __tablename__ = "sale_position"
    __table_args__ = (
        Index("ix_sale_position_closure_id_end", "closure_id", "end_minor"),
        UniqueConstraint("closure_id", "ordinal"),
        CheckConstraint("start_minor >= 0 AND end_minor >= start_minor", name="forward"),
        POSTED,
    )
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), primary_key=True)
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id"))
    ordinal: Mapped[int]
    start_minor: Mapped[int] = mapped_column(Minor)
    end_minor: Mapped[int] = mapped_column(Minor)

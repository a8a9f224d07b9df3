"""Money moved by two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class MoneyMove(Base):
    """Money that one person proposes to move and another lets go.

    The kinds are MoveKind's. `from_account_id` is credited, `to_account_id` debited by
    `amount_minor`; `fee_minor` of it stays with a platform. A reversal names its voucher.
    """

    __tablename__ = "money_move"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("fee_minor >= 0 AND fee_minor <= amount_minor", name="fee_within"),
        Index("ix_money_move_community_id_id", "community_id", "id"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = mapped_column(Minor)
    fee_minor: Mapped[int] = mapped_column(Minor, default=0)
    from_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    to_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    till_id: Mapped[int | None] = mapped_column(ForeignKey("till.id"))
    wish_id: Mapped[int | None] = mapped_column(ForeignKey("wish.id"))
    allocation_id: Mapped[int | None] = mapped_column(ForeignKey("allocation.id"))
    market_day_id: Mapped[int | None] = mapped_column(ForeignKey("market_day.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    note: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[str] = mapped_column(String(200), default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]


class MoneyMoveDecision(Base):
    """The second person's word on a money move; approved ones name their voucher."""

    __tablename__ = "money_move_decision"
    __table_args__ = (
        CheckConstraint("approved = (voucher_id IS NOT NULL)", name="approved_is_posted"),
        POSTED,
    )
    move_id: Mapped[int] = mapped_column(ForeignKey("money_move.id"), primary_key=True)
    approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))


class PayoutSignature(Base):
    """The payee's word that a payout in cash was counted into her hand.

    `way` is 'drawn' (`strokes`, on the phone of who pays), 'phone' (she said so on her own, signed
    in as `by_id`) or 'paper' (`slip` is the number of the slip she signed).
    """

    __tablename__ = "payout_signature"
    __table_args__ = (
        CheckConstraint("way IN ('drawn','phone','paper')", name="known_way"),
        CheckConstraint("(way = 'drawn') = (strokes <> '')", name="drawn_is_strokes"),
        CheckConstraint("(way = 'paper') = (slip <> '')", name="paper_is_slip"),
        POSTED,
    )
    move_id: Mapped[int] = mapped_column(ForeignKey("money_move.id"), primary_key=True)
    way: Mapped[str] = mapped_column(String(5))
    strokes: Mapped[str] = mapped_column(Text, default="")
    slip: Mapped[str] = mapped_column(String(80), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime]

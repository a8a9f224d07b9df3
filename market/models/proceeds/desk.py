"""What the wish desk keeps beside wishes: rows of lists taken in, what it refuses, what was bought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class WishListRow(Base):
    """A row of a list that became a wish; sent again under its `key`, it makes no second one."""

    __tablename__ = "wish_list_row"
    __table_args__ = (POSTED,)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class RefusedWish(Base):
    """A kind of wish that this community refuses, in its own words, or (not `stands`) does not.

    `key` is that of one of the kinds everybody begins with, which this row then stands for, or a
    random one. `words` and `unless` are lists of words with a space between.
    """

    __tablename__ = "refused_wish"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(300))
    unless: Mapped[str] = mapped_column(String(300))
    why: Mapped[str] = mapped_column(String(120))
    mend: Mapped[str] = mapped_column(String(120))
    stands: Mapped[bool]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


class PurchaseItem(Base):
    """One item of a purchase: what it was expected to cost, what it did, and what was different.

    The names are those of the wish's costs as the second reader passed them; 'postage' may join them.
    """

    __tablename__ = "purchase_item"
    __table_args__ = (
        CheckConstraint("estimated_minor >= 0 AND amount_minor >= 0", name="not_negative"),
        CheckConstraint(
            "difference IN ('','cheaper','dearer','another','number','given','left_out','postage')",
            name="known_difference",
        ),
        POSTED,
    )
    move_id: Mapped[int] = mapped_column(ForeignKey("money_move.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    estimated_minor: Mapped[int] = mapped_column(Minor)
    amount_minor: Mapped[int] = mapped_column(Minor)
    difference: Mapped[str] = mapped_column(String(10))

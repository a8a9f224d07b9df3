"""What a consigned or home-made listing carries beside its price: food's particulars, what was left."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class FoodLabel(Base):
    """A listing that is food, and what must stand on it; what is missing blocks this listing alone.

    `allergens` says what it holds, or that it holds none; `licence` is the maker's.
    """

    __tablename__ = "food_label"
    __table_args__ = (
        CheckConstraint(
            "made_on IS NULL OR use_by IS NULL OR use_by >= made_on", name="made_before_use_by"
        ),
    )
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    maker: Mapped[str] = mapped_column(String(60), default="")
    made_on: Mapped[date | None]
    use_by: Mapped[date | None]
    allergens: Mapped[str] = mapped_column(String(120), default="")
    licence: Mapped[str] = mapped_column(String(60), default="")
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]


class ConsignedRest(Base):
    """Where the unsold pieces of a consigned listing went after its market: back to her, or given on."""

    __tablename__ = "consigned_rest"
    __table_args__ = (
        CheckConstraint(
            "returned >= 0 AND donated >= 0 AND returned + donated > 0", name="pieces_positive"
        ),
    )
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    returned: Mapped[int] = mapped_column(default=0)
    donated: Mapped[int] = mapped_column(default=0)
    said_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]

"""What a platform says one payment code took on a market day, and what people said of the rest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor
from market.models.sales.market_days import KNOWN_TENDER


class Statement(Base):
    """A platform's file that was taken in. `kept` lines were new, `known` had come before;
    `elsewhere` belong to other days and `ignored` are no takings: neither is kept."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("market_day_id", "tender", "file_hash"),
        CheckConstraint(KNOWN_TENDER, name="known_tender"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    tender: Mapped[str] = mapped_column(String(10))
    file_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    kept: Mapped[int]
    known: Mapped[int]
    elsewhere: Mapped[int]
    ignored: Mapped[int]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]


class StatementLine(Base):
    """Money that came in (above zero) or went back (below). Of whoever paid nothing is kept, of the
    platform's number its SHA-256 and the last four signs."""

    __tablename__ = "statement_line"
    __table_args__ = (
        UniqueConstraint("market_day_id", "tender", "number_hash"),
        CheckConstraint("amount_minor <> 0", name="not_nothing"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    tender: Mapped[str] = mapped_column(String(10))
    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    tail: Mapped[str] = mapped_column(String(4))
    at: Mapped[datetime]
    amount_minor: Mapped[int] = mapped_column(Minor)
    fee_minor: Mapped[int] = mapped_column(Minor, default=0)


class StatementWord(Base):
    """What somebody said of a line, of a sale without money, or of both as belonging together.

    `move_id` is the difference, as proposed for the books; declined or reversed, the word is void.
    Of several the latest counts.
    """

    __tablename__ = "statement_word"
    __table_args__ = (
        CheckConstraint("line_id IS NOT NULL OR sale_id IS NOT NULL", name="about_something"),
        Index("ix_statement_word_market_day_id_tender", "market_day_id", "tender"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    tender: Mapped[str] = mapped_column(String(10))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("statement_line.id"))
    sale_id: Mapped[UUID | None] = mapped_column(ForeignKey("sale.id"))
    move_id: Mapped[int | None] = mapped_column(ForeignKey("money_move.id"))
    note: Mapped[str] = mapped_column(String(200))
    said_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]

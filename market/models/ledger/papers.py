"""What accountants ask of the books: official headings of accounts, and the books' own checks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class AccountHeading(Base):
    """The official heading that a kind of account has in this community, where it chose another."""

    __tablename__ = "account_heading"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(40))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


class LedgerCheck(Base):
    """One check of the books that somebody asked for at the desk.

    `verdicts` = [{"name", "figures", "wrong", "more_wrong"}, …] in the order they were looked at;
    `whole` is whether all of them were, within the time a page has.
    """

    __tablename__ = "ledger_check"
    __table_args__ = (Index("ix_ledger_check_community_id_id", "community_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    started_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    whole: Mapped[bool] = mapped_column(default=False)
    verdicts: Mapped[list[dict[str, object]]] = mapped_column(JSON, default=list)

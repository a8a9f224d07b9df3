"""The audit chain: every act of weight, each link hashing the one before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base


class AuditHead(Base):
    """The newest link of a community's audit chain; locked last in every unit of work."""

    __tablename__ = "audit_head"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    number: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditEvent(Base):
    """One link of the audit chain. `subject` holds ids, amounts and hashes, never a name."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("uq_audit_event_community_id_number", "community_id", "number", unique=True),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[dict[str, int | str]] = mapped_column(JSON)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

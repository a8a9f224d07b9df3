"""Consent of guardians, one row for each purpose, without identity."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base


class Consent(Base):
    """A guardian's consent to one purpose, without identity. Valid from `given_on` to before
    `expires_on`, unless withdrawn. `guardian` says only what sort of guardian spoke."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("ix_consent_reference_purpose", "reference", "purpose"),
        CheckConstraint(
            "purpose IN ('process','publish_text','publish_picture','publish_thanks','share')",
            name="known_purpose",
        ),
        CheckConstraint("expires_on > given_on", name="forward"),
        CheckConstraint(
            "guardian IN ('','parent','grandparent','relative','appointed','supervisor')",
            name="known_guardian",
        ),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    reference: Mapped[str] = mapped_column(String(36))
    purpose: Mapped[str] = mapped_column(String(16))
    notice_version: Mapped[str] = mapped_column(String(20))
    guardian: Mapped[str] = mapped_column(String(12), default="", server_default="")
    child_agreed: Mapped[bool]
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_on: Mapped[date]
    expires_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class ConsentWithdrawal(Base):
    """A consent taken back; from here on nothing it covered renders."""

    __tablename__ = "consent_withdrawal"
    __table_args__ = (POSTED,)
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent.id"), primary_key=True)
    withdrawn_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class StopCode(Base):
    """What the guardian's half of a printed sheet carries: whoever holds it may stop publication.

    Its address cannot be read from here: only its hash is kept, and the salt that this
    installation's secret makes it from again, so that the same sheet can be printed twice.
    """

    __tablename__ = "stop_code"
    __table_args__ = (
        Index("ix_stop_code_community_id_reference", "community_id", "reference"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    reference: Mapped[str] = mapped_column(String(36))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class PublicationStop(Base):
    """A guardian stopped publication by their half of the sheet; once for each half."""

    __tablename__ = "publication_stop"
    __table_args__ = (POSTED,)
    code_id: Mapped[int] = mapped_column(ForeignKey("stop_code.id"), primary_key=True)
    stopped_at: Mapped[datetime]

"""What ends when a copy takes the place of the books: doors that were shut since stay shut."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from market.models.people import OneTimeLink, WebSession


def end_what_was_open(session: Session, *, now: datetime) -> None:
    """End every session and every one-time link: some were revoked or used after the copy."""
    session.execute(
        update(WebSession).where(WebSession.revoked_at.is_(None)).values(revoked_at=now)
    )
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(expires_at=now)
    )
